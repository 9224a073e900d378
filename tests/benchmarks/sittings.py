"""Results of a long benchmark over several sittings and machines: appended as they come.

Each result is a line of JSON with its key, the machine and the commit it was measured with. A
key that is in the file is not measured again, whatever came out, so that no result is left out
or chosen. Files of several machines may be joined: what is there twice counts once, the first.
"""

import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint

ROOT = Path(__file__).resolve().parents[2]


class Sittings:
    """The results in one file, and how long this sitting may take."""

    def __init__(
        self,
        file: Path,
        minutes: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without `minutes` a sitting ends when everything is done."""
        self._file = file
        self._clock = clock
        self._until_s = clock() + 60 * minutes if minutes else float("inf")
        self._found = read(file)
        self._longest_s = 0.0
        self._origin: dict[str, str] = {}

    @property
    def results(self) -> list[dict[str, Any]]:
        """All of them, of every sitting."""
        return list(self._found.values())

    def of(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """The results of these keys, as far as they are there."""
        return [self._found[key] for key in keys if key in self._found]

    def open(self, keys: Sequence[str]) -> Iterable[str]:
        """The keys without a result, one after the other, while there is time for one more."""
        for key in keys:
            if key in self._found:
                continue
            begun = self._clock()
            if begun + self._longest_s > self._until_s:
                return
            yield key
            self._longest_s = max(self._longest_s, self._clock() - begun)

    def add(self, key: str, **result: Any) -> None:
        """Append one result."""
        self._origin = self._origin or origin()
        row = {"key": key, **self._origin, **result}
        self._found[key] = row
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def where(self) -> str:
        """'3 machines, 2 commits', for the last line of a report."""
        machines = {row.get("machine", "") for row in self.results}
        commits = {row.get("commit", "") for row in self.results}
        return f"{_some(len(machines), 'machine')}, {_some(len(commits), 'commit')}"


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def read(file: Path) -> dict[str, dict[str, Any]]:
    """Key → its first result; a last line that was cut off is left out."""
    found: dict[str, dict[str, Any]] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            found.setdefault(row["key"], row)
    return found


def origin() -> dict[str, str]:
    """Which machine measures which commit."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "machine": f"{platform.node()} {fingerprint(read_facts())}",
        "commit": done.stdout.strip(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def verdict(good: int, done: int, least: float, planned: int) -> str:
    """'46 of 50 done, 45 good: holds so far (at least 90 % wanted)'."""
    if not done:
        return f"0 of {planned} done"
    holds = good >= least * done
    word = ("holds" if holds else "fails") + ("" if done >= planned else " so far")
    return (
        f"{done} of {planned} done, {good} good: {word} (at least {100 * least:.3g} % wanted)"
    )
