"""The key of a traced `getitem` or `setitem`, part by part."""

from collections.abc import Sequence
from typing import Any

from profiler_suite.model.trace import Operation


def key_of(operation: Operation) -> Sequence[Any] | None:
    """What stands between the brackets; None where there are none."""
    return operation.arguments[1] if operation.name in ("getitem", "setitem") else None


def parts_of_key(operation: Operation, shape: Sequence[int]) -> list[tuple[Sequence[Any], int]]:
    """The parts of the key, each with the axis it begins at."""
    key = key_of(operation)
    assert key is not None
    parts = list(key[1:]) if key[0] == "tuple" else [key]
    taken = [_axes_of(operation, part) for part in parts]
    axis, placed = 0, []
    for part, count in zip(parts, taken, strict=True):
        placed.append((part, axis))
        axis += len(shape) - sum(taken) if part[0] == "ellipsis" else count
    return placed


def _axes_of(operation: Operation, part: Sequence[Any]) -> int:
    if part[0] in ("newaxis", "ellipsis"):
        return 0
    return len(operation.operands[part[1]].shape) if part[0] == "mask" else 1
