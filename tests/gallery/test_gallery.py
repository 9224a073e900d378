"""Famous questions: the reproductions are short, the causes are found, the remedies help."""

import html
import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from experiments.gallery import FOLDER, QUESTIONS, FamousQuestion, build
from experiments.gallery.__main__ import KEPT, kept_findings, main
from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.analysis.explain.rules.registry import find_rule
from tests.analysis.explain.rules.own_function import Own

PAGES = build.ROOT / "reports" / "gallery"
NAMES = [question.name for question in QUESTIONS]
# Traced within a second each; the others with the slow tests.
QUICK = {
    "integer_product",
    "einsum",
    "distances",
    "float16",
    "inverse",
    "power",
    "small_arrays",
}
# Explained with the slow tests, the others with the long ones.
SOME = {"integer_product"}
DOCUMENT: dict[str, Any] = {
    "time": {"time_s": 2e-3, "flags": [], "visits": 90, "undisturbed_visits": 80},
    "breakdown": {"entries": {"interpreter": {"share": 0.9}, "copy": {"share": -0.001}}},
    "advice": [
        {
            "kind": "power",
            "title": "multiply <it> out",
            "measured_on": "function",
            "ratio": 20.0,
            "low": 18.0,
            "high": 22.0,
            "lines": [(7, "np.power(x, 3)", "x * x * x")],
        }
    ],
    "not_advised": ["Tried: out; not faster."],
}


def question_of(name: str) -> FamousQuestion:
    return next(question for question in QUESTIONS if question.name == name)


def test_there_are_enough_and_every_reproduction_is_one_of_them() -> None:
    assert len(set(NAMES)) == len(QUESTIONS) >= 16
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "__main__", "build"}
    assert files == set(NAMES)


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_a_reproduction_is_short_and_says_what_was_asked(question: FamousQuestion) -> None:
    lines = [line for line in question.code.splitlines() if line.strip()]
    assert len(lines) <= 12
    assert question.title.endswith("?")
    assert question.thread.startswith("https://")
    assert all(find_rule(rule).name == rule for rule in question.rules)
    assert f"{question.function}(" in question.code


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES],
)
def test_the_cause_is_among_what_is_tried(name: str) -> None:
    question = question_of(name)
    own_setup: dict[str, Any] = {}
    exec(question.code, own_setup)
    text = f"{question.code}\n\nf = {question.function}\n"
    own = Own(text, *own_setup["setup"]())
    found = {each.rule for each in candidates(own.observed)}
    assert found & set(question.rules), found


@pytest.mark.measures
@pytest.mark.parametrize(
    "question",
    [
        pytest.param(
            question, marks=pytest.mark.slow if question.name in SOME else pytest.mark.long
        )
        for question in QUESTIONS
    ],
    ids=NAMES,
)
def test_the_remedy_is_measured_faster(question: FamousQuestion, tmp_path: Path) -> None:
    found = build.finding(question, build.explained(question, tmp_path / "page.html"))
    assert found.low > 1.05
    assert (tmp_path / "page.html").stat().st_size < build.LARGEST_PAGE_BYTES


def test_a_finding_is_the_fastest_remedy_of_the_cause() -> None:
    found = build.finding(question_of("power"), DOCUMENT)
    assert (found.ratio, found.after, found.disturbed) == (20.0, "x * x * x", "")


def test_another_cause_is_not_taken_for_it() -> None:
    with pytest.raises(build.NotExplainedError, match=r"append.* none of .*power.*not faster"):
        build.finding(question_of("append"), DOCUMENT)


def test_a_remedy_that_is_not_faster_is_none() -> None:
    advice = DOCUMENT["advice"][0] | {"low": 0.9}
    with pytest.raises(build.NotExplainedError, match="no remedy was faster"):
        build.finding(question_of("power"), DOCUMENT | {"advice": [advice]})


def test_a_disturbed_machine_is_said() -> None:
    time = DOCUMENT["time"] | {"undisturbed_visits": 4}
    found = build.finding(question_of("power"), DOCUMENT | {"time": time})
    assert "4 of 90 visits were undisturbed" in found.disturbed
    question = question_of("power")
    assert "4 of 90" in build.index_page([(question, found)], "a machine")


def test_a_page_answers_in_front_of_everything_else() -> None:
    question = question_of("power")
    found = build.finding(question, DOCUMENT)
    page = build.entry_page("<p>head</p><main><h2>rest</h2></main>", question, found)
    front = page[: page.index("<h2>rest")]
    for said in (question.thread, question.cause, question.command, "20.0× as fast"):
        assert html.escape(said, quote=False) in front or html.escape(said) in front
    assert "multiply &lt;it&gt; out" in front
    assert build.entry_page(page, question, found) == page
    with pytest.raises(build.NotExplainedError):
        build.entry_page("<p>no place</p>", question, found)


def test_the_picture_has_no_part_below_nothing() -> None:
    card = build.card(question_of("power"), build.finding(question_of("power"), DOCUMENT))
    assert all(part.width >= 0 for part in card.parts)
    assert sum(part.width for part in card.parts) == pytest.approx(100)
    assert card.after_width == pytest.approx(5)


def test_a_name_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["no_such_question"])
    assert "there is no question 'no_such_question'" in capsys.readouterr().err


def test_what_is_not_found_is_said_and_leaves_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explained(question: FamousQuestion, page: Path) -> dict[str, Any]:
        page.write_text("<main></main>")
        return DOCUMENT

    monkeypatch.setattr(build, "explained", explained)
    assert main(["power", "append", "--out", str(tmp_path)]) == 3
    assert "append: none of" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"power.html", "index.html", KEPT}
    assert main(["--pages-only", "--out", str(tmp_path)]) == 0
    assert [each.name for each in kept_findings(tmp_path / KEPT)] == ["power"]


@pytest.mark.skipif(not PAGES.exists(), reason="no pages were made yet")
class TestPagesThatWereMade:
    def test_there_is_one_of_each_question(self) -> None:
        assert {path.stem for path in PAGES.glob("*.html")} == {*NAMES, "index"}
        kept = kept_findings(PAGES / KEPT)
        assert [each.name for each in kept] == NAMES
        for each in kept:
            assert each.low > 1
            assert each.rule in (*question_of(each.name).rules, "together")

    def test_each_is_small_and_asks_for_nothing_else(self) -> None:
        for path in PAGES.glob("*.html"):
            text = path.read_text()
            assert path.stat().st_size < build.LARGEST_PAGE_BYTES
            assert not re.search(r'(?:src|href)="(?!https://|#|data:|[\w-]+\.html)', text), path
            assert not re.search(r'<(?:script|img|link)[^>]*(?:src|href)="https?:', text), path

    def test_they_are_of_the_reproductions_as_they_stand(self) -> None:
        for question in QUESTIONS:
            page = html.unescape((PAGES / f"{question.name}.html").read_text())
            assert textwrap.dedent(question.code).replace("\n\n\n", "\n\n") in page
            assert question.cause in page, question.name

    def test_the_index_is_of_what_was_kept(self) -> None:
        kept = {each.name: each for each in kept_findings(PAGES / KEPT)}
        machine = json.loads((PAGES / KEPT).read_text())["machine"]
        found = [(question, kept[question.name]) for question in QUESTIONS]
        now = build.index_page(found, machine)
        assert without_style((PAGES / "index.html").read_text()) == without_style(now)

    @pytest.mark.slow
    @pytest.mark.parametrize("width", [1280, 390])
    def test_everyone_can_read_them(self, width: int, browser: Any) -> None:
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        for path in sorted(PAGES.glob("*.html")):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(path.as_uri())
            found = axe.run(page).response["violations"]
            serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
            assert serious == [], path.name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
            page.close()


def without_style(page: str) -> str:
    """What the page says; its style changes more often than pages are made."""
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
