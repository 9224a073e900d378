"""What is prepared once serves many inputs: right each time, new answers, no fresh memory."""

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.host import blas
from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.breakdown.per_point import BreakdownRequest, measure_breakdown
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.planning.plan import make_point
from profiler_suite.measure.trace import trace
from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.convolution import lowering
from profiler_suite.workloads.convolution.geometry import Geometry
from tests.fake_machine import MACHINE
from tests.workloads.image_after_image import check_answers

pytestmark = pytest.mark.numerical
CONVOLUTION = registry.find_workload("convolution")
PREPARED = {
    name: found
    for name, found in registry.implementations().items()
    if found.prepare is not None and found.family != "peer"
    if found.workload == "convolution"
}


def serves(found: Implementation, problem: Problem) -> bool:
    return found.refuse is None or not found.refuse(problem)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Shapes on every road: 1×1, short and long runs, tables, several blocks."""
    filter_height, filter_width = draw(
        st.sampled_from([(1, 1), (2, 2), (3, 3), (3, 1), (2, 4)])
    )
    return convolution.problem(
        height=filter_height + draw(st.integers(0, 20)),
        width=filter_width + draw(st.integers(0, 20)),
        channels=draw(st.sampled_from([1, 3, 8, 20])),
        filters=draw(st.integers(1, 6)),
        filter_height=filter_height,
        filter_width=filter_width,
        stride=draw(st.integers(1, 4)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        layout=draw(st.sampled_from(["C", "F", "strided"])),
    )


@settings(deadline=None, max_examples=120)
@given(problem=problems(), seed=st.integers(0, 2**31))
@pytest.mark.parametrize("block_caches", [0, 2])
def test_it_is_right_for_one_image_after_another(
    block_caches: int, problem: Problem, seed: int
) -> None:
    first, second = (CONVOLUTION.arguments(problem, seed + k) for k in range(2))
    with pytest.MonkeyPatch.context() as patch:
        if not block_caches:  # a block per row of the answer
            patch.setattr(lowering, "_CACHES_PER_BLOCK", 0)
            patch.setattr(lowering, "_LEAST_POSITIONS", 1)
        for found in PREPARED.values():
            if serves(found, problem):
                check_answers(found, problem, first, second)


def sized(**changes: Any) -> Problem:
    sizes: dict[str, Any] = {
        "height": 58,
        "width": 58,
        "channels": 64,
        "filters": 64,
        "filter_height": 3,
        "filter_width": 3,
        "stride": 1,
        "dtype": "float32",
    }
    return convolution.problem(**sizes | changes)


@pytest.mark.skipif(sys.platform != "linux", reason="faults are counted per process on Linux")
@pytest.mark.parametrize("name", PREPARED)
def test_in_the_steady_state_no_page_is_faulted_in(name: str) -> None:
    problem = sized()
    arguments = CONVOLUTION.arguments(problem, 0)
    ready = registry.ready(PREPARED[name], arguments)
    for _ in range(3):
        ready(*arguments)
    fewest = []
    for _ in range(5):
        before = timing.minor_faults()
        for _ in range(4):
            ready(*arguments)
        fewest.append(timing.minor_faults() - before)
    # Something else in the process may fault now and then; the calls do not.
    assert min(fewest) == 0


@pytest.mark.parametrize("name", PREPARED)
def test_all_it_allocates_is_the_answer(name: str) -> None:
    problem = sized(height=20, width=20)
    arguments = CONVOLUTION.arguments(problem, 0)
    _, counts = trace(registry.ready(PREPARED[name], arguments), arguments)
    size = Geometry.of(problem)
    assert counts.temporaries == 1
    assert counts.temporary_bytes == 4 * size.outputs
    assert counts.coverage > 0.9


@pytest.mark.parametrize("unpacked", [False, True])
def test_1x1_filters_are_a_product_without_lowering(
    unpacked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: unpacked)
    monkeypatch.setattr(blas, "threads", lambda: 1)
    problem = sized(filter_height=1, filter_width=1)
    arguments = CONVOLUTION.arguments(problem, 0)
    _, counts = trace(registry.ready(PREPARED["im2col_kept"], arguments), arguments)
    assert sum(o.calls for o in counts.operations if o.kind == "copy") == 0
    # Where none is packed, one for whole groups of rows and one for those that are left.
    products = sum(o.calls for o in counts.operations if o.kind == "product")
    assert products == (2 if unpacked else 1)
    assert counts.flop == pytest.approx(PREPARED["im2col_kept"].cost(problem).flop, rel=0.02)


@pytest.mark.parametrize(
    ("changes", "along_answer"),
    [
        ({"channels": 3}, True),  # runs of 9 against 56
        ({"channels": 64}, False),  # runs of 192 against 56
        ({"channels": 3, "height": 7, "width": 7}, False),  # runs of 9 against 5
    ],
    ids=str,
)
def test_windows_are_copied_in_the_longer_runs(
    changes: dict[str, int], along_answer: bool
) -> None:
    assert lowering.copies_along_answer(Geometry.of(sized(**changes))) == along_answer


def test_blocks_have_positions_enough_to_pay_for_the_packing_of_filters() -> None:
    size = Geometry.of(sized(height=30, width=30, channels=512, filters=512))
    assert lowering.rows_per_block(size, 4) * size.out_width >= 392
    wide = Geometry.of(sized(height=226, width=226))
    assert 1 < lowering.rows_per_block(wide, 4) < wide.out_height


def test_the_breakdown_is_that_of_the_prepared_call() -> None:
    problem = sized(height=20, width=20)
    found = PREPARED["winograd_kept"]
    point = make_point("test", found, problem, 1, MACHINE)
    order = BreakdownRequest(
        files=(), seed=0, effort=BreakdownEffort(replay_s=0.01, sample_s=0.01, baseline_s=1.0)
    )
    record = measure_breakdown(point, order, canary.make("ufunc"))
    assert not record.untraced
    products = [o for o in record.operations if o.kind == "product"]
    # Five products; no sixth that would transform the filters.
    assert len(products) == 5
    assert np.isclose(record.flop, found.cost(problem).executed_flop, rtol=0.12)
