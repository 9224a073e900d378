"""Writes a run's page, figures, summary and tables into its folder."""

import io
from collections.abc import Callable
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg

from profiler_suite.analysis.frames import Run
from profiler_suite.report import filling, gallery, known, page, summary, svg, table_csv
from profiler_suite.report.chart import Picture, drawing_style
from profiler_suite.store import make_folder, write_whole

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
    make_folder(figures)
    drawn = []
    for number, h in enumerate(hung, 1):
        say(f"figure {number} of {len(hung)}: {h.picture.name}")
        drawn.append(svg.draw(h.picture))
        write_whole(figures / f"{h.picture.name}.svg", drawn[-1])
        write_whole(figures / f"{h.picture.name}.png", _png(h.picture))
    say("writing the page")
    rendered = page.render(filling.build(facts, hung, drawn))
    write_whole(folder / "points.csv", table_csv.points_csv(facts.points).encode())
    write_whole(folder / "summary.md", summary.markdown(facts, hung).encode())
    target = folder / "report.html"
    write_whole(target, rendered.encode())
    return target


def _png(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    with drawing_style():
        FigureCanvasAgg(picture.figure)
        picture.figure.savefig(buffer, format="png")
    return buffer.getvalue()
