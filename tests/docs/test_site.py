"""The pages build as a site, without a warning, and everyone can read it."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.site_pages import on_post_page
from tests.docs.documents import PAGES, ROOT

CONFIGURATION = (ROOT / "docs" / "mkdocs.yml").read_text()
WIDTHS = (1280, 390)


def test_each_page_stands_in_the_menu() -> None:
    shown = re.findall(r"^  - .*: (\S+\.md)$", CONFIGURATION, flags=re.MULTILINE)
    assert sorted(shown) == sorted(path.name for path in PAGES.glob("*.md"))
    assert shown[0] == "index.md"


def test_a_page_opened_as_a_file_does_not_try_to_search() -> None:
    page = on_post_page('<pre>code</pre><script src="search/main.js"></script></body>')
    assert '<pre tabindex="0">' in page
    assert 'location.protocol === "file:"' in page
    assert page.count("</script>") == 1


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("pip install 'profiler-suite[docs]'")
    folder = tmp_path_factory.mktemp("docs") / "site"
    configuration = str(ROOT / "docs" / "mkdocs.yml")
    words = ["build", "-q", "--strict", "-f", configuration, "-d", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def pages(site: Path) -> Iterator[Path]:
    return (site / f"{path.stem}.html" for path in sorted(PAGES.glob("*.md")))


@pytest.mark.slow
def test_the_site_builds_and_asks_no_other_server(site: Path) -> None:
    for page in site.glob("*.html"):
        assert not re.search(
            r'<(?:script|link|img)[^>]+(?:src|href)="https?:', page.read_text()
        )


@pytest.mark.slow
def test_everyone_can_read_the_site_and_no_table_is_wider_than_it(
    site: Path, browser: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for path in pages(site):
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900})
            complaints: list[str] = []
            page.on("console", lambda message, said=complaints: said.append(message.text))
            page.on("pageerror", lambda error, said=complaints: said.append(str(error)))
            page.goto(path.as_uri())
            assert complaints == [], path.name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
            tables = "[...document.querySelectorAll('table')]"
            wide = f"{tables}.filter(t => t.scrollWidth > t.clientWidth + 2)"
            assert page.evaluate(f"{wide}.length") == 0, path.name
            found = axe.run(page).response["violations"]
            serious = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
            assert serious == [], path.name
            page.close()
