"""The pages build as a site, without a warning."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import PAGES, ROOT

CONFIGURATION = (ROOT / "docs" / "mkdocs.yml").read_text()


def test_each_page_stands_in_the_menu() -> None:
    shown = re.findall(r"^  - .*: (\S+\.md)$", CONFIGURATION, flags=re.MULTILINE)
    assert sorted(shown) == sorted(path.name for path in PAGES.glob("*.md"))
    assert shown[0] == "index.md"


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None, reason="pip install 'profiler-suite[docs]'"
)
def test_the_site_builds_and_asks_no_other_server(tmp_path: Path) -> None:
    configuration = str(ROOT / "docs" / "mkdocs.yml")
    words = ["build", "-q", "--strict", "-f", configuration, "-d", str(tmp_path / "site")]
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for page in (tmp_path / "site").glob("*.html"):
        assert not re.search(
            r'<(?:script|link|img)[^>]+(?:src|href)="https?:', page.read_text()
        )
