"""What is kept per machine and software: measured ceilings, baselines, paces, the selfcheck.

A cache: whatever cannot be read counts as not kept, and what cannot be written
is measured again next time.
"""

import math
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from platformdirs import user_cache_dir

from profiler_suite.errors import RunFolderError
from profiler_suite.files import make_folder, write_whole
from profiler_suite.model.machine import Machine
from profiler_suite.model.run import SelfCheck

# What decoding raises for a file that was damaged.
_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# Predictions are not off by more, but on a machine that is very busy.
_MOST_PACE = 4.0
# No code was seen to slow down by much more than a canary.
_MOST_EXPONENT = 2.0

CACHE_VARIABLE = "PROFILER_SUITE_CACHE"
"""Environment variable that names another folder."""


def cache_folder() -> Path:
    """The user's cache folder of this package, or the one the environment names."""
    return Path(os.environ.get(CACHE_VARIABLE) or user_cache_dir("profiler_suite"))


def kept_machine(fingerprint: str) -> Machine | None:
    """The machine kept under this fingerprint, or None."""
    content = _read(_machine_file(fingerprint))
    try:
        machine = msgspec.json.decode(content, type=Machine)
    except _DAMAGE:
        return None
    return machine if machine.fingerprint == fingerprint else None


def keep_machine(machine: Machine) -> bool:
    """Keep a machine; says whether it could be written."""
    content = msgspec.json.format(msgspec.json.encode(machine), indent=1)
    return _write(_machine_file(machine.fingerprint), content)


def kept_baselines(fingerprint: str) -> dict[str, float]:
    """Canary baselines kept under this fingerprint, s; empty when there are none."""
    content = _read(_baselines_file(fingerprint))
    try:
        baselines = msgspec.json.decode(content, type=dict[str, float])
    except _DAMAGE:
        return {}
    return {name: baseline for name, baseline in baselines.items() if baseline > 0}


def keep_baselines(fingerprint: str, baselines: Mapping[str, float]) -> bool:
    """Keep the smaller of each kept and given baseline; says whether it could be written.

    Of two processes that write at the same moment one wins whole: a baseline may
    be lost until the next run finds it again, never mixed or cut.
    """
    merged = kept_baselines(fingerprint)
    for name, baseline in baselines.items():
        if baseline > 0:
            merged[name] = min(baseline, merged.get(name, baseline))
    return _write(_baselines_file(fingerprint), msgspec.json.encode(merged))


def kept_exponents(fingerprint: str) -> dict[str, tuple[float, float]]:
    """How kinds of code follow slowdowns here, kept under this fingerprint: value, error."""
    content = _read(_exponents_file(fingerprint))
    try:
        found = msgspec.json.decode(content, type=dict[str, tuple[float, float]])
    except _DAMAGE:
        return {}
    return {
        kind: (value, error)
        for kind, (value, error) in found.items()
        if 0 <= value <= _MOST_EXPONENT and 0 < error <= _MOST_EXPONENT
    }


def keep_exponents(fingerprint: str, found: Mapping[str, tuple[float, float]]) -> bool:
    """Keep the mean of each kept and given one, so that it follows what changes here."""
    merged = kept_exponents(fingerprint)
    for kind, (value, error) in found.items():
        before = merged.get(kind, (value, error))
        merged[kind] = ((before[0] + value) / 2, (before[1] + error) / 2)
    return _write(_exponents_file(fingerprint), msgspec.json.encode(merged))


def kept_paces(fingerprint: str) -> dict[str, float]:
    """Phase of a sweep → how much longer than predicted it takes here, as kept."""
    try:
        found = msgspec.json.decode(_read(_paces_file(fingerprint)), type=dict[str, float])
    except _DAMAGE:
        return {}
    return {
        phase: pace for phase, pace in found.items() if 1 / _MOST_PACE <= pace <= _MOST_PACE
    }


def keep_paces(fingerprint: str, found: Mapping[str, float]) -> bool:
    """Keep the geometric mean of each kept and given one: machines are busy now and then."""
    merged = kept_paces(fingerprint)
    for phase, pace in found.items():
        within = min(max(pace, 1 / _MOST_PACE), _MOST_PACE)
        merged[phase] = math.sqrt(merged.get(phase, within) * within)
    return _write(_paces_file(fingerprint), msgspec.json.encode(merged))


def kept_selfcheck(fingerprint: str) -> SelfCheck | None:
    """The last selfcheck made under this fingerprint, or None."""
    try:
        found = msgspec.json.decode(_read(_selfcheck_file(fingerprint)), type=SelfCheck)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.fingerprint == fingerprint else None


def keep_selfcheck(found: SelfCheck) -> bool:
    """Keep a selfcheck instead of the last one; says whether it could be written."""
    content = msgspec.json.format(msgspec.json.encode(found), indent=1)
    return _write(_selfcheck_file(found.fingerprint), content)


def _machine_file(fingerprint: str) -> Path:
    return cache_folder() / f"machine-{fingerprint}.json"


def _selfcheck_file(fingerprint: str) -> Path:
    return cache_folder() / f"selfcheck-{fingerprint}.json"


def _baselines_file(fingerprint: str) -> Path:
    return cache_folder() / f"floors-{fingerprint}.json"


def _exponents_file(fingerprint: str) -> Path:
    return cache_folder() / f"exponents-{fingerprint}.json"


def _paces_file(fingerprint: str) -> Path:
    return cache_folder() / f"paces-{fingerprint}.json"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _write(file: Path, content: bytes) -> bool:
    """Whether it could be written; readers see the old or the new, whole."""
    try:
        make_folder(file.parent)
        write_whole(file, content)
    except RunFolderError:
        return False
    return True
