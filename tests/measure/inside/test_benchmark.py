"""The benchmark of call facts generates 200 calls whose layouts and casts are as they say."""

import pytest

from profiler_suite.measure.inside import access
from profiler_suite.measure.inside.changes import casts_of
from profiler_suite.model.native import NativeWeight
from tests.benchmarks.call_facts import DTYPES, GeneratedCall, generated, wrong_routine

CALLS = list(generated())


def test_there_are_two_hundred_of_different_names() -> None:
    assert len(CALLS) == len({each.name for each in CALLS}) == 200


@pytest.mark.parametrize("dtype", DTYPES)
def test_facts_that_need_no_samples_are_right(dtype: str) -> None:
    def told(call: GeneratedCall) -> tuple[str, float, bool]:
        found = access.accesses(call.args, {}, None)[0]
        casts = casts_of((call.function, call.args, {}))
        return found.layout, found.used_bytes, bool(casts)

    calls = [each for each in CALLS if f", {dtype}," in each.name]
    assert len(calls) == 40
    for call in calls:
        assert told(call) == (call.layout, call.used_bytes, call.casts), call.name


NAMES = {"DOUBLE_add", "DOUBLE_add_X86_V3", "DOUBLE_square", "INT_add", "INT_add_X86_V3"}
BOTH, NEITHER = {"X86_V3": True, "X86_V4": True}, {"X86_V3": False}


@pytest.mark.parametrize(
    ("name", "entry", "symbol", "features", "right"),
    [
        ("add, f8, contiguous", "ufunc", "DOUBLE_add_X86_V3", BOTH, True),
        ("add, f8, contiguous", "ufunc", "DOUBLE_add_X86_V3.isra.0", BOTH, True),
        ("add, f8, contiguous", "ufunc", "DOUBLE_add", BOTH, False),
        ("add, f8, contiguous", "ufunc", "DOUBLE_add_X86_V3", NEITHER, False),
        ("add, f8, strided", "ufunc", "DOUBLE_add", NEITHER, True),
        ("add, f8, strided", "ufunc", "INT_add_X86_V3", BOTH, False),
        ("square, f8, strided", "ufunc", "DOUBLE_square", BOTH, True),
        ("square, f8, strided", "ufunc", "DOUBLE_add_X86_V3", BOTH, False),
        ("add, f8, strided", "copy", "_aligned_strided_to_contig_size8", BOTH, False),
        ("add with a float64, f4, strided", "copy", "_cast_float_to_double", BOTH, True),
        ("add with a float64, f4, strided", "ufunc", "DOUBLE_add_X86_V3", BOTH, True),
        ("copy, f8, strided", "copy", "_aligned_strided_to_contig_size8", BOTH, True),
        ("matmul, f8, contiguous", "blas", "dgemm_kernel_HASWELL", BOTH, True),
        ("matmul, i8, contiguous", "blas", "dgemm_kernel_HASWELL", BOTH, False),
        ("sum, i4, contiguous", "ufunc", "INT_add_X86_V3", BOTH, False),
    ],
)
def test_the_routine_is_the_loop_that_the_processor_chooses(
    name: str, entry: str, symbol: str, features: dict[str, bool], right: bool
) -> None:
    call = next(each for each in CALLS if each.name == name)
    library = "_multiarray_umath.cpython-313-x86_64-linux-gnu.so"
    main = NativeWeight(entry=entry, library=library, symbol=symbol, samples=9)
    assert (wrong_routine(call, main, NAMES, features) == "") is right
