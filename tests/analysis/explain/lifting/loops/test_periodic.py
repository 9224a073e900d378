"""Neighbours beyond the border that are those of the other side."""

import pytest

from profiler_suite.analysis.explain.lifting.loops.periodic import wrapped
from tests.analysis.explain.lifting.reading import lifted_text

HELD = {"u": "float64 (50, 40)", "v": "float64 (50,)", "k": "int 2"}


def sources(value: str, out: str = "out[i, j]", first: int = 0) -> str:
    body = "n, m = u.shape\nout = np.zeros((n, m))\n"
    body += f"for i in range({first}, n):\n    for j in range(m):\n        {out} = {value}\n"
    return "\n".join(each.source for each in lifted_text(body + "return out", HELD).lifted)


def test_remainders_and_indices_from_the_end_are_slices_of_a_wider_array() -> None:
    assert callable(wrapped)
    found = sources("u[(i + 1) % n, j] + u[i - 1, j] + u[i, (j - 2) % m]")
    assert "u_wrapped = np.pad(u, ((1, 1), (2, 0)), mode='wrap')" in found
    around = sources("u[(i + 1) % n, j] + u[i - 1, j] + u[i, (j - 1) % m]")
    assert "u_wrapped = np.concatenate((u[-1:], u, u[:1]))" in around
    assert "np.concatenate((u_wrapped[:, -1:], u_wrapped), axis=1)" in around
    assert "u_wrapped[2:, 2:] + u_wrapped[:n, 2:] + u_wrapped[1:n + 1, :m]" in found


@pytest.mark.parametrize(
    "value",
    [
        *("u[(i + 1) % n, j]", "u[(i + k) % n, j] + u[(i - k) % n, j]"),
        *("u[(2 * i) % n, j] + u[(3 * i) % n, j]", "u[(i + 20) % n, j] + u[i - 20, j]"),
        *("v[(i + 1) % m] + v[(i + 2) % m]", "u[i - 1, j] + u[i, j]"),
    ],
)
def test_other_indices_are_looked_up(value: str) -> None:
    assert "wrapped" not in sources(value)


def test_an_array_that_the_loop_sets_has_no_copy() -> None:
    assert "wrapped" not in sources("u[(i + 1) % n, j] + u[(i + 2) % n, j]", "u[i, j]")


def test_where_no_border_is_crossed_there_is_no_copy() -> None:
    assert "wrapped" not in sources("u[i - 1, j] + u[i - 1, j - 0]", first=1)
