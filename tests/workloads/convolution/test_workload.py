"""A convolution's data, reference and error bound."""

import msgspec
import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.workloads.convolution import winograd, workload
from tests.workloads.convolution.examples import ANSWER, FILTERS, IMAGE, STRIDE_TWO, of_size


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_arguments_have_the_problem_s_shape_dtype_and_layout(layout: str) -> None:
    problem = msgspec.structs.replace(of_size(stride=2), layout=layout, dtype="float32")
    image, filters, stride = workload.arguments(problem, 0)
    assert (image.shape, filters.shape, stride) == ((8, 8, 3), (4, 3, 3, 3), 2)
    assert image.dtype == filters.dtype == np.float32
    assert image.flags.c_contiguous is (layout == "C")
    assert image.flags.f_contiguous is (layout == "F")


def test_the_seed_alone_decides_the_values() -> None:
    problem = of_size()
    first, again, other = (workload.arguments(problem, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(("stride", "answer"), [(1, ANSWER), (2, STRIDE_TWO)])
def test_the_reference_is_the_sum_by_hand(stride: int, answer: object) -> None:
    problem = of_size(height=3, channels=1, filters=2, window=2, stride=stride)
    found = workload.reference(problem, (IMAGE.astype("f4"), FILTERS.astype("f4"), stride))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, answer)


@pytest.mark.parametrize("kind", ["direct", "fft", *winograd.TILES])
def test_bounds_are_small_wider_in_single_precision_and_nothing_for_zeros(kind: str) -> None:
    problem = of_size()
    given = workload.arguments(problem, 0)
    double = workload.error_bound(problem, given, kind)
    single = msgspec.structs.replace(problem, dtype="float32")
    given_single = workload.arguments(single, 0)
    assert 0 < double < 1e-10 < workload.error_bound(single, given_single, kind) < 0.1
    zeros = (np.zeros_like(given[0]), given[1], given[2])
    assert workload.error_bound(problem, zeros, kind) == 0


def test_an_unknown_kind_of_bound_names_the_known_ones() -> None:
    problem = of_size()
    with pytest.raises(UsageError, match=r"'exact'; use one of direct, fft, winograd"):
        workload.error_bound(problem, workload.arguments(problem, 0), "exact")
