"""The stored run of release 0.1, unpacked whole or as a sweep left it that was stopped."""

import json
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

STORED = Path(__file__).parent / "files" / "stored_run"


def unpack(folder: Path) -> Path:
    """All of it."""
    folder.mkdir()
    shutil.copy(STORED / "run.json", folder)
    (folder / "records.jsonl").write_bytes(
        lzma.decompress((STORED / "records.jsonl.xz").read_bytes())
    )
    return folder


def only(folder: Path, experiment: str, **provenance: Any) -> Path:
    """The run as it would be of one experiment alone, with some facts of it replaced."""
    path = folder / "run.json"
    run = json.loads(path.read_text())
    run["experiments"] = [each for each in run["experiments"] if each["name"] == experiment]
    run["points"] = [each for each in run["points"] if each["experiment"] == experiment]
    run["skipped"] = [s for s in run["skipped"] if s["point"]["experiment"] == experiment]
    path.write_text(json.dumps(run | provenance))
    ids = {each["id"] for each in run["points"]}

    def own(row: dict[str, Any]) -> bool:
        if row["kind"] == "round":
            row["visits"] = [v for v in row["visits"] if v["point"] in ids]
        point = row.get("point")
        return point is None or (point["id"] if row["kind"] == "point" else point) in ids

    keep_rows(folder, own)
    return folder


def keep_rows(folder: Path, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Leave out all others; returns those that stay."""
    path = folder / "records.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    kept = [row for row in rows if wanted(row)]
    path.write_text("".join(f"{json.dumps(row, separators=(',', ':'))}\n" for row in kept))
    return kept
