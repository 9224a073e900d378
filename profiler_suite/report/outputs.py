"""The files of a report, and whether they could be written: asked before anything is done."""

import os
from collections.abc import Mapping
from pathlib import Path

from profiler_suite import files, store
from profiler_suite.files import ELSEWHERE, Kind
from profiler_suite.model.run import Provenance
from profiler_suite.report import kinds
from profiler_suite.report.figures.names import possible_names

FIGURES = "figures"
PAGE = "report.html"
POINTS = "points.csv"
SUMMARY = "summary.md"
HOSTS = "hosts.csv"
KINDS = {
    PAGE: kinds.PAGE,
    POINTS: kinds.POINTS,
    SUMMARY: kinds.SUMMARY,
    HOSTS: kinds.HOSTS,
}
FIGURE_KINDS = {".svg": kinds.SVG, ".png": kinds.PNG}


def places_of(run: Path, out: Path) -> dict[Path, Provenance]:
    """The folders that the report of that run folder goes to, and what each is of."""
    hosts = {out / host.relative_to(run): host for host in store.host_folders(run)}
    return {
        folder: store.read_provenance(source) for folder, source in ({out: run} | hosts).items()
    }


def check_outputs(
    places: Mapping[Path, Provenance], *, force: bool = False, remedy: str = ELSEWHERE
) -> None:
    """Raise RunFolderError unless the reports may be written to those folders.

    The first is the run's own; others are those of its hosts.
    """
    for number, (folder, provenance) in enumerate(places.items()):
        files.check_folder(folder, remedy)
        if not folder.exists():
            continue
        asked: dict[Path, Kind] = {folder / name: kind for name, kind in KINDS.items()}
        if number or len(places) == 1:
            del asked[folder / HOSTS]
        files.check_folder(folder / FIGURES, remedy)
        asked |= {
            path: kind
            for name in possible_names(provenance)
            for ending, kind in FIGURE_KINDS.items()
            if os.path.lexists(path := folder / FIGURES / f"{name}{ending}")
        }
        for path, kind in sorted(asked.items(), key=lambda each: each[0]):
            files.check(path, kind, force=force, remedy=remedy)
