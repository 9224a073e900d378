"""One loop or one statement of a function in one style: its new text, or why there is none."""

import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from profiler_suite.analysis.explain.lifting.pieces import Pieces
from profiler_suite.analysis.explain.lifting.source.units import Piece, units
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

HELD = {
    "x": "float64 (9,)",
    "y": "float64 (9,)",
    "a": "float64 (9, 4)",
    "k": "int64 (9,)",
    "n": "int 9",
    "s": "float 2.5",
}


def function_of(body: str) -> Function:
    text = f"def f({', '.join(HELD)}):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    return Function(SourceText(file="f.py", function="f", first_line=1, text=text, names=HELD))


def pieces_of(body: str) -> Pieces:
    function = function_of(body)
    return Pieces(function, Facts(function.node, HELD, "np"), {})


def piece(body: str, style: Style | None = None) -> Piece:
    """Of the first unit."""
    pieces = pieces_of(body)
    (unit, *_) = units(pieces.function.node.body)
    return pieces.piece(unit, style or Style())


def test_a_loop_becomes_statements_with_what_they_take_for_granted() -> None:
    found = piece("for i in range(y.shape[0]):\n    y[i] = x[i] * s")
    assert found.lines == ("y[:] = x[:len(y)] * s",)
    assert found.imports == ()
    assert found.assumptions[-1:] == ("y and x do not share memory",)
    assert found.memory.value({"y.shape[0]": 9}.get) == 72


def test_a_loop_whose_results_nobody_reads_becomes_nothing() -> None:
    assert piece("for i in range(9):\n    t = x[i]").lines == ("pass",)


def grown(name: str) -> Piece:
    """Of a loop that appends to the list of this name: a parameter, or the module's."""
    held = HELD | {"handed_over": "list of 0", "of_the_module": "list of 0"}
    given = ", ".join(n for n in held if n != "of_the_module")
    text = f"def f({given}):\n    for i in range(n):\n        {name}.append(x[i] * 2)\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=held)
    function = Function(source)
    pieces = Pieces(function, Facts(function.node, held, "np"), {})
    (unit,) = units(function.node.body)
    return pieces.piece(unit, Style())


def test_a_list_that_others_hold_goes_on_growing() -> None:
    assert grown("handed_over").lines == ("handed_over.extend(x[:n] * 2)",)
    with pytest.raises(Refusal):  # never 'pass', though nobody reads it in the function
        grown("of_the_module")


def test_the_same_unit_is_written_in_each_style() -> None:
    pieces = pieces_of("for i in range(x.shape[0]):\n    y[k[i]] += x[i]")
    (unit,) = units(pieces.function.node.body)
    one = pieces.piece(unit, Style(scatter="bincount"))
    other = pieces.piece(unit, Style(scatter="at"))
    assert "bincount" in one.lines[0]
    assert other.lines == ("np.add.at(y, k[:len(x)], x)",)
    assert "no index of y is negative" in one.assumptions
    assert "no index of y is negative" not in other.assumptions
    assert pieces.piece(unit, Style(scatter="bincount")) == one


def test_a_refusal_is_said_again_for_each_style() -> None:
    pieces = pieces_of("for i in range(9):\n    y[i] = x[i]\n    print(y[i])")
    (unit,) = units(pieces.function.node.body)
    for style in (Style(), Style(scatter="at"), Style(product="einsum")):
        with pytest.raises(Refusal, match="print has side effects"):
            pieces.piece(unit, style)


def test_an_array_made_right_before_shares_memory_with_nothing() -> None:
    found = piece("z = np.zeros(9)\nfor i in range(9):\n    z[i] = x[i]\nreturn z")
    assert not any("share memory" in each for each in found.assumptions)


def test_windows_cut_off_at_the_rim_leave_a_loop_over_the_rim() -> None:
    body = "for i in range(n):\n    y[i] = x[max(0, i - 2):min(n, i + 3)].sum()"
    found = piece(body)
    assert any(line.startswith("if first_i < last_i") for line in found.lines)
    given: dict[str, Any] = {"x": np.arange(9.0) ** 2, "n": 9, "np": np}
    by_loop, at_once = {**given, "y": np.zeros(9)}, {**given, "y": np.zeros(9)}
    exec(body, by_loop)
    exec("\n".join(found.lines), at_once)
    np.testing.assert_allclose(at_once["y"], by_loop["y"])


def test_names_that_follow_from_one_another_are_refused() -> None:
    with pytest.raises(Refusal, match=r"depends on|the iteration before"):
        piece("p = s\nq = s\nfor i in range(9):\n    p, q = q + x[i], p\nreturn p, q")
