"""Requests of a sweep as the command line makes them."""

import dataclasses
from typing import Any

from profiler_suite.cli.sweeping.request import SweepRequest

_PLAIN = SweepRequest(
    experiments=(),
    mode=None,
    out=None,
    dims={},
    threads=(),
    dtype=(),
    implementations=(),
    seed=None,
    dry_run=False,
    only_flagged=False,
    shard=None,
    scheduler="",
    hosts="split",
    versus=None,
    fail_on=None,
    strict=False,
    as_json=False,
    quiet=True,
)


def request(**options: Any) -> SweepRequest:
    """A request without options but these."""
    return dataclasses.replace(_PLAIN, **options)
