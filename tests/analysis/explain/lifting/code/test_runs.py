"""Lengths of runs, from the places where they end."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code import runs
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Index,
    Label,
    Reduce,
    Scan,
)
from tests.analysis.explain.lifting.reading import lifted_text, read, reader_of, within

X = np.array([0.1, 2.0, 3.0, -1.0, 4.0, 5.0, 6.0, 0.2])
NAMES = {"x": "float64 (8,)", "k": "int64 (8,)", "out": "float64 (8,)"}
LOOP = """
{before}
for i in range(len(x)):
    if x[i] > 0.5:
        count += {step}
    else:
        {action}
        count = {anew}
{after}
"""


def scan(anew: str, step: str, test: str = "x[i] > 0.5") -> tuple[ArrayWriter, Scan, Label]:
    """`s = anew if not test else s + step` for i in range(len(x)), from `anew` on."""
    reader = reader_of()
    label = within(reader, "i", "len(x)")
    item = read(f"np.where({test}, {step}, {anew})", reader)
    factor = Apply("~({0})", (read(test, reader),), "~")
    start = read(anew, reader)
    return (
        ArrayWriter(reader.scope, Style()),
        Scan("reset", item, label, start, False, factor),
        label,
    )


def test_the_longest_run_is_the_largest_gap() -> None:
    writer, term, label = scan("0", "1")
    assert isinstance(term.arg, Apply)
    best = Index(Poly())
    chosen = Apply("NP.where({0}, {1}, {2})", (term.arg.args[0], term, best), "where")
    made = runs.longest(writer, Reduce("max", chosen, (label,), best))
    assert made is not None
    held: dict[str, object] = {"x": X, "np": np}
    exec("\n".join(writer.before), held)
    assert eval(made.text, held) == 3
    assert runs.longest(writer, Reduce("min", chosen, (label,), best)) is None
    assert runs.longest(writer, Reduce("max", term, (label,), best)) is None


def test_steps_that_differ_are_no_lengths() -> None:
    writer, term, _ = scan("0", "x[i]")
    mask = writer.lower(term.factor or term)
    assert runs.lengths(writer, term, mask, writer.lower(term.initial)) is None


@pytest.mark.parametrize(
    ("anew", "step", "action", "after"),
    [
        ("0", "1", "out.append(count)", "return out"),
        ("1", "1", "out.append(count)", "out.append(count)\nreturn out"),
        ("2", "3", "out.append((count, 1))", "return out, count"),
        ("0", "1", "out.append(2 * count)", "return out"),
        ("0", "1", "pass", "return count"),
    ],
)
@pytest.mark.parametrize("x", [X, X[:0], X[:1], -X, X[1:3]], ids=len)
def test_runs_are_what_the_loop_finds(
    anew: str, step: str, action: str, after: str, x: np.ndarray
) -> None:
    body = LOOP.format(
        before=f"out = []\ncount = {anew}", step=step, anew=anew, action=action, after=after
    )
    found = lifted_text(body, {"x": "float64 (8,)"}).lifted
    held: dict[str, object] = {"np": np}
    exec(f"def plain(x):\n    {body.strip().replace(chr(10), chr(10) + '    ')}", held)
    for each in found:
        exec(each.source, held)
        assert str(held["f"](x.copy())) == str(held["plain"](x.copy()))  # type: ignore[operator]
    if action != "pass":
        assert any("np.flatnonzero" in each.source for each in found)


def test_where_the_first_run_begins_otherwise_it_is_told_apart() -> None:
    body = LOOP.format(before="count = 5", step="1", anew="0", action="pass", after="").replace(
        "    else", "        out[i] = count\n    else"
    )
    assert "np.where(" in lifted_text(body, NAMES).lifted[0].source
