"""Loops over groups that pass some of them by, over the table without those."""

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites import kept_groups
from tests.analysis.explain.rules.own_function import Own

rng = np.random.default_rng(5)
TABLE = pd.DataFrame({"k": rng.integers(0, 9, 40), "v": rng.integers(-9, 9, 40)})


def kept(text: str) -> list[kept_groups.Kept]:
    function = Own(text, TABLE, traced=False).observed.functions[0]
    found = list(kept_groups.without_others(function))
    for each in found:
        before: dict[str, object] = {}
        after: dict[str, object] = {"pd": pd}
        exec(text, before)
        exec(each.function.text, after)
        assert after["f"](TABLE) == before["f"](TABLE)  # type: ignore[operator]
    return found


def loop(*body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body)
    head = "def f(df, x=3):\n    out = []\n    for k, g in df.groupby('k'):\n"
    return f"{head}{lines}    return out\n"


@pytest.mark.parametrize(
    ("condition", "least"),
    [
        ("len(g) > 3", 4),
        ("len(g) >= 4 and g['v'].sum() > x", 4),
        ("not len(g) < 4", 4),
        ("2 < len(g) < 7", 1),
        ("g.v.max() == x or g.shape[0] > 4", 1),
        ("(g['v'] > x).any()", 1),
    ],
)
def test_the_table_has_the_groups_that_the_condition_keeps(condition: str, least: int) -> None:
    bodies = (
        (f"if {condition}:", "    out.append(len(g))"),
        (f"if not ({condition}):", "    continue", "out.append(len(g))"),
    )
    for body in bodies:
        (made,) = kept(loop(*body))
        assert "for k, g in kept_rows.groupby('k'):" in made.function.text
    (made,) = kept(loop(*bodies[0]))
    assert made.least == least


def test_what_is_named_before_the_condition_is_part_of_it() -> None:
    (made,) = kept(
        loop("n, s = len(g), g['v'].sum()", "if n > 1 and s / n > 0:", "    out.append(k)")
    )
    assert "transform('sum') / df.groupby('k')['k'].transform('size') > 0" in made.function.text


def test_comprehensions_lose_their_conditions() -> None:
    (made,) = kept(
        "def f(df):\n    return {k: len(g) for k, g in df.groupby('k') if len(g) > 3}\n"
    )
    assert "{k: len(g) for k, g in kept_rows.groupby('k')}" in made.function.text


@pytest.mark.parametrize(
    "body",
    [
        ("if k > 3:", "    out.append(len(g))"),  # of the key, not of its rows
        ("if len(g) > len(out):", "    out.append(k)"),  # of what came before
        ("if len(g) > x:", "    x = len(g)", "    out.append(k)"),
        ("if len(g):", "    out.append(k)"),  # no truth value
        ("if len(g) > 3:", "    out.append(k)", "else:", "    out.append(-k)"),
        ("if len(g) > 3:", "    out.append(k)", "out.append(0)"),
        ("if len(g) > len(df) / 9:", "    out.append(k)"),
        ("out.append(k)",),
    ],
)
def test_others_are_left(body: tuple[str, ...]) -> None:
    assert not kept(loop(*body))
