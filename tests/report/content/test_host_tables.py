"""Hosts of one run side by side."""

import dataclasses

import msgspec

from profiler_suite.analysis.compare.hosts import (
    Hosts,
    ImplementationOnHosts,
    Measure,
    QuantityOnHosts,
    TimeOnHost,
)
from profiler_suite.analysis.run.load import Run
from profiler_suite.model.results import Verdict
from profiler_suite.report.content import host_tables
from tests.report.known import known

NAN = float("nan")


def measure(value: float, verdict: Verdict = Verdict.SAME) -> Measure:
    return Measure(value=value, low=value, high=value, verdict=verdict)


def quantity(name: str, kind: str, *measures: Measure) -> QuantityOnHosts:
    return QuantityOnHosts(name=name, of="float64", quantity=kind, measures=measures)


def standing(ratio: float, verdict: Verdict, *, roof: float = NAN) -> TimeOnHost:
    return TimeOnHost(
        time_s=1e-3,
        of_attainable=roof,
        overhead=NAN,
        ratio=ratio,
        low=ratio,
        high=ratio,
        verdict=verdict,
    )


FOUND = Hosts(
    names=("a", "b"),
    ceilings=(
        quantity("GEMM", "peak", measure(5e10), measure(0.0, Verdict.UNKNOWN)),
        quantity("memory", "bandwidth", measure(2e10), measure(1e10, Verdict.SLOWER)),
    ),
    calls=(
        quantity("loop iteration", "call", measure(1e-8), measure(0.0)),
        quantity("slice", "call", measure(1e-7), measure(2e-7, Verdict.SLOWER)),
        quantity("np.add", "call", measure(1e-7), measure(1e-7)),
    ),
    implementations=(
        ImplementationOnHosts(
            experiment="e",
            name="fft",
            problem="8x8",
            points=2,
            standings=(
                standing(1.0, Verdict.SAME, roof=0.5),
                standing(1.25, Verdict.SLOWER),
            ),
        ),
    ),
    comparisons=(),
)


def run() -> Run:
    one = known().run
    idle = dataclasses.replace(one, points=one.points.assign(visits=0, undisturbed_visits=0))
    return dataclasses.replace(one, hosts={"a": one, "b": idle})


def tables() -> dict[str, tuple[tuple[str, ...], ...]]:
    return {t.caption.partition(";")[0]: t.rows for t in host_tables.tables(run(), FOUND)}


def test_the_first_host_is_what_the_others_are_held_against() -> None:
    first, second = tables()["Implementations on each host"]
    assert first[3:] == ("a", "1.00 ms", "50 %", "", "2", "", "", "")
    assert second[3:] == ("b", "1.00 ms", "", "", "2", "1.250", "1.250 to 1.250", "slower")


def test_quantities_have_their_units_and_a_word_on_every_other_host() -> None:
    rows = tables()["Ceilings side by side"]
    assert rows[0][2:] == ("50.0 GFLOP/s", "not measured", "could not be judged")
    assert rows[1][2:] == ("20.0 GB/s", "10.0 GB/s", "slower")


def test_a_host_without_visits_has_no_share_of_undisturbed_ones() -> None:
    rows = tables()["Hosts of this run"]
    assert rows[0][-1].endswith("%")
    assert rows[1][-1] == ""


def test_tables_without_rows_are_left_out() -> None:
    nothing = msgspec.structs.replace(FOUND, ceilings=(), calls=(), implementations=())
    assert len(host_tables.tables(run(), nothing)) == 1


def test_interpreters_are_compared_by_the_first_call_that_all_hosts_have_measured() -> None:
    assert host_tables.sentences(FOUND) == (
        "Fixed cost of slice (float64): 100 ns on a, 200 ns on b (slower).",
    )
    nothing = msgspec.structs.replace(FOUND, calls=FOUND.calls[:1])
    assert host_tables.sentences(nothing) == ()
