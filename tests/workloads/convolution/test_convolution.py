"""Convolutions agree with a plain sum and with scipy.signal for any shape and layout."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
import scipy.signal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from profiler_suite.errors import ProblemError, UsageError
from profiler_suite.machine.prediction import RATES
from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import convolution, registry, verification
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import Geometry

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")
IMPLEMENTATIONS = {
    name: found
    for name, found in registry.implementations().items()
    if found.workload == "convolution" and found.family != "peer"
}
SEED: dict[str, Any] = {
    "height": 32,
    "width": 32,
    "channels": 3,
    "filters": 10,
    "filter_height": 2,
    "filter_width": 2,
    "stride": 2,
}


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small problems, with filters up to the whole input and strides beyond the filter."""
    filter_height, filter_width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return convolution.problem(
        height=filter_height + draw(st.integers(0, 7)),
        width=filter_width + draw(st.integers(0, 7)),
        channels=draw(st.integers(1, 4)),
        filters=draw(st.integers(1, 4)),
        filter_height=filter_height,
        filter_width=filter_width,
        stride=draw(st.integers(1, 6)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        layout=draw(st.sampled_from(["C", "F", "strided"])),
    )


def naive(image: Array, filters: Array, stride: int) -> Array:
    """Every output as a correctly rounded sum of Python floats, index by index."""
    x, w = image.tolist(), filters.tolist()
    height, width, channels = image.shape
    _, kh, kw, _ = filters.shape
    return np.array(
        [
            [
                [
                    math.fsum(
                        x[top + a][left + b][c] * one[a][b][c]
                        for a in range(kh)
                        for b in range(kw)
                        for c in range(channels)
                    )
                    for one in w
                ]
                for left in range(0, width - kw + 1, stride)
            ]
            for top in range(0, height - kh + 1, stride)
        ]
    )


def by_scipy(image: Array, filters: Array, stride: int) -> Array:
    """scipy.signal's correlation in three dimensions, in float64."""
    wide = image.astype(np.float64)
    return np.stack(
        [
            scipy.signal.correlate(wide, one.astype(np.float64), "valid", "direct")[
                ::stride, ::stride, 0
            ]
            for one in filters
        ],
        axis=-1,
    )


def fitting(name: str) -> dict[str, int]:
    """Sizes that an implementation with a narrow use asks for."""
    if IMPLEMENTATIONS[name].family == "winograd":
        return {"filter_height": 3, "filter_width": 3, "stride": 1}
    return {}


def bound_of(problem: Problem, arguments: tuple[Any, ...], kind: str = "direct") -> float:
    return CONVOLUTION.error_bound(problem, arguments, kind)


@settings(deadline=None, max_examples=100)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
def test_the_reference_agrees_with_a_plain_sum_and_scipy(problem: Problem, seed: int) -> None:
    arguments = CONVOLUTION.arguments(problem, seed)
    reference = CONVOLUTION.reference(problem, arguments)
    in_double = msgspec.structs.replace(problem, dtype="float64")
    bound = bound_of(in_double, arguments)
    assert np.abs(reference - naive(*arguments)).max() <= bound
    assert np.abs(reference - by_scipy(*arguments)).max() <= bound


@settings(deadline=None, max_examples=80)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", [n for n in IMPLEMENTATIONS if "winograd" not in n])
def test_every_implementation_agrees_and_leaves_its_inputs_alone(
    name: str, problem: Problem, seed: int
) -> None:
    arguments = CONVOLUTION.arguments(problem, seed)
    kept = [each.copy() for each in arguments[:2]]
    answer = IMPLEMENTATIONS[name].function(*arguments)
    bound = bound_of(problem, arguments, IMPLEMENTATIONS[name].error)
    for expected in (naive(*arguments), by_scipy(*arguments)):
        check = verification.check_answer(answer, expected, problem.dtype, bound, arguments)
        assert check.right, check.reason
    assert all(np.array_equal(a, b) for a, b in zip(arguments[:2], kept, strict=True))


CORNERS: tuple[dict[str, Any], ...] = (
    {"filter_height": 1, "filter_width": 1, "stride": 1},
    {"filter_height": 1, "filter_width": 1, "stride": 3},
    {"height": 2, "width": 2},
    {"height": 5, "width": 7, "filter_height": 5, "filter_width": 7, "stride": 1},
    {"stride": 5},
    {"filter_height": 3, "filter_width": 3, "stride": 1},
    {"filter_height": 3, "filter_width": 3, "stride": 1, "layout": "F"},
    {"filter_height": 3, "filter_width": 3, "stride": 1, "layout": "strided"},
    {"filter_height": 3, "filter_width": 3, "height": 3, "width": 10, "stride": 1},
    {"filters": 1},
    {"channels": 1},
    {"filters": 1, "channels": 1, "height": 1, "filter_height": 1},
    {"layout": "F"},
    {"layout": "strided"},
)


def corner(changes: dict[str, Any], dtype: str = "float64") -> Problem:
    sizes: dict[str, Any] = SEED | {"height": 9, "width": 8, "dtype": dtype} | changes
    return convolution.problem(**sizes)


def takes(name: str, problem: Problem) -> bool:
    refuse = IMPLEMENTATIONS[name].refuse
    return refuse is None or not refuse(problem)


@pytest.mark.parametrize(
    ("dtype", "name", "changes"),
    [
        (dtype, name, some)
        for dtype in ("float32", "float64")
        for name in IMPLEMENTATIONS
        for some in CORNERS
        if takes(name, corner(some, dtype))
    ],
    ids=str,
)
def test_the_corners_of_the_problem(dtype: str, name: str, changes: dict[str, Any]) -> None:
    problem = corner(changes, dtype)
    arguments = CONVOLUTION.arguments(problem, 5)
    reference = CONVOLUTION.reference(problem, arguments)
    check = verification.check(IMPLEMENTATIONS[name], problem, arguments, reference)
    assert check.right, check.reason


def test_every_implementation_has_corners_to_be_right_at() -> None:
    for name in IMPLEMENTATIONS:
        assert sum(takes(name, corner(some)) for some in CORNERS) >= 3, name


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_reversed_images_and_foreign_filter_layouts(name: str) -> None:
    problem = convolution.problem(**SEED | {"height": 9, "width": 8} | fitting(name))
    image, filters, stride = CONVOLUTION.arguments(problem, 5)
    image, filters = image[::-1, :, ::-1], np.asfortranarray(filters)[:, ::-1]
    answer = IMPLEMENTATIONS[name].function(image, filters, stride)
    bound = bound_of(problem, (image, filters, stride), IMPLEMENTATIONS[name].error)
    assert np.abs(answer - naive(image, filters, stride)).max() <= bound


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_inputs_may_be_read_only(name: str) -> None:
    problem = convolution.problem(**SEED | {"height": 9, "width": 8} | fitting(name))
    arguments = CONVOLUTION.arguments(problem, 5)
    for each in arguments[:2]:
        each.setflags(write=False)
    assert IMPLEMENTATIONS[name].function(*arguments).flags.writeable


@settings(deadline=None, max_examples=100)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_a_dropped_filter_position_is_beyond_the_bound(
    problem: Problem, seed: int, data: st.DataObject
) -> None:
    size = Geometry.of(problem)
    image, filters, stride = CONVOLUTION.arguments(problem, seed)
    reference = CONVOLUTION.reference(problem, (image, filters, stride))
    lame = filters.copy()
    a = data.draw(st.integers(0, size.filter_height - 1))
    b = data.draw(st.integers(0, size.filter_width - 1))
    # A position whose weights are all about 0 hides its absence.
    assume(np.abs(lame[:, a, b]).max() > 0.01 and size.outputs > 4)
    lame[:, a, b] = 0
    answer = IMPLEMENTATIONS["im2col_gemm"].function(image, lame, stride)
    for kind in ("direct", "fft"):
        bound = bound_of(problem, (image, filters, stride), kind)
        assert not verification.check_answer(answer, reference, problem.dtype, bound).right


@pytest.mark.parametrize("kind", ["direct", "fft"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_image_shifted_by_one_pixel_is_beyond_the_bound(kind: str, dtype: str) -> None:
    problem = convolution.problem(**SEED, dtype=dtype)
    image, filters, stride = CONVOLUTION.arguments(problem, 0)
    reference = CONVOLUTION.reference(problem, (image, filters, stride))
    answer = IMPLEMENTATIONS["taps"].function(np.roll(image, 1, axis=1), filters, stride)
    bound = bound_of(problem, (image, filters, stride), kind)
    assert not verification.check_answer(answer, reference, dtype, bound).right


@pytest.mark.parametrize("kind", ["direct", "fft"])
@pytest.mark.parametrize("channels", [1, 3, 64, 512])
def test_float32_arithmetic_is_not_float64(kind: str, channels: int) -> None:
    problem = convolution.problem(**SEED | {"channels": channels})
    image, filters, stride = CONVOLUTION.arguments(problem, 0)
    coarse = IMPLEMENTATIONS["im2col_gemm"].function(
        image.astype(np.float32), filters.astype(np.float32), stride
    )
    reference = CONVOLUTION.reference(problem, (image, filters, stride))
    bound = bound_of(problem, (image, filters, stride), kind)
    wide = coarse.astype(np.float64)
    assert not verification.check_answer(wide, reference, "float64", bound).right


@pytest.mark.parametrize(
    "name",
    ["im2col_gemm", "im2col_kept", "winograd_kept", "winograd_2x2", "rows_gemm", "taps", "fft"],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_long_sums_stay_within_the_bound(name: str, dtype: str) -> None:
    problem = convolution.problem(
        height=16,
        width=16,
        channels=512,
        filters=8,
        filter_height=3,
        filter_width=3,
        stride=1,
        dtype=dtype,
    )
    arguments = CONVOLUTION.arguments(problem, 2)
    reference = CONVOLUTION.reference(problem, arguments)
    check = verification.check(IMPLEMENTATIONS[name], problem, arguments, reference)
    assert check.right, check.reason


def test_im2col_blocked_takes_several_blocks() -> None:
    problem = convolution.problem(**SEED | {"height": 400, "width": 400, "channels": 64})
    cost = IMPLEMENTATIONS["im2col_blocked"].cost(problem)
    whole = IMPLEMENTATIONS["im2col_gemm"].cost(problem)
    assert cost.calls > 15
    assert cost.workspace_bytes < whole.workspace_bytes / 2
    arguments = CONVOLUTION.arguments(problem, 2)
    reference = CONVOLUTION.reference(problem, arguments)
    check = verification.check(IMPLEMENTATIONS["im2col_blocked"], problem, arguments, reference)
    assert check.right, check.reason


def test_the_question_s_convolution_counts_its_operations() -> None:
    problem = convolution.problem(**SEED)
    size = Geometry.of(problem)
    assert (size.out_height, size.out_width, size.length) == (16, 16, 12)
    assert CONVOLUTION.label(problem) == "32x32x3-f10-2x2-s2"
    for found in IMPLEMENTATIONS.values():
        skipped = found.refuse is not None and found.refuse(problem)
        cost = found.cost(problem)
        assert cost.flop == 61_440 or skipped
        assert cost.compulsory_bytes == 8 * (32 * 32 * 3 + 10 * 12 + 16 * 16 * 10)
        assert cost.rate in RATES
        assert cost.calls > 0
    assert IMPLEMENTATIONS["loop"].cost(problem).executed_flop == 58_880
    # Positions that the stride drops are computed all the same.
    assert IMPLEMENTATIONS["scipy_convolve2d"].cost(problem).executed_flop == 2 * 31 * 31 * 120


def test_pointwise_filters_lower_nothing() -> None:
    problem = convolution.problem(**SEED | {"filter_height": 1, "filter_width": 1, "stride": 1})
    for name in ("im2col_gemm", "im2col_blocked", "rows_gemm"):
        assert IMPLEMENTATIONS[name].cost(problem).workspace_bytes == 0


def test_loop_scalar_refuses_a_problem_that_takes_seconds() -> None:
    refuse = IMPLEMENTATIONS["loop_scalar"].refuse
    assert refuse is not None
    assert refuse(convolution.problem(**SEED)) == ""
    assert "multiply-adds one at a time" in refuse(
        convolution.problem(**SEED | {"height": 512, "width": 512})
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"filter_height": 33}, "33×2 filter is larger than its 32×32 input"),
        ({"filter_width": 40}, "2×40 filter is larger"),
        ({"stride": 0}, "stride is 0"),
        ({"stride": -1}, "stride is -1"),
        ({"height": 0}, "height is 0"),
        ({"filters": -10}, "filters is -10"),
        ({"width": float("nan")}, "width is nan"),
        ({"channels": 3.0}, "channels is 3.0"),
        ({"channels": True}, "channels is True"),
        ({"stride": "2"}, "stride is '2'"),
        ({"dtype": "object"}, "dtype 'object' is not supported"),
        ({"dtype": "int64"}, "dtype 'int64' is not supported"),
        ({"layout": "A"}, "unknown layout 'A'"),
    ],
    ids=str,
)
def test_impossible_problems_end_in_one_clear_sentence(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ProblemError, match=said) as caught:
        convolution.problem(**SEED | changes)
    assert "\n" not in str(caught.value)


def test_missing_and_unknown_dimensions_are_named() -> None:
    dims = dict(convolution.problem(**SEED).dims)
    del dims["stride"]
    with pytest.raises(ProblemError, match="needs stride"):
        CONVOLUTION.validate(Problem(workload="convolution", dims=dims))
    with pytest.raises(ProblemError, match="has no 'depth'"):
        CONVOLUTION.validate(
            Problem(workload="convolution", dims=dims | {"stride": 1, "depth": 3})
        )


def test_numpy_integers_become_plain_ones() -> None:
    problem = convolution.problem(**SEED | {"height": np.int64(32)})
    assert type(problem.dims["height"]) is int


def test_an_unknown_kind_of_error_bound_is_an_error() -> None:
    problem = convolution.problem(**SEED)
    with pytest.raises(UsageError, match="use one of direct, fft, winograd_2x2"):
        bound_of(problem, CONVOLUTION.arguments(problem, 0), "guess")
