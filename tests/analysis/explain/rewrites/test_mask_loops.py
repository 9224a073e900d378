"""Loops over keys that add up what a mask picks, for all keys at once."""

import numpy as np
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import mask_loops
from tests.analysis.explain.rules.own_function import Own

rng = np.random.default_rng(9)
KEYS, X = rng.integers(0, 9, 60), rng.normal(size=60)


def made(body: str) -> str:
    text = f"import numpy as np\ndef f(keys, x, n=12):\n{body}\n"
    function = Own(text, KEYS, X, traced=False).observed.functions[0]
    found = [
        rewriting.spliced(function, each.edits, each.helpers)
        for each in mask_loops.at_once(function)
    ]
    if not found:
        return ""
    before: dict[str, object] = {}
    after: dict[str, object] = {"np": np}
    exec(text, before)
    assert found[0] is not None
    exec("\n".join((*found[0].prelude, found[0].source)), after)
    np.testing.assert_equal(
        np.round(list(after["f"](KEYS.copy(), X.copy())), 9),  # type: ignore[operator]
        np.round(list(before["f"](KEYS.copy(), X.copy())), 9),  # type: ignore[operator]
    )
    return found[0].source


LOOP = "    out = {0}\n    for k in {1}:\n        m = keys == k\n        {2}\n    return {3}"


@pytest.mark.parametrize(
    ("begin", "keys", "store", "end", "expected"),
    [
        ("np.zeros(n)", "range(n)", "out[k] = x[m].sum()", "out", "out[:keys_wanted.stop] = "),
        (
            "np.zeros(n)",
            "range(1, n)",
            "out[k] = x[m].sum()",
            "out",
            "out[1:keys_wanted.stop] = ",
        ),
        ("np.zeros(n)", "np.unique(keys)", "out[k] = x[m].sum()", "out", "out[keys_wanted] = "),
        ("[]", "np.unique(keys)", "out.append(x[m].mean())", "out", "out.extend(means_by_key("),
        ("{}", "np.unique(keys)", "out[k] = x[m].sum()", "out.items()", "out.update(zip("),
        ("np.zeros(60)", "range(3, 9)", "out[m] = x[m].mean()", "out", "put_by_key(out, "),
    ],
)
def test_values_are_stored_as_they_were(
    begin: str, keys: str, store: str, end: str, expected: str
) -> None:
    assert expected in made(LOOP.format(begin, keys, store, end))


@pytest.mark.parametrize(
    "guard", ["if m.any():\n            ", "if m.sum() < 4: continue\n        "]
)
def test_keys_that_are_passed_by_stay_as_they_are(guard: str) -> None:
    source = made(LOOP.format("np.ones(n)", "range(n)", f"{guard}out[k] = x[m].mean()", "out"))
    assert "out[np.flatnonzero(kept)] = means_by_key(" in source


@pytest.mark.parametrize(
    "body",
    [
        LOOP.format("np.zeros(n)", "range(n)", "out[k] = k", "out"),
        LOOP.format("np.zeros(n)", "range(n)", "out[n - 1 - k] = x[m].sum()", "out"),
        LOOP.format("np.zeros(n)", "range(n)", "out[k] = x[m].sum()", "np.append(out, k)"),
        LOOP.format("np.zeros(n)", "range(n)", "x[k] = x[m].sum()", "x"),
        LOOP.format("np.zeros(n)", "range(0, n, 2)", "out[k] = x[m].sum()", "out"),
        LOOP.format("0.0", "range(n)", "out += x[m].sum()", "[out]"),
    ],
)
def test_others_are_left(body: str) -> None:
    assert not made(body)
