import re

import msgspec
import pytest

from profiler_suite import cli
from profiler_suite.model.experiment import Plan
from profiler_suite.model.workload import Implementation
from profiler_suite.report.terminal import console, listings
from profiler_suite.report.terminal.console import cell_len
from profiler_suite.workloads import catalogue, registry
from tests.fake_run import experiments, machine, make_run

ESCAPE = "\x1b"


def longest(text: str) -> int:
    return max(cell_len(line) for line in text.splitlines())


def plan() -> Plan:
    origin = make_run().provenance
    return Plan(
        experiments=origin.experiments,
        points=origin.points,
        skipped=origin.skipped,
        predicted_duration_s=52,
        predicted_memory_bytes=1e8,
    )


IMPLEMENTATIONS = [
    Implementation(
        name="im2col_gemm",
        workload="convolution",
        family="gemm",
        function=print,
        cost=lambda problem: NotImplemented,
        summary="Lower the whole input with one strided copy, then one matrix product.",
    )
]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_everything_fits_the_terminal(width: int) -> None:
    pages = {
        "summary": listings.summary(make_run(), width, False),
        "list": listings.listing(experiments(), IMPLEMENTATIONS, width, False),
        "plan": listings.plan_page(plan(), width, False),
        "machine": listings.machine_page(machine(), width, False),
    }
    assert {name: longest(text) for name, text in pages.items() if longest(text) > width} == {}


def test_colour_only_when_asked() -> None:
    run = make_run()
    assert ESCAPE not in listings.summary(run, 80, False)
    assert ESCAPE in listings.summary(run, 80, True)


def test_colour_changes_no_character() -> None:
    run = make_run()
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", listings.summary(run, 80, True))
    plain = listings.summary(run, 80, False)
    assert [line.rstrip() for line in coloured.splitlines()] == plain.splitlines()


def test_the_answer_comes_first_and_the_report_last() -> None:
    lines = listings.summary(make_run(), 80, False).splitlines()
    assert lines[0].startswith("loop does 1/50")
    assert any(line.startswith("report  ") for line in lines[-4:])
    assert any(line.startswith("next    ") for line in lines[-4:])


def test_numbers_are_never_cut() -> None:
    columns = (console.TextColumn("name", least=6), console.TextColumn("time", numeric=True))
    page = console.Page(32, False)
    page.table(columns, [("a_very_long_implementation_name_indeed", "123.4567890123 µs")])
    assert "123.4567890123 µs" in page.text()
    assert "…" in page.text()


def test_less_important_columns_go_first() -> None:
    columns = (
        console.TextColumn("name", least=8),
        console.TextColumn("time", numeric=True),
        console.TextColumn("detail", rank=1),
    )
    page = console.Page(40, False)
    page.table(columns, [("taps", "1.00 µs", "x" * 40)])
    assert "x" not in page.text()
    assert "1.00 µs" in page.text()


def test_an_escape_sequence_in_a_name_is_shown_not_obeyed() -> None:
    page = console.Page(80, False)
    page.line("evil\x1b[31mname")
    assert ESCAPE not in page.text()
    assert "evil\\x1b[31mname" in page.text()


def test_markup_in_a_name_is_text() -> None:
    page = console.Page(80, True)
    page.line("[bold]name[/bold] :smile:")
    assert "[bold]name[/bold] :smile:" in page.text()


def test_a_long_command_continues_with_a_backslash() -> None:
    page = console.Page(40, False)
    page.command("next    ", "python -m profiler_suite sweep --only-flagged --out reports/x")
    lines = page.text().splitlines()
    assert all(line.endswith("\\") for line in lines[:-1])
    joined = " ".join(line.strip().removesuffix("\\").strip() for line in lines)
    assert joined == "next    python -m profiler_suite sweep --only-flagged --out reports/x"


def test_the_tour_has_one_line_for_everything_at_80_columns() -> None:
    found = [found.experiment for found in catalogue.built_in_experiments()]
    built_in = [
        i
        for i in registry.implementations().values()
        if i.function.__module__.startswith("profiler_suite.")
    ]
    lines = listings.listing(found, built_in, 80, False).splitlines()
    for name in (*(e.name for e in found), *(i.name for i in built_in)):
        assert sum(line.startswith(f"  {name} ") for line in lines) == 1
    assert sum(line.startswith("  ") for line in lines) == len(found) + len(built_in)


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    page = console.Page(32, False)
    page.paragraph("The operations of the loop take 9.22 ms in all of its calls")
    assert page.text() == "The operations of the loop take\n9.22 ms in all of its calls"


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
    ids=["piped", "forced", "refused"],
)
def test_a_pipe_gets_colour_only_when_it_is_forced(
    variables: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cli.run(["list"]) == 0
    assert (ESCAPE in capsys.readouterr().out) == coloured


def test_of_a_question_on_many_problems_the_sides_come_first_and_few_are_shown() -> None:
    lines = listings.summary(make_run(copies=10), 80, False).splitlines()
    headings = [line for line in lines if line.endswith("textbook FLOP")]
    assert [h.split(", ")[0] for h in headings[:2]] == ["32x32x3-f10-2x2-s2", "500x3072x1"]
    assert len(headings) == 3
    assert "and 17 more problems in the report" in lines


def test_doubts_about_the_machine_are_told_once_per_kind() -> None:
    from profiler_suite.report.terminal.listings import _doubts
    from tests.fake_machine import MACHINE, ceiling

    probes = tuple(
        ceiling(
            "bandwidth", 1e9, threads=threads, warning=f"drifting; contended (by {threads})"
        )
        for threads in (1, 2)
    )
    said = _doubts(msgspec.structs.replace(MACHINE, ceilings=probes))
    assert [line.partition(":")[0] for line in said] == ["drifting", "contended"]
    assert all("1/2T" in line or ("1T" in line and "2T" in line) for line in said)


def test_styles_are_plain_escape_sequences_and_names_cannot_bring_their_own() -> None:
    page = console.Page(80, color=True)
    page.pieces(("a", "bold red"), ("b", ""), ("\x1b[5mc", "dim"))
    assert page.text() == "\x1b[1;31ma\x1b[0mb\x1b[2m\\x1b[5mc\x1b[0m"
    plain = console.Page(80, color=False)
    plain.line("a", "bold")
    assert plain.text() == "a"


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("µs", 2), ("漢字", 4), ("e\u0301", 1), ("का", 1), ("½█", 2)],
)
def test_wide_characters_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert console.cell_len(text) == columns
