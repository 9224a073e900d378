"""Memory of an evaluation by line and expression."""

from profiler_suite.model.memory import ExpressionMemory, LineMemory, MemoryRecord


def test_without_a_profile_there_is_a_peak_alone() -> None:
    record = MemoryRecord(peak_bytes=3.0)
    assert (record.lines, record.expressions, record.reason) == ((), (), "")


def test_lines_and_expressions_have_bytes() -> None:
    line = LineMemory(file="f.py", line=3, most_bytes=2.0, made_bytes=5.0)
    expression = ExpressionMemory(
        file="f.py", line=3, text="a * 2", times=2, most_bytes=2.0, made_bytes=4.0
    )
    record = MemoryRecord(peak_bytes=2.0, lines=(line,), expressions=(expression,))
    assert record.lines[0].made_bytes >= record.expressions[0].made_bytes
