"""What is said of memory: peak and sum, then the operations that allocate most."""

from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain import memory
from profiler_suite.measure.trace import trace
from profiler_suite.model.memory import ExpressionMemory, LineMemory, MemoryRecord
from profiler_suite.model.rows import OperationTime
from tests.analysis.explain.test_advice import explained

A = np.ones((512, 512))


def two_lines(a: Any) -> Any:
    b = a * 2.0
    return np.sqrt(b) + np.sqrt(a)


def record(a: Any) -> Any:
    """Of a function traced on an array, every operation with ten page faults a call."""
    _, counts = trace(two_lines, (a,))
    times = tuple(
        OperationTime(
            name=each.name,
            kind=each.kind,
            via=each.via,
            calls=each.calls,
            flop=0.0,
            traffic_bytes=0.0,
            shapes="",
            file="",
            line=0,
            full_s=1e-3,
            fixed_s=0.0,
            full_spread_s=0.0,
            fixed_spread_s=0.0,
            minor_faults=10.0,
            replayed=True,
        )
        for each in counts.operations
    )
    plain = explained("def f(x):\n    return x\n")
    account = msgspec.structs.replace(plain.breakdown_record, operations=times, fault_s=1e-6)
    return msgspec.structs.replace(
        plain,
        operations=counts.operations,
        breakdown_record=account,
        peak_bytes=3.0 * a.nbytes,
    )


def test_lines_and_operations_have_their_bytes() -> None:
    found = memory.temporaries(record(A))
    assert sum(each.bytes for each in found) == 4 * A.nbytes
    first, second = sorted(memory.by_line(found).items(), key=lambda item: item[0][1])
    assert first[1] == A.nbytes
    assert second[1] == 3 * A.nbytes
    assert found[0].operation == "np.sqrt"
    assert found[0].faults == 20
    assert found[0].spared_s == pytest.approx(20e-6)


def test_in_words() -> None:
    said = memory.in_words(record(A))
    assert said[0] == "at most 6.00 MiB at once; 8.00 MiB in 4 arrays made on the way"
    assert said[1].startswith("4.00 MiB by np.sqrt, test_memory.py:")
    assert said[1].endswith("with 20 page faults: `out=` would save 20.0 µs")
    assert len(said) == 4


def test_lines_and_expressions_follow_the_operations() -> None:
    size = float(A.nbytes)
    expression = ExpressionMemory(
        file="/home/me/f.py",
        line=7,
        text="np.sqrt(b) + c",
        times=3,
        most_bytes=size,
        made_bytes=3 * size,
    )
    lines = (
        LineMemory(file="/home/me/f.py", line=6, most_bytes=size, made_bytes=size),
        LineMemory(file="/home/me/f.py", line=7, most_bytes=3 * size, made_bytes=3 * size),
        # Holds what the line before has made, and a little more.
        LineMemory(file="/home/me/f.py", line=9, most_bytes=3 * size + 99, made_bytes=99),
    )
    found = msgspec.structs.replace(
        record(A),
        memory=MemoryRecord(peak_bytes=3 * size, lines=lines, expressions=(expression,)),
    )
    said = memory.in_words(found)
    assert said[-2] == (
        "most is held in f.py:7: 6.00 MiB, 4.00 MiB of it before `np.sqrt(b) + c` began: what "
        "is not needed any more by then, deleted or made later, lowers the peak"
    )
    assert said[-1] == "2.00 MiB at once by `np.sqrt(b) + c`, f.py:7, 3 times"


def test_little_is_not_worth_a_word() -> None:
    assert memory.in_words(record(A[:10, :10].copy())) == ()
