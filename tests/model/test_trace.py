"""What a trace counted passes from process to process unaltered."""

import msgspec
import pytest

from profiler_suite.model.trace import Operand, Operation, OperationLine


def operation(calls: int = 3) -> Operation:
    return Operation(
        name="np.add",
        kind="ufunc",
        arguments=(("operand", 0), ("value", 2)),
        keywords={"axis": ("none",)},
        operands=(Operand(shape=(2, 3), strides_bytes=(-24, 8), dtype="<f8"),),
        results=(Operand(shape=(), strides_bytes=(), dtype="<f8", origin="new"),),
        facts={"selected": 4},
        calls=calls,
        flop=6.0,
        bytes_read=48,
        bytes_written=48,
        temporaries=1,
        temporary_bytes=48,
        lines=(OperationLine(file="", line=0, calls=calls),),
    )


def test_operands_lines_and_facts_survive_the_way_between_processes() -> None:
    read = msgspec.json.decode(msgspec.json.encode(operation()), type=Operation)
    assert read.operands == operation().operands
    assert read.results[0].origin == "new"
    assert (read.lines, read.facts) == (operation().lines, {"selected": 4})


def test_arguments_come_back_as_lists_and_mean_the_same() -> None:
    read = msgspec.json.decode(msgspec.json.encode(operation()), type=Operation)
    assert [tuple(each) for each in read.arguments] == [("operand", 0), ("value", 2)]


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(operation(calls=-1)), type=Operation)
