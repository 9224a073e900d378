"""Makes reports/gallery: `python -m experiments.gallery [NAME…]`; without names, all of it."""

import argparse
import dataclasses
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from experiments.gallery import QUESTIONS, build
from profiler_suite.files import write_whole

KEPT = "gallery.json"


def main(arguments: list[str] | None = None) -> int:
    """Explain what was asked for, write its pages and the index of all that are there."""
    parser = argparse.ArgumentParser(prog="python -m experiments.gallery", description=__doc__)
    names = [each.name for each in QUESTIONS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--out", type=Path, default=build.ROOT / "reports" / "gallery")
    parser.add_argument("--pages-only", action="store_true", help="measure nothing")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.names) - set(names))
    if unknown:
        parser.error(f"there is no question {unknown[0]!r}; choose of {', '.join(names)}")
    asked.out.mkdir(parents=True, exist_ok=True)
    missed = [] if asked.pages_only else _explain(asked.names or names, asked.out)
    _write_pages(asked.out)
    for each in missed:
        sys.stderr.write(f"{each}\n")
    return 3 if missed else 0


def _explain(names: list[str], out: Path) -> list[str]:
    """Explain them one by one; each is kept as soon as it is known."""
    missed = []
    for number, question in enumerate(q for q in QUESTIONS if q.name in names):
        sys.stderr.write(f"{number + 1}/{len(names)} {question.name}\n")
        page = out / f"{question.name}.html"
        try:
            document = build.explained(question, page)
            found = build.finding(question, document)
            text = build.entry_page(page.read_text(encoding="utf-8"), question, found)
        except build.NotExplainedError as error:
            page.unlink(missing_ok=True)
            missed.append(str(error))
            continue
        write_whole(page, text)
        _keep(out / KEPT, found)
    return missed


def _keep(file: Path, found: build.Finding) -> None:
    kept = {each.name: each for each in kept_findings(file)} | {found.name: found}
    order = [question.name for question in QUESTIONS if question.name in kept]
    plain = {
        "machine": _machine(),
        "findings": [dataclasses.asdict(kept[name]) for name in order],
    }
    write_whole(file, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")


def kept_findings(file: Path) -> list[build.Finding]:
    """What was found on this machine before; nothing where there is no file."""
    if not file.exists():
        return []
    return msgspec.convert(json.loads(file.read_text())["findings"], list[build.Finding])


def _machine() -> str:
    """Python, NumPy, the day: enough to know how old a page is."""
    today = datetime.now(UTC).date().isoformat()
    return (
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{platform.machine()}, {today}."
    )


def _write_pages(out: Path) -> None:
    """The questions anew in front of their pages, and the index."""
    file = out / KEPT
    kept = {each.name: each for each in kept_findings(file)}
    found = [(q, kept[q.name]) for q in QUESTIONS if q.name in kept]
    for question, each in found:
        page = out / f"{question.name}.html"
        if page.exists():
            write_whole(page, build.entry_page(page.read_text("utf-8"), question, each))
    machine = json.loads(file.read_text())["machine"] if file.exists() else ""
    write_whole(out / "index.html", build.index_page(found, machine))


if __name__ == "__main__":
    sys.exit(main())
