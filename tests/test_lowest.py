"""The lowest versions that are tried are those that pyproject.toml allows."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Measured with, not tested with.
NOT_INSTALLED = ("peers", "dev", "numba", "jax", "torch")
_NAME = re.compile(r"([\w-]+)(?:>=([\d.]+))?$")


def named(name: str) -> str:
    return name.lower().replace("-", "_")


def three(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".")]
    return tuple([*parts, 0, 0][:3])


def allowed() -> dict[str, tuple[int, ...]]:
    """Package → lowest version, of all that the tests install."""
    extras = PROJECT["optional-dependencies"]
    wanted = list(PROJECT["dependencies"])
    for extra, packages in extras.items():
        wanted += [] if extra in NOT_INSTALLED else packages
    found = {}
    for each in wanted:
        if each.startswith("profiler-suite["):
            continue
        matched = _NAME.match(each)
        assert matched is not None, f"{each} has no lowest version, or another form"
        assert matched[2], f"{each} has no lowest version"
        found[named(matched[1])] = three(matched[2])
    return found


def tried() -> dict[str, tuple[int, ...]]:
    lines = (ROOT / "tests" / "lowest.txt").read_text().splitlines()
    pinned = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {named(name): three(version) for name, _, version in pinned}


def test_the_lowest_versions_are_tried() -> None:
    assert tried() | allowed() == tried()
