"""The statements that a nest becomes."""

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.statements import Statements
from profiler_suite.analysis.explain.lifting.code.writer import Style
from tests.analysis.explain.lifting.reading import reader_of


def statements() -> Statements:
    return Statements(ArrayWriter(reader_of().scope, Style()))


def test_what_a_statement_needs_stands_before_it() -> None:
    out = statements()
    out.lowering.before.append("t = (x)")
    out.line("y[:] = (t + 1)")
    assert out.lines == ["t = x", "y[:] = t + 1"]
    assert out.lowering.before == []


def test_a_statement_that_may_warn_is_kept_quiet_once() -> None:
    out = statements()
    out.lowering.risky = True
    out.line("y[:] = 1 / x")
    out.line("y[:] += 1")
    assert out.lines[0].startswith("with np.errstate(")
    assert out.lines[1:] == ["    y[:] = 1 / x", "y[:] += 1"]


def test_what_it_needs_is_kept_quiet_with_it_and_so_is_the_next() -> None:
    out = statements()
    for text in ("y[:] = t", "z[:] = t"):
        out.lowering.before.append("t = 1 / x")
        out.lowering.risky = True
        out.line(text)
    assert out.lines[0].startswith("with np.errstate(")
    assert out.lines[1:] == ["    t = 1 / x", "    y[:] = t", "    t = 1 / x", "    z[:] = t"]


def test_statements_stand_below_a_head_and_heads_below_heads() -> None:
    out = statements()
    out.line("a = 1")
    with out.under("for i in range(3):"):
        out.line("b = i")
        with out.under("if b:"):
            out.line("c = b")
    out.line("d = 2")
    assert out.lines == [
        "a = 1",
        "for i in range(3):",
        "    b = i",
        "    if b:",
        "        c = b",
        "d = 2",
    ]
