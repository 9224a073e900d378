"""What a sweep was asked for on the command line."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from profiler_suite.workloads import short_forms


@dataclasses.dataclass(frozen=True)
class SweepRequest:
    """What was asked for on the command line; the field names are the options'."""

    experiments: tuple[str, ...]
    mode: str | None
    out: Path | None
    dims: dict[str, tuple[int, ...]]
    """Of `--set` and its short forms: name → values."""
    threads: tuple[int, ...]
    dtype: tuple[str, ...]
    implementations: tuple[str, ...]
    seed: int | None
    dry_run: bool
    only_flagged: bool
    shard: tuple[int, int] | None
    scheduler: str
    hosts: str
    versus: Path | None
    fail_on: float | None
    strict: bool
    as_json: bool
    quiet: bool
    point: tuple[str, ...] = ()
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    wait: float | None = None
    """Seconds a scheduler and a worker are waited for; None: as long as usual."""


def requested(options: Mapping[str, Any]) -> SweepRequest:
    """The request that the options of a sweep make, short forms put where `--set` goes."""
    short = {name: options[name] for name in short_forms.OPTIONS if options[name]}
    own = {name: value for name, value in options.items() if name not in short_forms.OPTIONS}
    return SweepRequest(dims=short | dict(own.pop("settings")), **own)
