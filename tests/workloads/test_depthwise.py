"""Depthwise convolutions: right at any stride and layout, peers where they are installed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.errors import ProblemError, UsageError
from profiler_suite.measure.trace import trace
from profiler_suite.model.experiment import Problem
from profiler_suite.workloads import depthwise, registry, verification
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import peer
from tests.workloads.image_after_image import check_answers

pytestmark = pytest.mark.numerical
DEPTHWISE = registry.find_workload("depthwise")
NAMES = ("depthwise_taps", "depthwise_kept")
PEERS = {one.name: one.packages for one in peer.PEERS if "depthwise" in one.name}


def sized(**changes: Any) -> Problem:
    sizes: dict[str, Any] = {
        "height": 11,
        "width": 10,
        "channels": 5,
        "filter_height": 3,
        "filter_width": 3,
    }
    return depthwise.problem(**sizes | changes)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Filters of any kind, strides that do not divide, layouts that are not contiguous."""
    high, wide = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    made = depthwise.problem(
        height=high + draw(st.integers(0, 12)),
        width=wide + draw(st.integers(0, 12)),
        channels=draw(st.integers(1, 9)),
        filter_height=high,
        filter_width=wide,
        stride=draw(st.integers(1, 4)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
    )
    return Problem(
        workload=made.workload,
        dims=made.dims,
        dtype=made.dtype,
        layout=draw(st.sampled_from(["C", "F", "strided"])),
    )


def of_each_channel(image: Array, filters: Array, stride: int) -> Array:
    """Every element of the answer by itself, in float64."""
    shape = depthwise.answer_shape(image.shape, filters.shape, stride)
    out = np.empty(shape)
    for i, j, c in np.ndindex(shape):
        window = image[
            stride * i : stride * i + len(filters),
            stride * j : stride * j + filters.shape[1],
            c,
        ]
        out[i, j, c] = (window.astype(np.float64) * filters[:, :, c]).sum()
    return out


@settings(deadline=None, max_examples=60)
@given(problem=problems(), seed=st.integers(0, 2**31))
@pytest.mark.parametrize("rows", [1, None], ids=["by single rows", "as it is"])
def test_it_is_right_for_one_image_after_another(
    rows: int | None, problem: Problem, seed: int
) -> None:
    first, second = (DEPTHWISE.arguments(problem, seed + k) for k in range(2))
    with pytest.MonkeyPatch.context() as patch:
        if rows:
            patch.setattr(depthwise, "_rows", lambda _length, _item_bytes: rows)
        for name in NAMES:
            check_answers(registry.find_implementation(name), problem, first, second)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_reference_is_what_every_channel_gives_by_itself(stride: int) -> None:
    arguments = DEPTHWISE.arguments(sized(stride=stride), 0)
    found = DEPTHWISE.reference(sized(stride=stride), arguments)
    np.testing.assert_allclose(found, of_each_channel(*arguments), rtol=1e-13, atol=1e-14)


def test_a_dropped_place_is_beyond_the_bound() -> None:
    problem = sized(dtype="float32")
    image, filters, stride = DEPTHWISE.arguments(problem, 3)
    reference = DEPTHWISE.reference(problem, (image, filters, stride))
    bound = DEPTHWISE.error_bound(problem, (image, filters, stride), "direct")
    short = filters.copy()
    short[1, 2] = 0
    answer = registry.find_implementation("depthwise_taps").function(image, short, stride)
    assert not verification.check_answer(answer, reference, "float32", bound).right


@pytest.mark.parametrize("stride", [1, 2])
def test_all_that_the_kept_one_allocates_is_the_answer(stride: int) -> None:
    problem = sized(height=30, width=30, channels=16, stride=stride)
    arguments = DEPTHWISE.arguments(problem, 0)
    found = registry.find_implementation("depthwise_kept")
    _, counts = trace(registry.ready(found, arguments), arguments)
    rows, columns, channels = depthwise.answer_shape((30, 30, 16), (3, 3), stride)
    # NumPy 2.0 makes windows by way of two arrays of one number.
    answer = 8 * rows * columns * channels
    assert answer <= counts.temporary_bytes <= answer + 16
    assert counts.flop == pytest.approx(found.cost(problem).flop, rel=0.12)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"filter_height": 12}, "a 12×3 filter is larger than its 11×10 input"),
        ({"stride": 0}, "stride is 0"),
        ({"channels": 2.5}, "channels is 2.5"),
        ({"dtype": "int64"}, "dtype 'int64' is not supported"),
    ],
)
def test_impossible_ones_end_in_one_clear_sentence(changes: Any, said: str) -> None:
    with pytest.raises(ProblemError, match=said) as caught:
        sized(**changes)
    assert "\n" not in str(caught.value)


def test_it_has_a_label_and_words_and_no_other_error_bound() -> None:
    problem = sized(stride=2)
    assert DEPTHWISE.label(problem) == "11x10x5-3x3-s2-depthwise"
    assert DEPTHWISE.describe(problem).startswith("11×10×5 input, a 3×3 filter for each")
    with pytest.raises(UsageError, match="use 'direct'"):
        DEPTHWISE.error_bound(problem, DEPTHWISE.arguments(problem, 0), "fft")


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("stride", [1, 2])
def test_a_peer_is_right_for_one_image_after_another(name: str, stride: int) -> None:
    for package in PEERS[name]:
        pytest.importorskip(package, reason=f"needs {package}: pip install -e '.[peers]'")
    problem = sized(dtype="float32", stride=stride)
    first, second = (DEPTHWISE.arguments(problem, seed) for seed in (1, 2))
    check_answers(registry.find_implementation(name), problem, first, second)
