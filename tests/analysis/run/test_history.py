"""The rows of a run, sorted by point."""

import dataclasses
from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.correction import Exponent
from profiler_suite.analysis.run.history import (
    exponents,
    history_of,
    kept_exponents,
    kind_of,
    worth_keeping,
)
from profiler_suite.model.experiment import Point
from profiler_suite.model.rows import (
    LineRecord,
    LinesRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
    WorkerRecord,
)
from tests.fake_run import make_run

TEMPLATE = make_run().provenance.points[0]
BASELINE_S = 4e-5


def visit(point: str, time_s: float, slowdown: float = 1.0) -> Visit:
    canary_s = BASELINE_S * slowdown
    return Visit(
        point=point,
        at_s=0.0,
        sample_times_s=(time_s,),
        canaries_s={"ufunc": (canary_s, canary_s)},
        minor_faults=0.0,
    )


def a_round(number: int, worker: int, *visits: Visit) -> RoundRecord:
    return RoundRecord(round=number, worker=worker, visits=visits)


def line(point: str, number: int) -> LineRecord:
    return LineRecord(
        point=point,
        implementation="i",
        file="f.py",
        function="f",
        line=number,
        source="x",
        hits=1,
        time_s=1.0,
        evaluations=1,
    )


ROWS: list[Row] = [
    a_round(0, 0, visit("a", 1.0), visit("b", 2.0)),
    a_round(1, 1, visit("b", 3.0), visit("a", 4.0)),
    WorkerRecord(point="a", worker=0, status=Status.OK),
    WorkerRecord(point="a", worker=1, status=Status.OK),
    PassRecord(name="sweep", at_s=1.0, outcome="finished"),
]


def test_visits_of_a_point_keep_their_rounds_and_workers() -> None:
    found = history_of(ROWS, 2, {})
    assert [v.sample_times_s for v in found.visits["a"]] == [(1.0,), (4.0,)]
    assert (found.round_of["b"], found.worker_of["b"]) == ([0, 1], [0, 1])
    assert found.by_round("b")[1].sample_times_s == (3.0,)
    assert found.by_round("nobody") == {}
    assert [w.worker for w in found.workers["a"]] == [0, 1]
    assert [p.outcome for p in found.passes] == ["finished"]
    assert found.unreadable == 2


def test_the_last_word_on_a_point_counts() -> None:
    point = msgspec.structs.replace(TEMPLATE, id="a")
    rows: list[Row] = [
        PointRecord(point=point, status=Status.TIMEOUT),
        PointRecord(point=point, status=Status.OK, reason="converged"),
    ]
    assert history_of(rows, 0, {}).outcomes["a"].reason == "converged"


def test_lines_of_a_later_pass_replace_those_before() -> None:
    rows: list[Row] = [
        line("old", 1),
        line("old", 2),
        LinesRecord(point="a", lines=(line("a", 1),)),
        LinesRecord(point="a", lines=(line("a", 7), line("a", 8))),
    ]
    found = history_of(rows, 0, {})
    assert [(each.point, each.line) for each in found.lines] == [
        *(("old", 1), ("old", 2), ("a", 7), ("a", 8))
    ]


@pytest.mark.parametrize(
    ("kept_s", "baseline_s", "slowness"),
    [(0.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.2, 1.0, 1.0), (0.5, 0.5, 2.0)],
)
def test_a_run_that_was_slow_all_along_is_held_against_what_was_kept(
    kept_s: float, baseline_s: float, slowness: float
) -> None:
    kept = {"ufunc": kept_s * BASELINE_S} if kept_s else {}
    found = history_of(ROWS, 0, kept)
    assert found.own_baselines["ufunc"] == pytest.approx(BASELINE_S)
    assert found.baselines["ufunc"] == pytest.approx(baseline_s * BASELINE_S)
    assert found.slowness == pytest.approx(slowness)


def test_no_rows_are_an_empty_history() -> None:
    found = history_of([], 0, {})
    assert (found.visits, found.outcomes, found.lines) == ({}, {}, [])
    assert found.slowness == 1.0
    assert exponents([], found) == {}


def test_code_of_a_kind_shares_what_is_learned_of_it() -> None:
    def point(name: str, **fields: Any) -> Point:
        given: dict[str, Any] = {"family": "loop", "threads": 1, **fields}
        return msgspec.structs.replace(TEMPLATE, id=name, **given)

    # Of one kind: as much slower as the canaries; of the other: not slowed at all.
    rows: list[Row] = []
    for number in range(40):
        slowdown = 1.0 if number % 2 else 1.8
        followed = (visit("a", slowdown, slowdown), visit("b", slowdown, slowdown))
        rows.append(a_round(number, number % 2, *followed, visit("c", 1.0, slowdown)))
    points = [point("a"), point("b"), point("c", family="blas"), point("d", threads=2)]
    history = history_of(rows, 0, {})
    found = exponents(points, history)
    assert set(found) == {"a", "b", "c", "d"}
    assert found["a"] == found["b"] != found["c"]
    left, right = history.exponents_of("a", "nobody")
    assert left == right  # nothing was learned yet


def test_what_earlier_runs_found_is_gone_on_from_and_enough_is_kept() -> None:
    point = msgspec.structs.replace(TEMPLATE, id="a")
    kind = kind_of(point)
    slowed = [
        a_round(n, 0, visit("a", 1.8**0.7 if n % 2 else 1.0, 1.8 if n % 2 else 1.0))
        for n in range(60)
    ]
    history = history_of(slowed, 0, {"ufunc": BASELINE_S})
    fresh = exponents([point], history)
    gone_on = exponents([point], history, {kind: Exponent(value=0.1, uncertainty=0.1)})
    assert gone_on["a"].value < fresh["a"].value
    seen = dataclasses.replace(history, exponents=fresh)
    assert list(worth_keeping([point], seen)) == [kind]
    little = dataclasses.replace(history, exponents={"a": Exponent(seen=0.1)})
    assert worth_keeping([point], little) == {}


def test_a_run_carries_what_was_kept_when_it_began_unless_it_cannot_be() -> None:
    origin = msgspec.structs.replace(
        make_run().provenance, exponents={"loop//one": (0.7, 0.1), "fft//one": (1e30, 0.1)}
    )
    assert kept_exponents(origin) == {"loop//one": Exponent(value=0.7, uncertainty=0.1)}
