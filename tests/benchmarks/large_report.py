"""How long does the report of a very large run take, and how large is its page?

Run it by hand with the folder of a run that was measured::

    python tests/benchmarks/large_report.py reports/latest [--points 10000]

Every point of that run is repeated, with its visits and its time breakdown, until there are
that many; the copies have ids, labels and sizes of their own.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from profiler_suite.analysis.run.load import load
from profiler_suite.report.write import write_report
from profiler_suite.store import RECORDS, RUN

# Rows that say something of one point each; the others say it of the run.
_OF_POINTS = ("point", "launch", "account")


def renamed(value: Any, ids: set[str], copy: int) -> Any:
    """The value with every point id in it replaced by that of its copy."""
    if not copy:
        return value
    if isinstance(value, dict):
        return {key: renamed(each, ids, copy) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, ids, copy) for each in value]
    return f"{value}~{copy}" if isinstance(value, str) and value in ids else value


def grown(point: dict[str, Any], ids: set[str], copy: int) -> dict[str, Any]:
    """A point of another size with the same times."""
    made: dict[str, Any] = json.loads(json.dumps(renamed(point, ids, copy)))
    if copy:
        made["label"] += f"~{copy}"
        dims = made["problem"]["dims"]
        for name in ("height", "width", "rows"):
            if name in dims:
                dims[name] += 3 * copy
    return made


def rows(source: Path, ids: set[str], copies: int) -> Iterator[dict[str, Any]]:
    """The rows of the large run, in the order of the small one."""
    with (source / RECORDS).open() as file:
        for line in file:
            row = json.loads(line)
            if row["kind"] == "round":
                visits = row["visits"]
                row["visits"] = [renamed(v, ids, n) for n in range(copies) for v in visits]
                yield row
            elif row["kind"] in _OF_POINTS:
                yield from (renamed(row, ids, n) for n in range(copies))
            else:
                yield row


def main() -> None:
    """Make the large run, read it, write its report, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--points", type=int, default=10_000)
    asked = parser.parse_args()
    origin = json.loads((asked.run / RUN).read_text())
    ids = {point["id"] for point in origin["points"]}
    copies = -(-asked.points // len(ids))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        points = [grown(p, ids, n) for n in range(copies) for p in origin["points"]]
        (folder / RUN).write_text(json.dumps({**origin, "points": points}))
        with (folder / RECORDS).open("w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows(asked.run, ids, copies))
        size = (folder / RECORDS).stat().st_size
        begun = perf_counter()
        run = load(folder)
        loaded = perf_counter()
        page = write_report(run, folder)
        written = perf_counter()
        sys.stdout.write(
            f"{len(run.points):,} points, {size / 1e6:.0f} MB of records: read in "
            f"{loaded - begun:.1f} s, report written in {written - loaded:.1f} s, "
            f"page {page.stat().st_size / 1e6:.2f} MB\n"
        )


if __name__ == "__main__":
    main()
