import csv
import dataclasses
import io
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from profiler_suite.report.content import breakdown_tables, rerun_command, run_facts, selection
from profiler_suite.report.content import run_tables as tables
from profiler_suite.report.content.table import TableView
from profiler_suite.report.write import write_report
from tests.fake_run import HOSTILE, make_run
from tests.report_fixtures import Written


class Tags(HTMLParser):
    """Collects ids, links and scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts = 0
        self.figures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.scripts += tag == "script"
        self.figures += tag == "figure"
        if "id" in own:
            self.ids.append(own["id"] or "")
        for name in ("href", "src", "action", "data", "xlink:href"):
            if own.get(name):
                self.links.append(own[name] or "")


@pytest.fixture(scope="session")
def tags(report: Written) -> Tags:
    found = Tags()
    found.feed(report.html)
    return found


def test_nothing_is_loaded_from_elsewhere(report: Written, tags: Tags) -> None:
    outside = [link for link in tags.links if re.match(r"(?:[a-z]+:)?//", link)]
    assert not outside
    assert "@import" not in report.html
    assert not re.search(r"url\((?!#|data:)", report.html)


def test_names_from_outside_are_text(report: Written, tags: Tags) -> None:
    assert HOSTILE not in report.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in report.html
    assert tags.scripts == 1


def test_ids_are_unique(tags: Tags) -> None:
    assert len(tags.ids) == len(set(tags.ids))


def test_the_page_stays_small(report: Written) -> None:
    assert report.page.stat().st_size < 3_000_000


@pytest.mark.slow
def test_the_page_of_ten_thousand_points_stays_below_5_mb(large_report: Written) -> None:
    assert len(large_report.run.points) > 10_000
    assert large_report.page.stat().st_size < 5_000_000


def test_every_point_has_its_row_and_anchor(report: Written, tags: Tags) -> None:
    anchors = {i for i in tags.ids if i.startswith("pt=")}
    assert anchors == {f"pt={point_id}" for point_id in report.run.points["id"]}


def test_every_figure_is_there_as_svg_and_as_files(report: Written, tags: Tags) -> None:
    drawn = sorted(path.stem for path in (report.folder / "figures").glob("*.png"))
    assert drawn == sorted(path.stem for path in (report.folder / "figures").glob("*.svg"))
    assert tags.figures == len(drawn)
    narrow = report.html.count('class="figure narrow"')
    assert narrow == report.html.count('class="figure wide"') > 0
    assert report.html.count("<svg") == len(drawn) + narrow
    assert {f"fig-{name}" for name in drawn} <= set(tags.ids)


def test_the_headline_comes_first_and_both_sides_have_a_card(report: Written) -> None:
    html = report.html
    assert html.index("<h1>") < html.index('class="cards"') < html.index('id="roofs"')
    assert html.count('<section class="card"') == 2


def test_the_usual_questions_are_answered_before_the_first_section(report: Written) -> None:
    head = report.html[report.html.index("<h1>") : report.html.index("<nav")]
    text = " ".join(re.sub(r"<[^>]+>", " ", head).replace("\N{NO-BREAK SPACE}", " ").split())
    for said in (
        r"(?:Your count is right|The count): loop does",
        r"dot is (?:optimized|one call)",
        r"as fast",
        r"limited by|per-call cost",
        r"95 % interval .* The interval (?:excludes|contains) 1",
        r"explain FILE\.py:FUNCTION --setup SETUP explains a function",
        r"run SCRIPT\.py a script",
        r"Per-call cost is the time that a call takes before it does any work",
    ):
        assert re.search(said, text), said


def test_sections_open_with_their_question(report: Written) -> None:
    headings = re.findall(r"<h2.*?</h2>\s*<p class=\"question\">(.*?)</p>", report.html)
    assert len(headings) >= 8
    assert all(question.endswith("?") for question in headings)


def test_sections_are_numbered_without_gaps_and_in_the_navigation_alike(
    report: Written, tags: Tags
) -> None:
    found = re.findall(r'<h2[^>]*><span class="number"[^>]*>(\d+)<', report.html)
    assert [int(number) for number in found] == list(range(1, len(found) + 1))
    listed = re.findall(r'<a href="#(\w+)"><span class="number">(\d+)<', report.html)
    assert [number for _, number in listed] == found
    places = [tags.ids.index(anchor) for anchor, _ in listed]
    assert places == sorted(places)


@pytest.mark.slow
def test_all_is_folded_but_the_answer_and_with_everything_nothing_is(
    report: Written, tmp_path: Path
) -> None:
    first = report.html.index('<details class="more">')
    assert report.html.index('id="fig-answer"') < first
    assert first < report.html.index('id="fig-roofline_float64_t1"')
    assert '<details class="more" open>' not in report.html
    run = dataclasses.replace(report.run, folder=tmp_path)
    unfolded = write_report(run, tmp_path, everything=True).read_text(encoding="utf-8")
    kinds = set(re.findall(r"<details[^>]*>", unfolded))
    assert kinds
    assert all(each.endswith(" open>") for each in kinds)


def test_the_first_table_says_what_each_name_means(report: Written) -> None:
    table = tables.sides(run_facts.ask(report.run))
    assert table
    said = dict(zip((row[0] for row in table.rows), table.below, strict=True))
    assert said["loop"].startswith("The question's triple loop")
    assert "vs fastest" in table.headings
    assert said["loop"].replace("'", "&#39;") in report.html


def test_columns_without_a_cell_are_left_out() -> None:
    table = TableView("t", ("a", "b"), (False, True), (("x", ""), ("y", "")), below=("1", "2"))
    assert table.filled().headings == ("a",)
    assert table.filled().rows == (("x",), ("y",))
    assert table.first(1).below == ("1",)


def test_what_failed_for_the_same_reason_is_one_row() -> None:
    facts = run_facts.ask(make_run())
    points = facts.points.copy()
    some = points.index[points["status"] == "ok"][:3]
    points.loc[some, ["status", "experiment", "implementation"]] = ["skipped", "e", "slow"]
    points.loc[some, "replica"] = 0
    points.loc[some, "reason"] = ["takes 662 ms", "takes 1.51 s", "is not for this"]
    table = tables.unmeasured(dataclasses.replace(facts, points=points))
    assert table
    assert [row[2] for row in table.rows if row[0] == "slow"] == ["2", "1"]


def test_a_share_below_zero_says_whether_it_is_noise() -> None:
    assert breakdown_tables._share(-0.02, 0.03, digits=0) == "≈ 0"
    assert breakdown_tables._share(-0.55, 0.12, digits=0) == "−55 ± 12"
    assert breakdown_tables._share(-0.0004, 0.0, digits=1) == "0.0"
    assert breakdown_tables._share(0.117, 0.0, digits=1) == "11.7"


def test_outcomes_that_are_no_results_are_listed_with_their_reason(report: Written) -> None:
    for reason in ("killed by SIGKILL", "differs by 3.1", "would need 9.1 GiB"):
        assert reason in report.html


def test_no_file_is_left_half_written(report: Written) -> None:
    assert not [p for p in report.folder.rglob("*") if p.name.startswith(".")]


def test_csv_has_every_column_and_no_formulas(report: Written) -> None:
    text = (report.folder / "points.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(report.run.points.columns)
    assert len(rows) == len(report.run.points)
    texts = [row[column] for row in rows for column in ("id", "experiment", "implementation")]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
    assert any(text.startswith("'=mine") for text in texts)


def test_csv_keeps_numbers_exactly(report: Written) -> None:
    text = (report.folder / "points.csv").read_text(encoding="utf-8")
    first = next(csv.DictReader(io.StringIO(text)))
    assert float(first["time_s"]) == report.run.points["time_s"].iloc[0]


def test_the_summary_is_small_plain_markdown(report: Written) -> None:
    text = (report.folder / "summary.md").read_text(encoding="utf-8")
    assert len(text.encode()) < 2**20
    assert "<script" not in text.replace("\\<", "")
    assert "data:image" not in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert tables


def test_a_command_names_the_point_and_the_options_of_its_sweep() -> None:
    run = make_run()
    typed = ("python", "-m", "profiler_suite", "sweep", "stride", "--sizes=64", "--out", "x")
    provenance = msgspec.structs.replace(run.provenance, command=typed, mode="full")
    row = next(r for r in selection.rows(run.points) if r.experiment == "stride")
    assert rerun_command.commands(provenance)(row) == (
        f"python -m profiler_suite sweep --point {row.id} --full --sizes 64"
    )


def test_a_command_quotes_names_for_the_shell() -> None:
    run = make_run()
    row = next(r for r in selection.rows(run.points) if r.implementation == HOSTILE)
    command = rerun_command.commands(run.provenance)(row)
    assert str(row.id) in shlex.split(command)
