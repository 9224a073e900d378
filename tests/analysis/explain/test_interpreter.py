"""What the interpreter does is told by the functions of it that samples hit."""

import msgspec
import pytest

from profiler_suite.analysis.explain import interpreter
from profiler_suite.model.native import NativeWeight
from tests.analysis.test_time_breakdown import breakdown_record, samples

PYTHON = "libpython3.12.so.1.0"


def record(slept: float = 0.0, **symbols: int):  # type: ignore[no-untyped-def]
    native = msgspec.structs.replace(
        samples(interpreter=sum(symbols.values())),
        weights=tuple(
            NativeWeight(entry="interpreter", library=PYTHON, symbol=symbol, samples=number)
            for symbol, number in symbols.items()
        ),
        slept_s=slept,
    )
    return breakdown_record(native=native)


def test_the_largest_kinds_of_work_are_said() -> None:
    found = record(unicode_concatenate=60, _PyObject_Malloc=30, _PyEval_EvalFrameDefault=10)
    assert interpreter.in_words(found) == "text 60 %, making and freeing objects 30 %"


def test_exceptions_are_said_though_most_of_their_work_is_others() -> None:
    found = record(PyUnicode_FromFormatV=60, PyErr_SetObject=5, unknown=35)
    assert interpreter.in_words(found) == "text 60 %, exceptions 5.0 %"


def test_shares_are_of_the_time_not_of_the_samples() -> None:
    asleep = interpreter.work_shares(record(slept=0.5, gc_collect_main=100))
    assert asleep == pytest.approx({"garbage collection": 0.5})


def test_few_samples_tell_nothing() -> None:
    assert interpreter.work_shares(record(gc_collect_main=20)) == {}
    assert interpreter.in_words(breakdown_record(native=None)) == ""
