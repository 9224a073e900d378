"""Writes a run's page, figures, summary and tables into its folder."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.analysis.run.load import Run, collections_put_off
from profiler_suite.files import ELSEWHERE, Kind, Output, make_folder
from profiler_suite.report import outputs
from profiler_suite.report.content import run_facts
from profiler_suite.report.drawing import svg
from profiler_suite.report.drawing.png_worker import Press
from profiler_suite.report.figures import all_figures
from profiler_suite.report.formats import summary, table_csv
from profiler_suite.report.html import fill, render

Progress = Callable[[str], None]


def write_report(
    run: Run,
    folder: Path,
    *,
    comparison: Comparison | None = None,
    progress: Progress | None = None,
    force: bool = False,
    remedy: str = ELSEWHERE,
    everything: bool = False,
) -> Path:
    """Write report.html, figures/, summary.md and points.csv; returns the page's path.

    With a `comparison` the page has a section of it; with `everything` it is unfolded. A
    run over several hosts has hosts.csv beside, and a page of each host's own. Each file
    appears under its name only when it is complete; `force` replaces what somebody else
    has written there.
    """
    hosts = {folder / h.folder.relative_to(run.folder): h for h in run.hosts.values()}
    places = {folder: run.provenance} | {path: h.provenance for path, h in hosts.items()}
    outputs.check_outputs(places, force=force, remedy=remedy)
    make_folder(folder)
    with contextlib.ExitStack() as opened:

        def output(path: Path, kind: Kind) -> Output:
            return opened.enter_context(Output(path, kind, force=force, remedy=remedy))

        names = [name for name in outputs.KINDS if run.hosts or name != outputs.HOSTS]
        top = {name: output(folder / name, outputs.KINDS[name]) for name in names}
        say = progress or (lambda _: None)
        page = _write(run, comparison, say, top, output, everything=everything)
    for own, host in hosts.items():
        if progress is not None:
            progress(f"the page of {host.provenance.host}")
        write_report(host, own, force=force, remedy=remedy, everything=everything)
    return page


def _write(
    run: Run,
    comparison: Comparison | None,
    say: Progress,
    top: Mapping[str, Output],
    output: Callable[[Path, Kind], Output],
    *,
    everything: bool,
) -> Path:
    """Draw and write the files of one folder, whose own are opened; returns the page's path."""
    figures = top[outputs.PAGE].path.parent / outputs.FIGURES
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
        rendered = render.render(fill.build(facts, hung, drawn, everything=everything))
        points = table_csv.points_csv(run.points)
        make_folder(figures)
        # From the end: what the press has not come to is drawn here.
        for h, vector, png in reversed(list(zip(hung, drawn, pngs, strict=True))):
            for ending, content in ((".svg", vector), (".png", png())):
                path = figures / f"{h.picture.name}{ending}"
                output(path, outputs.FIGURE_KINDS[ending]).write(content)
    top[outputs.POINTS].write(points)
    top[outputs.SUMMARY].write(summary.markdown(facts, hung))
    top[outputs.PAGE].write(rendered)
    if run.hosts:
        top[outputs.HOSTS].write(table_csv.hosts_csv(run))
    return top[outputs.PAGE].path
