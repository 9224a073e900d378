"""The page of a program's run in a real browser: the picture by keyboard, and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.analysis.program.ranking import rank
from profiler_suite.measure.program.trying import ProgramTrial
from profiler_suite.report.html.program import render
from tests.analysis.program.fake_answer import rewritten
from tests.report.html.test_program_page import RUN

RANKING = rank(RUN)


@pytest.fixture(scope="module")
def visit(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("program") / "report.html"
    path.write_text(render(RANKING))
    tried = path.with_name("tried.html")
    trial = ProgramTrial(before_s=(4.0,), after_s=(1.2,))
    tried.write_text(render(RANKING, rewritten(RANKING, 12.0, trial)))
    complaints: list[str] = []

    def open_page(width: int, shown: str = path.name, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 844}, **options)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(path.with_name(shown).as_uri())
        complaints.remove(path.with_name(shown).as_uri())
        return page

    yield open_page
    assert complaints == []


def test_arrow_keys_go_through_the_picture_and_enter_widens(visit: Any) -> None:
    page = visit(1280)
    page.locator(".box").first.focus()
    said = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        said.append(page.evaluate("document.activeElement.textContent"))
        assert said[-1] in page.locator("#about").text_content()
    assert said == ["loop", "sum", "loop", "load"]
    page.keyboard.press("Enter")
    left, width = page.evaluate(
        "[document.activeElement.style.left, document.activeElement.style.width]"
    )
    assert (left, width) == ("0%", "100%")
    assert page.locator(".box:visible").count() == 2
    page.keyboard.press("Escape")
    assert page.locator(".box:visible").count() == 5


def test_the_tab_key_stops_once_at_the_picture(visit: Any) -> None:
    page = visit(1280)
    at_a_box = "document.activeElement.classList.contains('box')"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(at_a_box):
            break
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "loop"
    page.keyboard.press("Tab")
    assert not page.evaluate(at_a_box)


def test_a_phone_shows_it_without_scrolling_sideways(visit: Any) -> None:
    page = visit(390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".icicle").scroll_into_view_if_needed()
    size = "parseFloat(getComputedStyle(document.querySelector('.box')).fontSize)"
    assert page.evaluate(size) >= 12
    about = "document.getElementById('about')"
    assert page.evaluate(f"{about}.scrollWidth <= {about}.clientWidth")
    widest = page.locator(".box").nth(1).bounding_box()
    assert widest["width"] > 200
    assert widest["height"] >= 24
    page.locator(".box").nth(3).click()
    assert "load" in page.locator("#about").text_content()
    assert page.locator(".box").nth(3).bounding_box()["width"] > 300


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_screen_says_what_was_tried_and_shows_the_code(
    visit: Any, width: int
) -> None:
    page = visit(width, "tried.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for place in ("h1", "#patch-1"):
        box = page.locator(place).bounding_box()
        assert box["y"] + box["height"] < 844
    assert "takes 1.20" in page.locator("h1").text_content()


def test_text_can_be_read_in_light_and_dark(visit: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme, width in (("light", 1280), ("dark", 390)):
        for shown in ("report.html", "tried.html"):
            page = visit(width, shown, color_scheme=scheme)
            found = axe.run(page).response["violations"]
            assert [each["id"] for each in found] == []


def test_without_a_script_the_boxes_still_say_what_they_are(visit: Any) -> None:
    page = visit(1280, java_script_enabled=False)
    assert page.locator(".box").count() == 5
    assert "75 %" in page.locator(".box").nth(1).get_attribute("title").replace("\xa0", " ")
