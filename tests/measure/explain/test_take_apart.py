"""An evaluation taken apart: with what effort, and what is left out where time is short."""

from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.measure.breakdown import per_point as passes
from profiler_suite.measure.explain import take_apart as module
from profiler_suite.measure.explain.take_apart import at_first, take_apart
from profiler_suite.model.rows import Visit


def visit(*times_s: float, faults: float = 0.0) -> Visit:
    return Visit(point="", at_s=0.0, sample_times_s=times_s, canaries_s={}, minor_faults=faults)


def subject(
    *,
    long: bool = False,
    thrifty: bool = False,
    fits: bool = True,
    advice_first: bool = False,
    advice_only: bool = False,
) -> Any:
    effort = SimpleNamespace(
        replay_s=1.0,
        sample_s=0.5,
        look_s=0.4,
        looks_s=0.9,
        most_looks=3,
        baselines_s={"ufunc": 4e-5},
        seed=7,
        memory_bytes=1000.0,
        last_cache_bytes=100.0,
        trace_s=2.0,
        advice_first=advice_first,
        advice_only=advice_only,
    )
    plan = SimpleNamespace(
        thrifty=thrifty,
        long=long,
        fits_replay=lambda: fits,
        fits_sample=lambda: fits,
        fits_more=lambda: fits,
        replay_s=lambda: 9.0,
    )
    return SimpleNamespace(
        effort=effort,
        plan=plan,
        arguments=lambda: (3,),
        function=abs,
        canaries={"ufunc": lambda: 5e-5},
        called=SimpleNamespace(name="f.py:f"),
    )


class Passes:
    """What the passes were given; they find operations of that many bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.efforts: list[Any] = []
        self.looks: list[Any] = []
        self.operations: Any = None
        monkeypatch.setattr(passes, "gathered", lambda found: [*found, "gathered"])
        monkeypatch.setattr(passes, "costliest", lambda found, most: [*found, most])
        monkeypatch.setattr(passes, "own_values_of", lambda *_: ("own",))
        monkeypatch.setattr(passes, "breakdown_record", self.record)
        monkeypatch.setattr(module, "inside_of", self.inside)
        monkeypatch.setattr(module, "TakenApart", SimpleNamespace)

    def record(self, function: Any, arguments: Any, effort: Any, canary: Any, **_: Any) -> str:
        assert (function, arguments, canary()) == (abs, (3,), 5e-5)
        self.efforts.append(effort)
        return "record"

    def inside(self, operations: Any, record: Any, own: Any, look: Any) -> tuple[str, ...]:
        self.looks.append(look)
        return ("inside",)


@pytest.fixture(name="given")
def _given(monkeypatch: pytest.MonkeyPatch) -> Passes:
    return Passes(monkeypatch)


def taken(given: Any, operations: tuple[Any, ...] | None = ("a",), took_s: float = 0.0) -> Any:
    counts = None if operations is None else SimpleNamespace(operations=operations)
    traced: Any = SimpleNamespace(counts=counts, took_s=took_s)
    return take_apart(given, traced, (visit(3e-3, 2e-3), visit(1e-3, 4e-3, faults=6.0)))


def test_a_short_function_has_all_passes_and_is_looked_into(given: Passes) -> None:
    found = taken(subject())
    assert found.operations == ("a", "gathered", 150.0)
    assert (found.record, found.inside) == ("record", ("inside",))
    (effort,) = given.efforts
    assert (effort.replay_s, effort.sample_s, effort.least_rounds) == (1.0, 0.5, 5)
    assert (effort.plain_s, effort.plain_faults, effort.own_values_s) == (0.0, 0.0, 2.0)
    (look,) = given.looks
    assert (look.sample_s, look.rounds_s, look.most_calls, look.seed) == (0.2, 0.2, 3, 7)
    assert look.all_s == 0.9


def test_where_calls_are_saved_the_fastest_visit_stands_for_the_plain_time(
    given: Passes,
) -> None:
    found = taken(subject(long=True, thrifty=True))
    (effort,) = given.efforts
    assert (effort.plain_s, effort.plain_faults) == (1e-3, 6.0)
    assert (effort.least_rounds, effort.own_values_s) == (1, 0.0)
    assert found.inside == ()
    assert given.looks == []


def test_where_only_advice_is_asked_its_visits_stand_for_the_plain_time(given: Passes) -> None:
    taken(subject(advice_only=True, fits=False))
    (effort,) = given.efforts
    assert (effort.plain_s, effort.least_rounds) == (1e-3, 1)


def test_what_does_not_fit_has_no_time(given: Passes) -> None:
    taken(subject(long=True, fits=False))
    (effort,) = given.efforts
    assert (effort.replay_s, effort.sample_s, effort.least_rounds) == (0.0, 0.0, 3)


def test_without_counts_nothing_is_replayed(given: Passes) -> None:
    assert taken(subject(), None).operations == ("gathered", 150.0)


@pytest.mark.parametrize(
    ("advice_first", "took_s", "own_values_s"),
    [(True, 1.9, 2.0), (True, 2.1, 0.0), (False, 2.1, 2.0)],
)
def test_where_advice_comes_first_a_trace_that_took_long_is_not_taken_again(
    given: Passes, advice_first: bool, took_s: float, own_values_s: float
) -> None:
    taken(subject(advice_first=advice_first), took_s=took_s)
    assert given.efforts[0].own_values_s == own_values_s


def test_calls_are_not_looked_into_where_that_would_leave_no_time(given: Passes) -> None:
    assert taken(subject(fits=False)).inside == ()


def test_a_first_look_replays_nothing_and_calls_the_function_for_a_moment(
    given: Passes,
) -> None:
    traced: Any = SimpleNamespace(counts=SimpleNamespace(operations=("a",)))
    both = (visit(3e-3, 2e-3), visit(1e-3, 4e-3, faults=6.0))
    found: Any = at_first(subject(), traced, both)
    (effort,) = given.efforts
    assert (effort.replay_s, effort.sample_s, effort.least_rounds) == (0.0, 0.13, 1)
    assert (effort.plain_s, effort.plain_faults, effort.own_values_s) == (1e-3, 6.0, 0.0)
    assert found.operations == ("a", "gathered", 150.0)
    assert found.inside == ()
    assert given.looks == []


def test_what_comes_between_comes_before_the_looks(given: Passes) -> None:
    order: list[str] = []
    traced: Any = SimpleNamespace(counts=None)
    take_apart(
        subject(),
        traced,
        (visit(1e-3),),
        lambda: order.append(f"between {len(given.efforts)} {len(given.looks)}"),
    )
    assert order == ["between 1 0"]
