"""Sums of products with rows of a single one, as the numbers that these pick."""

import numpy as np
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import one_hot_picks
from tests.analysis.explain.rules.own_function import Own

rng = np.random.default_rng(5)
SHARES = rng.random((12, 4)) + 0.1
LABELS = rng.integers(0, 4, 12)


def rewritten(body: str) -> str:
    text = f"import numpy as np\ndef f(p, y):\n{body}\n"
    function = Own(text, SHARES, LABELS, traced=False).observed.functions[0]
    found = one_hot_picks.picked(function)
    made = rewriting.spliced(function, found.edits) if found is not None else None
    if made is None:
        return ""
    before: dict[str, object] = {}
    after: dict[str, object] = {"np": np}
    exec(text, before)
    exec(made.source, after)
    expected = before["f"](SHARES, LABELS)  # type: ignore[operator]
    np.testing.assert_allclose(after["f"](SHARES, LABELS), expected)  # type: ignore[operator]
    return made.source


PICKS = "[np.arange(len(y)), y]"


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        ("    return np.sum(np.eye(4)[y] * p, axis=1)", f"return p{PICKS}"),
        ("    return np.sum(np.log(p) * np.eye(4)[y])", f"np.sum(np.log(p{PICKS}))"),
        ("    return (-np.eye(4)[y] * np.log(p)).sum(-1)", f"-np.log(p{PICKS})"),
        ("    return (np.eye(4)[y] * (p * 2 - 1)).sum(1)", f"p{PICKS} * 2 - 1"),
        ("    return 3 - (-np.eye(4)[y] * ((p - 1) * 2)).sum(1)", f"-((p{PICKS} - 1) * 2)"),
        ("    return 2 ** (-np.eye(4)[y] * (p - 1)).sum(1)", f"2 ** (-(p{PICKS} - 1))"),
        ("    return (np.eye(4)[y] * (1 - p)).sum(1)", f"(1 - p){PICKS}"),
        (
            "    t = np.zeros_like(p)\n    t[np.arange(len(y)), y] = 1.0\n"
            "    return -np.sum(t * np.log(p)) / len(y)",
            f"    return -np.sum(np.log(p{PICKS})) / len(y)",
        ),
    ],
)
def test_one_number_of_each_row_is_picked(body: str, becomes: str) -> None:
    assert becomes in rewritten(body)


@pytest.mark.parametrize(
    "body",
    [
        "    return (np.eye(4)[y] * p).sum(axis=0)",
        "    return (np.eye(4)[y] * p).mean()",
        "    t = np.eye(4)[y]\n    return (t * p).sum(axis=1), t",
        "    t = np.eye(4)[y]\n    t = t * 2\n    return (t * p).sum(axis=1)",
        "    t = np.zeros_like(p)\n    t[np.arange(len(y)), y] = 2\n    return (t * p).sum(1)",
        "    return (p * p).sum(axis=1)",
    ],
)
def test_others_are_left(body: str) -> None:
    assert not rewritten(body)
