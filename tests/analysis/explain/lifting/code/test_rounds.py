"""Loops that stay, written for all loops around them at once."""

from profiler_suite.analysis.explain.lifting.code.rounds import indented
from tests.analysis.explain.lifting.reading import lifted_text

NAMES = {"x": "float64 (6,)", "y": "float32 (6,)", "n": "int 4", "out": "float64 (6,)"}


def source(inner: str, **names: str) -> str:
    body = f"for i in range(len(x)):\n{inner}\nreturn out"
    found = lifted_text(body, {**NAMES, **names}).lifted
    every = [each.source for each in found if each.whole and "left = " not in each.source]
    return next(iter(every), "")


def test_what_no_round_changes_is_computed_before_it() -> None:
    made = source(
        "    c = np.exp(x[i])\n    s = 1.0\n    for _ in range(n):\n        s = s * s + c\n"
        "    out[i] = s"
    )
    head, _, body = made.partition("for _ in range(n):")
    assert "np.exp" in head
    assert "np.exp" not in body


def test_names_that_nobody_reads_afterwards_are_left_out() -> None:
    made = source(
        "    s = 1.0\n    u = 0.0\n    for _ in range(n):\n        s = s * s + x[i]\n"
        "        u = u * s + 1\n    out[i] = s"
    )
    assert "s = " in made
    assert "u = " not in made.partition("for _ in range")[2]


def test_numbers_keep_the_precision_that_they_have_in_the_loop() -> None:
    made = source(
        "    s = 1.0\n    for _ in range(n):\n        s = s * s * 0.5 + y[i]\n    out[i] = s"
    )
    assert "np.full((len(x),), 1.0, np.float32)" in made


def test_a_while_loop_goes_on_where_its_condition_holds() -> None:
    made = source(
        "    s = x[i]\n    while s < 100:\n        s = s * 2 + 1\n    out[i] = s",
    )
    assert "while going.any():" in made
    assert "np.where" in made


def test_divisions_where_the_loop_has_ended_are_no_warnings() -> None:
    made = source(
        "    s = x[i]\n    while s < 100:\n        s = 200 / (s - 1)\n    out[i] = s",
    )
    assert "np.errstate" in made


def test_what_is_stored_in_a_while_loop_leaves_it_as_it_is() -> None:
    inner = "    s = x[i]\n    while s < 100:\n        s = s * 2\n        out[i] = s"
    assert source(inner, out="float32 (6,)") == ""
    assert "out[:len(x)] = " in source(inner)  # once, and not in every round


def test_blocks_within_blocks_are_indented_line_by_line() -> None:
    assert indented(["a = 1", "if a:\n    b = 2"]) == "    a = 1\n    if a:\n        b = 2"
