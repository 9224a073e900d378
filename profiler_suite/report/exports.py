"""A run in the formats of other tools: CSV, line_profiler's own, speedscope."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from profiler_suite import store
from profiler_suite.analysis.frames import Run
from profiler_suite.errors import UsageError
from profiler_suite.measure import native
from profiler_suite.measure.lines import lprof
from profiler_suite.model import AccountRecord
from profiler_suite.report import table_csv

FORMATS = ("csv", "lprof", "speedscope")


def export(run: Run, form: str, target: Path) -> None:
    """Write the run to `target` in one of FORMATS; UsageError if it has nothing of the kind."""
    if form == "csv":
        store.write_whole(target, table_csv.points_csv(run.points))
    elif form == "lprof":
        if not run.history.lines:
            raise UsageError(f"{run.folder} has no line profiles; sweep it again to take them")
        lprof.write(run.history.lines, target)
    else:
        document = speedscope(run.history.accounts.values(), run.folder.name)
        store.write_whole(target, json.dumps(document))


def speedscope(accounts: Iterable[AccountRecord], name: str) -> dict[str, Any]:
    """Native samples of every point as one speedscope document, a profile per point."""
    frames: dict[str, int] = {}
    profiles: list[dict[str, Any]] = []
    merged: dict[str, Any] = {}
    for account in accounts:
        if account.native is None or not account.native.samples:
            continue
        merged = native.to_speedscope(account.native, account.point)
        labels = [frame["name"] for frame in merged["shared"]["frames"]]
        place = [frames.setdefault(label, len(frames)) for label in labels]
        for profile in merged["profiles"]:
            stacks = [[place[frame] for frame in stack] for stack in profile["samples"]]
            profiles.append(profile | {"samples": stacks})
    if not profiles:
        raise UsageError(f"{name} has no native samples; they are taken on Linux where allowed")
    shared = {"frames": [{"name": label} for label in frames]}
    return merged | {"name": name, "shared": shared, "profiles": profiles}
