"""Writes a run's page, figures, summary and tables into its folder."""

import io
import os
from collections.abc import Callable
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg

from profiler_suite.analysis.frames import Run
from profiler_suite.report import filling, gallery, known, page, summary, svg, table_csv
from profiler_suite.report.chart import Picture, drawing_style

Progress = Callable[[str], None]


def write_report(run: Run, folder: Path, *, progress: Progress | None = None) -> Path:
    """Write report.html, figures/, summary.md and points.csv; returns the page's path.

    Each file appears under its name only when it is complete.
    """
    say = progress or (lambda _: None)
    say("drawing figures")
    facts = known.ask(run)
    hung = gallery.hang(facts)
    figures = folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    drawn = []
    for number, h in enumerate(hung, 1):
        say(f"figure {number} of {len(hung)}: {h.picture.name}")
        drawn.append(svg.draw(h.picture))
        _write(figures / f"{h.picture.name}.svg", drawn[-1])
        _write(figures / f"{h.picture.name}.png", _png(h.picture))
    say("writing the page")
    rendered = page.render(filling.build(facts, hung, drawn))
    _write(folder / "points.csv", table_csv.points_csv(facts.points).encode())
    _write(folder / "summary.md", summary.markdown(facts, hung).encode())
    target = folder / "report.html"
    _write(target, rendered.encode())
    return target


def _png(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    with drawing_style():
        FigureCanvasAgg(picture.figure)
        picture.figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Write under a temporary name, then rename: no reader ever sees half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
