"""What is planned, what is skipped and why, what is refused."""

import msgspec
import pytest

from profiler_suite.errors import ProfilerSuiteError, UsageError, unknown_name
from profiler_suite.measure.planning.plan import Overrides, check_dims, plan
from profiler_suite.measure.planning.schedule import DEFAULT, QUICK
from profiler_suite.workloads import catalogue
from tests.fake_machine import FACTS, MACHINE


def experiment(name: str):  # type: ignore[no-untyped-def]
    return catalogue.find(name).experiment


def test_every_built_in_experiment_has_points_in_every_mode() -> None:
    for name in catalogue.built_in():
        for schedule in (QUICK, DEFAULT):
            assert plan([experiment(name)], MACHINE, schedule).points, name


def test_ids_are_unique_and_partners_are_mutual() -> None:
    found = plan([experiment(name) for name in catalogue.built_in()], MACHINE, DEFAULT)
    by_id = {point.id: point for point in found.points}
    assert len(by_id) == len(found.points)
    for point in found.points:
        if point.partner and not point.replica:
            assert by_id[point.partner].partner == point.id


def test_every_experiment_carries_a_pair_of_the_same_code() -> None:
    for name in catalogue.built_in():
        points = plan([experiment(name)], MACHINE, QUICK).points
        twins = [point for point in points if point.replica]
        assert len(twins) == 1
        original = next(point for point in points if point.id == twins[0].partner)
        assert original.implementation == twins[0].implementation
        assert original.problem == twins[0].problem


def test_the_question_pairs_its_loop_with_the_product() -> None:
    points = plan([experiment("seed_question")], MACHINE, DEFAULT).points
    loop = next(point for point in points if point.implementation == "loop")
    assert loop.partner == "seed_question/dot/500x3072/float64/t1"
    assert loop.cost.flop == 61_440
    dot = next(point for point in points if point.id == loop.partner)
    assert dot.cost.flop == 3_072_000


def test_options_replace_dimensions() -> None:
    found = plan(
        [experiment("stride")],
        MACHINE,
        DEFAULT,
        Overrides(
            dims={"sizes": (12, 20), "strides": (3,)},
            implementations=("taps",),
            dtypes=("float32",),
        ),
    )
    assert {p.problem.dims["height"] for p in found.points} == {12, 20}
    assert {p.problem.dims["stride"] for p in found.points} == {3}
    assert {p.implementation for p in found.points} == {"taps"}
    assert {p.problem.dtype for p in found.points} == {"float32"}


def test_any_dimension_of_any_workload_is_set_by_its_name() -> None:
    wishes = Overrides(dims={"rows": (7, 9), "filter_height": (3,)})
    found = plan([experiment("seed_question")], MACHINE, DEFAULT, wishes)
    dims = [p.problem.dims for p in found.points]
    assert {d["rows"] for d in dims if "rows" in d} == {7, 9}
    assert {d["filter_height"] for d in dims if "height" in d} == {3}
    assert {d["filter_width"] for d in dims if "height" in d} == {2}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("strids", "unknown dimension 'strids'; did you mean 'strid"),
        ("rows", "unknown dimension 'rows'; known: channels, "),
    ],
)
def test_a_dimension_that_no_problem_has_is_refused(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_dims([experiment("stride")], Overrides(dims={name: (2,)}))


def test_a_short_form_and_a_name_may_stand_together() -> None:
    wishes = Overrides(dims={"sizes": (24,), "width": (30, 40)})
    found = plan([experiment("depth")], MACHINE, DEFAULT, wishes)
    dims = {(p.problem.dims["height"], p.problem.dims["width"]) for p in found.points}
    assert dims == {(24, 30), (24, 40)}


def test_points_that_would_take_too_long_are_skipped_with_the_reason() -> None:
    wishes = Overrides(dims={"sizes": (32, 1024)}, implementations=("loop",))
    found = plan([experiment("stride")], MACHINE, QUICK, wishes)
    reasons = [s.reason for s in found.skipped if s.point.implementation == "loop"]
    assert reasons
    assert "predicted to take" in reasons[0]


def test_points_that_would_take_too_much_memory_are_skipped_with_the_reason() -> None:
    small = msgspec.structs.replace(
        MACHINE, facts=msgspec.structs.replace(FACTS, memory_bytes=2**20)
    )
    found = plan(
        [experiment("seed_question")],
        small,
        DEFAULT,
        Overrides(implementations=("im2col_gemm", "dot")),
    )
    assert {s.point.implementation for s in found.skipped} == {"dot"}
    assert "of memory" in found.skipped[0].reason


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (Overrides(threads=(0,)), "0 threads cannot be used"),
        (Overrides(threads=(3,)), "may use 1 to 2"),
        (Overrides(dims={"stride": (0,)}), "stride"),
        (Overrides(dims={"sizes": (-4,)}), "-4"),
        (Overrides(dims={"sizes": (1,)}), "filter"),
        (Overrides(dtypes=("object",)), "object"),
        (Overrides(implementations=("im2cil",)), "did you mean 'im2col"),
    ],
)
def test_impossible_wishes_end_in_one_clear_sentence(overrides: Overrides, said: str) -> None:
    with pytest.raises(ProfilerSuiteError, match=said) as caught:
        plan([experiment("stride")], MACHINE, DEFAULT, overrides)
    assert "\n" not in str(caught.value)


def test_thread_counts_of_an_experiment_stop_at_what_the_process_may_use() -> None:
    points = plan([experiment("blas_threads")], MACHINE, DEFAULT).points
    assert {point.threads for point in points} == {1, 2}


def test_sizes_of_images_leave_the_product_beside_them_alone() -> None:
    found = plan(
        [experiment("seed_question")], MACHINE, DEFAULT, Overrides(dims={"sizes": (64,)})
    )
    labels = {p.label for p in found.points}
    assert "500x3072" in labels
    assert any(label.startswith("64x64x") for label in labels)
    assert "64x64" not in labels
    dense = plan(
        [experiment("blas_threads")], MACHINE, DEFAULT, Overrides(dims={"sizes": (64,)})
    )
    assert {p.label.split("x")[0] for p in dense.points} == {"64"}


def test_a_name_is_suggested_only_when_it_is_near() -> None:
    assert "did you mean" not in str(unknown_name("implementation", "foo", ["loop", "taps"]))
    assert "did you mean 'seed_question'" in str(
        unknown_name("experiment", "seed", ["depth", "seed_question"])
    )
