"""The small tables of a run: sides, threads, doubts, ceilings."""

import dataclasses

import msgspec
import pytest

from profiler_suite.report.content import run_tables
from profiler_suite.report.content.run_facts import RunFacts
from tests.report.known import known, with_points


def with_machine(**fields: object) -> RunFacts:
    run = known().run
    machine = msgspec.structs.replace(run.provenance.machine, **fields)
    origin = msgspec.structs.replace(run.provenance, machine=machine)
    return dataclasses.replace(known(), run=dataclasses.replace(run, provenance=origin))


def test_the_fastest_of_each_problem_is_the_measure_of_the_others() -> None:
    table = run_tables.sides(known())
    assert table is not None
    column = table.headings.index("vs fastest")
    by_problem: dict[str, list[str]] = {}
    for row in table.rows:
        if row[column]:
            by_problem.setdefault(row[1], []).append(row[column])
    assert all(ratios.count("1.00×") >= 1 for ratios in by_problem.values())


def test_a_side_without_a_time_shows_its_status_and_why() -> None:
    table = run_tables.sides(known())
    assert table is not None
    (wrong,) = (row for row in table.rows if row[2] == "wrong")
    assert wrong[4] == ""
    assert wrong[-1].startswith("differs by")


def test_without_a_question_there_are_no_sides() -> None:
    assert run_tables.sides(dataclasses.replace(known(), answer=None)) is None


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1.1, 1.3, "help"), (0.7, 0.9, "hurt"), (0.9, 1.1, "no difference beyond noise")],
)
def test_threads_help_or_hurt_only_beyond_noise(low: float, high: float, said: str) -> None:
    scaling = known().thread_scaling.assign(low=low, high=high)
    table = run_tables.threads(dataclasses.replace(known(), thread_scaling=scaling))
    assert table is not None
    assert {row[-1] for row in table.rows} == {said}


def test_one_thread_alone_makes_no_table() -> None:
    scaling = known().thread_scaling.assign(threads=1)
    assert run_tables.threads(dataclasses.replace(known(), thread_scaling=scaling)) is None


def test_only_flagged_points_are_doubtful_and_one_without_a_time_has_none() -> None:
    points = (
        known()
        .points.head(3)
        .assign(flags=["contended", "", float("nan")], time_s=[float("nan"), 1.0, 1.0])
    )
    table = run_tables.doubtful(with_points(points))
    assert table is not None
    assert [(row[4], row[5], row[6]) for row in table.rows] == [("", "", "contended")]
    assert run_tables.doubtful(with_points(points.assign(flags=""))) is None


def test_reasons_that_differ_in_numbers_alone_are_one_row() -> None:
    points = (
        known()
        .points.head(6)
        .assign(
            status="failed",
            experiment="e",
            implementation="fft",
            problem=list("abcdef"),
            name="",
            replica=0,
            reason=[f"needs {n} GiB, has 2 GiB" for n in range(5)] + ["ValueError"],
        )
    )
    table = run_tables.unmeasured(with_points(points))
    assert table is not None
    assert [row[2:] for row in table.rows] == [
        ("5", "a, b, c and 2 more", "needs 0 GiB, has 2 GiB"),
        ("1", "f", "ValueError"),
    ]
    assert run_tables.unmeasured(with_points(points.assign(status="ok"))) is None


def test_a_ceiling_that_was_not_measured_says_so_and_each_has_its_unit() -> None:
    ceilings = known().run.provenance.machine.ceilings
    lost = msgspec.structs.replace(ceilings[0], value=0.0, warning="no BLAS")
    table = run_tables.ceilings(with_machine(ceilings=(lost, *ceilings)))
    assert table.rows[0][3:] == ("not measured", "", "", "no BLAS")
    assert table.rows[1][5] == "up to 19 %"
    for ceiling, row in zip(ceilings, table.rows[1:], strict=True):
        unit = {"peak": "FLOP/s", "bandwidth": "B/s"}.get(ceiling.quantity, "s")
        assert row[3].endswith(unit if ceiling.value else "not measured")


def test_call_costs_are_a_table_or_nothing() -> None:
    table = run_tables.call_costs(known())
    assert table is not None
    assert table.rows[0][:4] == ("np.add", "contiguous, 1-D", "float64", "210 ns")
    assert table.rows[1][-1] == ""
    assert run_tables.call_costs(with_machine(call_costs=())) is None
