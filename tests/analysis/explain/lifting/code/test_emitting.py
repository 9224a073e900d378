"""Statements for what a loop stores: run against the loop itself; what is read after it."""

import ast
import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.emitting import Emitter
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.loops import dependence
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from tests.analysis.explain.lifting.reading import reader_of
from tests.analysis.explain.lifting.written import HELD, VALUES

OUT = {"out": "float64 (5,)", "table": "float64 (5, 4)", "count": "int64 (6,)"}


def emitted(
    text: str,
    result: str = "",
    style: Style | None = None,
    *,
    only_array: bool = True,
    **more: str,
) -> list[str]:
    """The statements for a loop, and for one name that is read after it."""
    held = {**HELD, **OUT, **more}
    body = f"def f({', '.join(held)}):\n" + textwrap.indent(text, "    ")
    walk = Walk(reader_of(body, **held))
    walk.block(ast.parse(text).body)
    writer = ArrayWriter(walk.scope, style or Style())
    emitter = Emitter(writer, lambda name: only_array, frozenset())
    emitter.begin()
    for store in dependence.recurrences(walk.effects):
        emitter.store(store)
    if result:
        emitter.result(result, walk.scope.env[result])
    return [*writer.imports, *emitter.lines]


def values() -> dict[str, Any]:
    fixed = {key: np.copy(v) if isinstance(v, np.ndarray) else v for key, v in VALUES.items()}
    table = np.arange(20.0).reshape(5, 4)
    count = np.zeros(6, np.int64)
    return {"np": np, **fixed, "out": np.full(5, 7.0), "table": table, "count": count}


def same(text: str, result: str = "", style: Style | None = None) -> str:
    """Runs both, compares all arrays; returns the statements."""
    lines = "\n".join(emitted(text, result, style))
    by_loop, at_once = values(), values()
    exec(text, by_loop)
    exec(lines, at_once)
    for name in [*OUT, "x", *([result] if result else [])]:
        np.testing.assert_allclose(at_once[name], by_loop[name], rtol=1e-12, err_msg=lines)
        assert np.asarray(at_once[name]).dtype == np.asarray(by_loop[name]).dtype
    return lines


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("out[i] = x[i] * s", "out[:5] = "),
        ("out[i] += x[i]", "out[:5] += "),
        ("out[i] *= a[i].sum()", "*= "),
        ("out[4 - i] = x[i]", "out["),
        ("if x[i] > 0.5:\n    out[i] = 1.0", "np.where("),
        ("if x[i] > 0.5:\n    out[i] += 1.0", "+= "),
        ("if s > 2:\n    out[i] = x[i]", "if "),
        ("if s > 3:\n    out[i] = x[i]", "if "),
        ("table[i, :] = x[i]", "table[:5] = "),
        ("table[i] = a[i] * x[i]", "table"),
        ("table[i, 1] = x[i]", "table[:5, 1] = "),
        ("out[0] += x[i]", "out[0] += "),
        ("count[k[i]] += 1", "np.bincount("),
        ("out[k[i]] += x[i]", "np.bincount("),
        ("count[k[i]] = i", "count["),
        ("if x[i] > 0.5:\n    count[k[i]] += 1", "np.bincount("),
    ],
)
def test_the_statements_leave_what_the_loop_leaves(body: str, written: str) -> None:
    text = f"for i in range(5):\n{textwrap.indent(body, '    ')}"
    assert written in same(text)


@pytest.mark.parametrize(
    "body",
    ["count[k[i]] += 1", "out[k[i]] -= x[i]", "table[k[i], k[i]] += 1", "out[k[i]] += 1.0"],
)
def test_places_that_are_looked_up_in_either_style(body: str) -> None:
    text = f"for i in range(5):\n    {body}"
    assert "bincount" in same(text, style=Style(scatter="bincount"))
    assert ".at(" in same(text, style=Style(scatter="at"))


def test_a_negative_index_is_taken_to_be_none_only_where_it_is_counted() -> None:
    # What bincount cannot, and what np.add.at can.
    text = "for i in range(x.shape[0]):\n    count[k[i] - 1] += 1"
    same(text, style=Style(scatter="at"))


@pytest.mark.parametrize(
    ("before", "body", "result"),
    [
        ("t = 0.0", "t += x[i]", "t"),
        ("t = s", "t = t * x[i]", "t"),
        ("t = x[0]", "t = max(t, x[i])", "t"),
    ],
)
def test_what_a_name_holds_after_the_loop(before: str, body: str, result: str) -> None:
    text = f"{before}\nfor i in range(x.shape[0]):\n{textwrap.indent(body, '    ')}"
    lines = emitted(text, result)
    by_loop, at_once = values(), values()
    exec(text, by_loop)
    exec("\n".join([before, *lines]), at_once)
    np.testing.assert_allclose(at_once[result], np.array(by_loop[result]), rtol=1e-12)


@pytest.mark.parametrize("only_array", [True, False])
@pytest.mark.parametrize(
    "body",
    ["t.append(x[i] * 2)", "if x[i] > 0.5:\n    t.append(x[i])", "t.append(a[i])"],
)
def test_a_list_is_extended_or_becomes_an_array(body: str, only_array: bool) -> None:
    text = f"for i in range(5):\n{textwrap.indent(body, '    ')}"
    lines = emitted(text, "t", only_array=only_array, t="list")
    by_loop, at_once = {**values(), "t": []}, {**values(), "t": []}
    exec(text, by_loop)
    exec("\n".join(lines), at_once)
    assert isinstance(at_once["t"], np.ndarray if only_array else list)
    np.testing.assert_array_equal(np.array(at_once["t"]), np.array(by_loop["t"]))


def test_a_list_that_begins_in_the_loop_is_refused() -> None:
    with pytest.raises(Refusal, match="t is a list that begins in the loop"):
        emitted("t = []\nfor i in range(5):\n    t.append(x[i])", "t")


@pytest.mark.parametrize(
    ("text", "result", "words"),
    [
        ("for i in range(5):\n    last = x[i]", "last", "last is used after the loop"),
        ("for i in range(5):\n    out[0] = x[i]", "", "only the last of several iterations"),
        ("for i in range(5):\n    out[0] **= x[i]", "", "is changed by"),
        ("for i in range(5):\n    count[0] += x[i]", "", "count rounds every sum to its dtype"),
    ],
)
def test_what_cannot_be_written_is_refused(text: str, result: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        emitted(text, result)
