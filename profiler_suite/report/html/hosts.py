"""The page's section of a run over several hosts."""

from profiler_suite.analysis.compare.hosts import Hosts
from profiler_suite.analysis.run.load import Run
from profiler_suite.report.content.host_tables import sentences, tables
from profiler_suite.report.html.view import HostsView
from profiler_suite.store import host_folder

# As in every small table of the page; hosts.csv has all of it.
_MOST_ROWS = 200


def view(run: Run, found: Hosts) -> HostsView:
    """Everything the section shows."""
    return HostsView(
        first=found.names[0],
        pages=tuple(
            (name, f"{host_folder(run.folder, name).relative_to(run.folder)}/report.html")
            for name in found.names
        ),
        sentences=sentences(found),
        tables=tuple(table.first(_MOST_ROWS) for table in tables(run, found)),
    )
