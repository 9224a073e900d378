"""Hosts side by side: what is real is called so, what is noise is not, names are text."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.analysis.compare import hosts
from profiler_suite.analysis.run import load
from profiler_suite.fleet import merging
from profiler_suite.model.machine import Machine
from profiler_suite.model.results import Verdict
from profiler_suite.report.terminal.listings import summary
from profiler_suite.report.write import write_report
from tests.fake_machine import FACTS, MACHINE
from tests.fleet.test_merging import COMMAND, provenance, whole_plan, write_run

HOSTILE = "<script>alert(1)</script>"


def another(slower: float) -> Machine:
    """A machine whose calls and ceilings are so many times slower."""

    def calls(c: Any) -> Any:
        spread = {"fixed_low_s": 0.99, "fixed_s": 1.0, "fixed_high_s": 1.01}
        return msgspec.structs.replace(
            c, **{name: c.fixed_s * slower * part for name, part in spread.items()}
        )

    def ceilings(c: Any) -> Any:
        value = c.value / slower
        return msgspec.structs.replace(c, value=value, low=0.99 * value, high=value)

    return msgspec.structs.replace(
        MACHINE,
        fingerprint="another",
        facts=msgspec.structs.replace(FACTS, host="b", cpu=HOSTILE),
        call_costs=tuple(calls(c) for c in MACHINE.call_costs),
        ceilings=tuple(ceilings(c) for c in MACHINE.ceilings),
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> load.Run:
    folder = tmp_path_factory.mktemp("hosts")
    whole = whole_plan()
    runs = [
        write_run(folder / "a", provenance(whole), 1e-3, rounds=8),
        write_run(folder / "b", provenance(whole, machine=another(1.3)), 1.4e-3, rounds=8),
        write_run(folder / "c", provenance(whole, machine=like("c")), 1.005e-3, rounds=8),
    ]
    groups = merging.by_host([merging.read_part(run) for run in runs])
    with store.RunFolder(folder / "all") as run:
        merging.merge_each(groups, run, COMMAND)
    return load.load(folder / "all")


def like(name: str) -> Machine:
    return msgspec.structs.replace(MACHINE, facts=msgspec.structs.replace(FACTS, host=name))


def test_a_run_of_one_series_has_no_hosts_to_compare(tmp_path: Path) -> None:
    run = load.load(write_run(tmp_path / "a", provenance(whole_plan())))
    assert hosts.side_by_side(run) is None


def test_a_slower_host_is_slower_and_a_like_one_the_same(both: load.Run) -> None:
    found = hosts.side_by_side(both)
    assert found is not None
    assert found.names == ("host", "b", "c")
    assert len(found.implementations) == len({p.implementation for p in whole_plan().points})
    for each in found.implementations:
        first, slower, same = each.standings
        assert (first.verdict, slower.verdict, same.verdict) == (
            Verdict.SAME,
            Verdict.SLOWER,
            Verdict.SAME,
        )
        assert slower.ratio == pytest.approx(1.4)
        assert slower.low < 1.4 < slower.high
        assert first.time_s == pytest.approx(1e-3)
        assert first.of_attainable > slower.of_attainable > 0


def test_ceilings_and_calls_stand_side_by_side_with_their_verdicts(both: load.Run) -> None:
    found = hosts.side_by_side(both)
    assert found is not None
    assert len(found.ceilings) == len(MACHINE.ceilings)
    for across in (*found.ceilings, *(c for c in found.calls if c.measures[0].value)):
        # Less bandwidth and a longer call are both slower.
        words = [measure.verdict for measure in across.measures]
        assert words == [Verdict.SAME, Verdict.SLOWER, Verdict.SAME], across


@pytest.mark.slow
def test_the_page_shows_all_hosts_and_each_has_a_page_of_its_own(both: load.Run) -> None:
    page = write_report(both, both.folder).read_text()
    assert 'id="hosts"' in page
    assert HOSTILE not in page
    for host in both.hosts.values():
        link = host.folder.relative_to(both.folder) / "report.html"
        assert f'href="{link}"' in page
        assert (both.folder / link).is_file()
        assert 'id="hosts"' not in (both.folder / link).read_text()
    table = (both.folder / "hosts.csv").read_text().splitlines()
    assert len(table) == 1 + 3 * len(whole_plan().points)
    assert table[0].startswith("host,id,")


def test_the_summary_says_who_is_slower(both: load.Run) -> None:
    said = " ".join(summary(both, 80, False).split())
    assert "b against host: slower on 15 of 15 points" in said
    assert "c is as fast as host within noise" in said
