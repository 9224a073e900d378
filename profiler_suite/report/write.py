"""Writes a run's page, figures, summary and tables into its folder."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from profiler_suite.analysis.comparison import Comparison
from profiler_suite.analysis.frames import Run
from profiler_suite.errors import RunFolderError
from profiler_suite.report import filling, gallery, hosts, known, page, summary, svg, table_csv
from profiler_suite.report.chart import DPI, Picture, drawing_style
from profiler_suite.store import make_folder, write_whole

Progress = Callable[[str], None]


def write_report(
    run: Run,
    folder: Path,
    *,
    comparison: Comparison | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write report.html, figures/, summary.md and points.csv; returns the page's path.

    With a `comparison` the page has a section of it. A run over several hosts has
    hosts.csv beside, and a page of each host's own. Each file appears under its name
    only when it is complete.
    """
    say = progress or (lambda _: None)
    say("drawing figures")
    facts = known.ask(run, comparison)
    hung = gallery.hang(facts)
    figures = folder / "figures"
    if figures.is_symlink():  # what is written there would replace files elsewhere
        raise RunFolderError(
            f"{figures} is a link to another folder, which is not written to; remove the link "
            "or choose another folder with --out"
        )
    make_folder(figures)
    drawn = []
    # Packing a PNG takes as long as drawing it, and leaves Python's lock to others.
    with ThreadPoolExecutor() as pool:
        packed = []
        for number, h in enumerate(hung, 1):
            say(f"figure {number} of {len(hung)}: {h.picture.name}")
            drawn.append(svg.draw(h.picture))
            packed.append(pool.submit(_png, _pixels(h.picture)))
        for h, vector, png in zip(hung, drawn, packed, strict=True):
            write_whole(figures / f"{h.picture.name}.svg", vector)
            write_whole(figures / f"{h.picture.name}.png", png.result())
    say("writing the page")
    rendered = page.render(filling.build(facts, hung, drawn))
    write_whole(folder / "points.csv", table_csv.points_csv(run.points))
    write_whole(folder / "summary.md", summary.markdown(facts, hung))
    target = folder / "report.html"
    write_whole(target, rendered)
    if run.hosts:
        write_whole(folder / "hosts.csv", hosts.hosts_csv(run))
        for name, host in run.hosts.items():
            say(f"the page of {name}")
            own = folder / host.folder.relative_to(run.folder)
            make_folder(own)
            write_report(host, own)
    return target


def _pixels(picture: Picture) -> Image.Image:
    with drawing_style():
        canvas: Any = FigureCanvasAgg(picture.figure)  # its methods have no types
        canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def _png(image: Image.Image) -> bytes:
    """The image with a palette of 256 colours: a third of the bytes, and looks the same."""
    buffer = io.BytesIO()
    small = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(buffer, "png", optimize=True, dpi=(DPI, DPI))
    return buffer.getvalue()
