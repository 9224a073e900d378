"""Which points are visited together, with which canaries, and in which random order."""

import random
from collections.abc import Sequence

from profiler_suite.machine.canary import named, needs_memory
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import Machine


def canaries_of(point: Point, machine: Machine) -> tuple[str, ...]:
    """What is timed beside a point: the ufunc, memory for a large one, GEMM for threads."""
    names = ["ufunc"]
    if needs_memory(point.working_set_bytes, machine.facts.last_cache_bytes):
        names.append("memory")
    if point.threads > 1:
        names.append(f"gemm{point.threads}")
    return tuple(named(name, point.environment) for name in names)


def _together(points: Sequence[Point]) -> dict[str, tuple[str, ...]]:
    """Point id → all that are visited side by side with it and end with it, itself included."""
    group_of = {point.id: [point.id] for point in points}
    for point in points:
        for other in (point.partner, point.counterpart):
            if other in group_of and group_of[other] is not group_of[point.id]:
                merged = group_of[point.id] + group_of[other]
                group_of |= dict.fromkeys(merged, merged)
    return {point_id: tuple(group) for point_id, group in group_of.items()}


class VisitOrder:
    """Makes a fresh random order for each round."""

    def __init__(self, points: Sequence[Point], source: random.Random) -> None:
        self._points = {point.id: point for point in points}
        self._random = source
        self._turned: dict[frozenset[str], list[str]] = {}
        self.together = _together(points)
        """Point id → all that are visited side by side with it and end with it."""

    def shuffled(self, active: Sequence[str]) -> list[str]:
        """These points: partners side by side, thread counts together.

        Of what is visited together, counterparts in two environments are neighbours.

        Idle BLAS threads spin for a while, so going from many threads to one
        costs a rest: once per round instead of once per point.
        """
        wanted = set(active)
        blocks: list[list[str]] = []
        seen: set[str] = set()
        for point_id in active:
            if point_id not in seen:
                block = [p for p in self.together[point_id] if p in wanted]
                seen.update(block)
                blocks.append(self._shuffled_block(block))
        by_threads: dict[int, list[list[str]]] = {}
        for block in blocks:
            by_threads.setdefault(self._points[block[0]].threads, []).append(block)
        groups = list(by_threads.values())
        self._random.shuffle(groups)
        order: list[str] = []
        for group in groups:
            self._random.shuffle(group)
            order.extend(point_id for block in group for point_id in block)
        return order

    def _shuffled_block(self, block: Sequence[str]) -> list[str]:
        """A random order, and its reverse in the round that follows.

        So each of two is first as often as second, whatever going first does to it.
        """
        key = frozenset(block)
        if key in self._turned:
            return self._turned.pop(key)
        order = self._random_block(block)
        if len(order) > 1:
            self._turned[key] = order[::-1]
        return order

    def _random_block(self, block: Sequence[str]) -> list[str]:
        pairs: dict[str, list[str]] = {}
        for member in block:
            counterpart = self._points[member].counterpart or member
            pairs.setdefault(min(member, counterpart), []).append(member)
        neighbours = list(pairs.values())
        self._random.shuffle(neighbours)
        for pair in neighbours:
            self._random.shuffle(pair)
        return [member for pair in neighbours for member in pair]
