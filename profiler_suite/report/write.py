"""Writes a run's page, figures, summary and tables into its folder."""

from collections.abc import Callable
from pathlib import Path

from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.analysis.run.load import Run, collections_put_off
from profiler_suite.errors import RunFolderError
from profiler_suite.report.content import run_facts
from profiler_suite.report.drawing import svg
from profiler_suite.report.drawing.png_worker import Press
from profiler_suite.report.figures import all_figures
from profiler_suite.report.formats import summary, table_csv
from profiler_suite.report.html import fill, render
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
    figures = folder / "figures"
    if figures.is_symlink():  # what is written there would replace files elsewhere
        raise RunFolderError(
            f"{figures} is a link to another folder, which is not written to; remove the link "
            "or choose another folder with --out"
        )
    with collections_put_off(), Press() as press:
        say("drawing figures")
        facts = run_facts.ask(run, comparison)
        hung, pngs = [], []
        for h in all_figures.hang(facts):
            hung.append(h)
            pngs.append(press.take(h.picture.figure))
        drawn = []
        for number, h in enumerate(hung, 1):
            say(f"figure {number} of {len(hung)}: {h.picture.name}")
            drawn.append(svg.draw(h.picture))
        say("writing the page")
        rendered = render.render(fill.build(facts, hung, drawn))
        points = table_csv.points_csv(run.points)
        make_folder(figures)
        # From the end: what the press has not come to is drawn here.
        for h, vector, png in reversed(list(zip(hung, drawn, pngs, strict=True))):
            write_whole(figures / f"{h.picture.name}.svg", vector)
            write_whole(figures / f"{h.picture.name}.png", png())
    write_whole(folder / "points.csv", points)
    write_whole(folder / "summary.md", summary.markdown(facts, hung))
    target = folder / "report.html"
    write_whole(target, rendered)
    if run.hosts:
        write_whole(folder / "hosts.csv", table_csv.hosts_csv(run))
        for name, host in run.hosts.items():
            say(f"the page of {name}")
            own = folder / host.folder.relative_to(run.folder)
            make_folder(own)
            write_report(host, own)
    return target
