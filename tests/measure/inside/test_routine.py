"""Symbols tell the inner loop and the vector instructions that it is compiled for."""

import pytest

from profiler_suite.measure.inside.routine import in_words, routine_of, simd_of
from profiler_suite.model.native import NativeWeight

UMATH = "_multiarray_umath.cpython-313-x86_64-linux-gnu.so"


def weight(
    symbol: str, entry: str = "ufunc", samples: int = 1, library: str = UMATH
) -> NativeWeight:
    return NativeWeight(entry=entry, library=library, symbol=symbol, samples=samples)


@pytest.mark.parametrize(
    ("symbol", "level"),
    [
        ("DOUBLE_add_X86_V4", "AVX-512"),
        ("FLOAT_exp_AVX512_SKX", "AVX-512"),
        ("DOUBLE_multiply_X86_V3", "AVX2"),
        ("DOUBLE_add_AVX2", "AVX2"),
        ("FLOAT_sqrt_FMA3__AVX2", "AVX2"),
        ("__svml_exp8", "AVX-512"),
        ("DOUBLE_add_ASIMD", "NEON"),
        ("DOUBLE_add_SVE", "SVE"),
        ("dgemm_kernel_SKYLAKEX", "AVX-512"),
        ("dgemm_kernel_COOPERLAKE", "AVX-512"),
        ("dgemm_kernel_HASWELL", "AVX2"),
        ("sgemm_kernel_ZEN", "AVX2"),
        ("dgemm_kernel_SANDYBRIDGE", "AVX"),
        ("dgemm_kernel_NEHALEM", "SSE4.2"),
        ("dgemm_kernel_PRESCOTT", "SSE3"),
        ("dgemm_kernel_NEOVERSEN1", "NEON"),
        ("dgemm_kernel_NEOVERSEV1", "SVE"),
        ("dgemm_kernel_POWER9", "VSX"),
        ("DOUBLE_pairwise_sum", "SSE4.2 (baseline)"),
    ],
)
def test_vector_instructions_by_symbol(symbol: str, level: str) -> None:
    assert simd_of(weight(symbol), ("SSE", "SSE2", "X86_V2")) == level


def test_code_of_others_without_a_mark_says_nothing() -> None:
    assert simd_of(weight("solve", "extension", library="mine.so"), ("X86_V2",)) == ""
    assert simd_of(weight("DOUBLE_add"), ()) == ""


def test_the_work_is_the_routine_even_where_set_up_has_more_samples() -> None:
    found = routine_of(
        [weight("array_subscript", "dispatch", 80), weight("DOUBLE_add_X86_V3", samples=20)]
    )
    assert found is not None
    assert found.symbol == "DOUBLE_add_X86_V3"
    only = routine_of([weight("array_subscript", "dispatch", 80)])
    assert only is not None
    assert only.symbol == "array_subscript"
    assert routine_of([]) is None


@pytest.mark.parametrize(("samples", "named"), [(25, True), (10, True), (3, False)])
def test_what_computes_is_the_routine_also_where_filling_its_buffer_takes_longer(
    samples: int, named: bool
) -> None:
    copying = weight("_aligned_strided_to_contig_size8", "copy", 70)
    found = routine_of([copying, weight("DOUBLE_add_X86_V3", samples=samples)])
    assert found is not None
    assert (found.symbol == "DOUBLE_add_X86_V3") is named


@pytest.mark.parametrize(
    ("symbol", "said"),
    [
        ("DOUBLE_add_X86_V4", "DOUBLE_add_X86_V4"),
        ("array_assign_array.constprop.0", "array_assign_array"),
        ("DOUBLE_pairwise_sum.part.0.isra.1", "DOUBLE_pairwise_sum"),
        ("_Z9binsearchIN3npy10double_tagEL6side_t0EEvPKcS4_Pcllll", "binsearch"),
        ("_ZN10quicksort_IN3npy7int_tagEiEEiPT0_l", "quicksort_"),
        ("_aligned_strided_to_contig_size8", "_aligned_strided_to_contig_size8"),
    ],
)
def test_a_compilers_marks_are_left_out(symbol: str, said: str) -> None:
    assert in_words(symbol) == said
