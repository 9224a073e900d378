"""Phases: a strided convolution is that of its phases at stride 1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.phases import Phases

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")


@settings(deadline=None, max_examples=80)
@given(
    filter_sides=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    more=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    channels=st.integers(1, 3),
    stride=st.integers(1, 5),
    layout=st.sampled_from(["C", "F", "strided"]),
)
def test_the_phases_at_stride_1_have_the_strided_answer(
    filter_sides: tuple[int, int],
    more: tuple[int, int],
    channels: int,
    stride: int,
    layout: str,
) -> None:
    problem = convolution.problem(
        height=filter_sides[0] + more[0],
        width=filter_sides[1] + more[1],
        channels=channels,
        filters=2,
        filter_height=filter_sides[0],
        filter_width=filter_sides[1],
        stride=stride,
        layout=layout,
    )
    image, filters, _ = arguments = CONVOLUTION.arguments(problem, 5)
    size = Geometry.of(problem)
    phases = Phases.of(size)
    deep = np.zeros(
        (
            size.out_height + phases.filter_height - 1,
            size.out_width + phases.filter_width - 1,
            phases.channels,
        )
    )
    phases.fill(deep, image)
    at_stride_1 = convolution.problem(
        height=deep.shape[0],
        width=deep.shape[1],
        channels=phases.channels,
        filters=2,
        filter_height=phases.filter_height,
        filter_width=phases.filter_width,
    )
    found = CONVOLUTION.reference(at_stride_1, (deep, phases.filters(filters), 1))
    assert found == pytest.approx(CONVOLUTION.reference(problem, arguments), abs=1e-12)


def test_alexnets_first_layer_becomes_3_by_3_on_48_channels() -> None:
    size = Geometry(
        height=227,
        width=227,
        channels=3,
        filters=96,
        filter_height=11,
        filter_width=11,
        stride=4,
    )
    phases = Phases.of(size)
    assert (phases.filter_height, phases.filter_width, phases.channels) == (3, 3, 48)


def test_a_larger_stride_than_the_filter_reads_only_what_filters_reach() -> None:
    size = Geometry(
        height=9, width=9, channels=2, filters=1, filter_height=2, filter_width=1, stride=4
    )
    assert Phases.of(size).channels == 2 * 2
