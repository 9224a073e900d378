"""An explanation that was measured once, of a function with a helper and two loops."""

import lzma
from pathlib import Path

import msgspec

from profiler_suite.analysis.explain.attempts import Attempt
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.model.machine import Machine

_STORED = Path(__file__).parent / "files" / "stored_explanation.json.xz"


def stored_explanation(*, advised: bool = True) -> Explanation:
    """With the advice that was tried then, or without any."""
    record, machine, tried, baselines_s = msgspec.json.decode(
        lzma.decompress(_STORED.read_bytes()),
        type=tuple[FunctionRecord, Machine, tuple[Attempt, ...], dict[str, float]],
    )
    return Explanation(record, machine, tried if advised else None, baselines_s)
