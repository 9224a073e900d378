"""The pages under reports/ that travel with the repository link to nothing that is absent."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.documents import ROOT


def stored() -> list[Path]:
    """The pages that are in the repository, or would be; all there are outside of one."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "reports"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        paths = [ROOT / name for name in done.stdout.splitlines()]
    else:
        paths = sorted((ROOT / "reports").rglob("*"))
    return [path for path in paths if path.suffix in (".html", ".md", ".svg")]


def links(path: Path) -> set[str]:
    """The relative targets of a page or a Markdown file."""
    text = path.read_text(encoding="utf-8")
    attributes = re.findall(r'\s(?:href|src)="([^"#][^"]*)"', text)
    markdown = re.findall(r"\]\(([^)\s#]+)\)", text) if path.suffix == ".md" else []
    own = (target.partition("#")[0] for target in attributes + markdown)
    return {unquote(t) for t in own if t and not re.match(r"[a-z]+:|//", t)}


@pytest.mark.parametrize("path", stored(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_dead(path: Path) -> None:
    assert {link for link in links(path) if not (path.parent / link).exists()} == set()
