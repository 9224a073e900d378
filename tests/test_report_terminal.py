import re

import pytest
from rich.cells import cell_len

from profiler_suite.model import Implementation, Plan
from profiler_suite.report import console, terminal
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
        "summary": terminal.summary(make_run(), width, False),
        "list": terminal.listing(experiments(), IMPLEMENTATIONS, width, False),
        "plan": terminal.plan_page(plan(), width, False),
        "machine": terminal.machine_page(machine(), width, False),
    }
    assert {name: longest(text) for name, text in pages.items() if longest(text) > width} == {}


def test_colour_only_when_asked() -> None:
    run = make_run()
    assert ESCAPE not in terminal.summary(run, 80, False)
    assert ESCAPE in terminal.summary(run, 80, True)


def test_colour_changes_no_character() -> None:
    run = make_run()
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", terminal.summary(run, 80, True))
    plain = terminal.summary(run, 80, False)
    assert [line.rstrip() for line in coloured.splitlines()] == plain.splitlines()


def test_the_answer_comes_first_and_the_report_last() -> None:
    lines = terminal.summary(make_run(), 80, False).splitlines()
    assert lines[0].startswith("loop does 1/50")
    assert any(line.startswith("report  ") for line in lines[-4:])
    assert any(line.startswith("next    ") for line in lines[-4:])


def test_numbers_are_never_cut() -> None:
    columns = (console.Column("name", least=6), console.Column("time", numeric=True))
    page = console.Page(32, False)
    page.table(columns, [("a_very_long_implementation_name_indeed", "123.4567890123 µs")])
    assert "123.4567890123 µs" in page.text()
    assert "…" in page.text()


def test_less_important_columns_go_first() -> None:
    columns = (
        console.Column("name", least=8),
        console.Column("time", numeric=True),
        console.Column("detail", rank=1),
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
