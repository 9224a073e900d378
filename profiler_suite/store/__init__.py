"""Append rows to a run folder and read them back.

``records.jsonl`` is append-only: one row per line, one write per row. ``run.json``
holds the provenance. A run over several hosts has a run folder for each below
``hosts/``. What is kept when the worst happens:

- the process is killed: every row that was written; the one being written may be cut;
- the power fails: every row older than some seconds, and the whole of ``run.json``;
- the disk is full: every row; a row that did not fit is taken out again;
- lines are damaged: every whole row, wherever it stands in the file.

Schema history: 1, the first; 2, the lines of one point are one row; 3, points of a
second environment; 4, advice.
"""

from profiler_suite.files import make_folder, remedy, write_whole
from profiler_suite.store.folder import RunFolder, is_run, is_untouched
from profiler_suite.store.hosts import host_folder, host_folders
from profiler_suite.store.names import HOSTS, RECORDS, RUN
from profiler_suite.store.reading import each_row, read_provenance, read_rows

__all__ = [
    "HOSTS",
    "RECORDS",
    "RUN",
    "RunFolder",
    "each_row",
    "host_folder",
    "host_folders",
    "is_run",
    "is_untouched",
    "make_folder",
    "read_provenance",
    "read_rows",
    "remedy",
    "write_whole",
]
