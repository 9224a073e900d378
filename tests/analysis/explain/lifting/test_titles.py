"""What a lifted loop became, in one line."""

import pytest

from profiler_suite.analysis.explain.lifting.titles import title


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["d = cdist(a, b)"], "as pairwise distances"),
        (["c = a @ b"], "as a matrix product"),
        (["c = a.reshape(n, -1) @ b"], "as one matrix product"),
        (["c = a.reshape(n, -1)"], "as array expressions"),
        (["k = np.arange(n)", "c = np.einsum('ij->i', a)"], "as one einsum"),
        (["np.add.at(out, k, v)"], "as a ufunc's at()"),
        (["s = np.maximum.accumulate(x)"], "as a running extreme"),
        (["y = np.linalg.inv(a)"], "as one call for the whole stack"),
        (
            ["left = np.arange(n)", "while len(left):", "    z[left[~on]] = y"],
            "round by round, for what has not ended yet",
        ),
        ([], "as array expressions"),
    ],
)
def test_the_line_names_what_was_written(lines: list[str], words: str) -> None:
    assert title(["i"], lines) == f"the loop over i {words}"


def test_loops_are_counted_and_what_is_none_is_said() -> None:
    assert title(["i", "j", "k"], ["x = y"]) == "3 loops as array expressions"
    assert title([""], ["x = y"]) == "what runs for each element as array expressions"
