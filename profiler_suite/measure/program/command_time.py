"""What the whole command may take: twice the program's time, and half a minute.

The first time on a machine it is measured besides, which is said.
The program's own time is known when it has run once. To run it again takes as long again; of
what is left each function gets its part, and the page the last seconds.
"""

from collections.abc import Callable, Sequence
from time import monotonic

from profiler_suite import units

BUDGET_S = 24.0
"""For all explanations, where nobody asks for another time."""
# Samplers that start and write, a closer look at a short program, pictures and pages.
_BESIDES_S = 6.0
_PAGE_S = 3.0
_LEAST_S = 3.0

Clock = Callable[[], float]


class CommandTime:
    """The time of one command, from the moment it is made."""

    def __init__(
        self, budget_s: float = BUDGET_S, *, runs: int = 2, clock: Clock = monotonic
    ) -> None:
        """`runs` of the program, before its rewrites are tried."""
        self._budget_s, self._runs, self._clock = budget_s, runs, clock
        self._begun = clock()
        self._program_s = 0.0
        self._aside_s = 0.0
        self._explaining_since: float | None = None

    def ran(self, wall_s: float) -> None:
        """Note how long the program took."""
        self._program_s = wall_s

    def set_aside(self, seconds: float) -> None:
        """Note what was spent on what is done once on a machine, not for this program."""
        self._aside_s += seconds

    def explains_now(self) -> None:
        """Note that the budget for explanations begins to run."""
        self._explaining_since = self._clock()

    @property
    def total_s(self) -> float:
        """All that may be spent, once the program has run."""
        return self._runs * self._program_s + _BESIDES_S + self._budget_s + self._aside_s

    @property
    def left_s(self) -> float:
        """What is left of it."""
        return max(0.0, self.total_s - (self._clock() - self._begun))

    @property
    def again_s(self) -> float:
        """After so many seconds a second run is stopped, or nothing would be explained."""
        return max(_LEAST_S, self.left_s - _PAGE_S - _LEAST_S)

    @property
    def explaining_s(self) -> float:
        """What all functions together may still take."""
        since = self._clock() if self._explaining_since is None else self._explaining_since
        budget_s = self._budget_s - (self._clock() - since)
        return max(0.0, min(budget_s, self.left_s - _PAGE_S))

    @property
    def is_over(self) -> bool:
        """Whether another function would get too little to say anything."""
        return self.explaining_s < _LEAST_S

    def part_s(self, weights: Sequence[float]) -> float:
        """What the first of these functions may take, by its weight among them.

        What has most to spare gets most time, but the others are not forgotten for it.
        """
        whole = sum(weights)
        share = weights[0] / whole if whole > 0 else 0.0
        by_weight_s = min(share * self.explaining_s, self.most_s(len(weights)))
        return max(self.explaining_s / len(weights), by_weight_s)

    def most_s(self, functions: int) -> float:
        """When the first of so many has to be stopped, so that the others are not left out."""
        return max(_LEAST_S, self.explaining_s - _LEAST_S * (functions - 1))

    def as_before(self, wall_s: float, *, explains: bool) -> str:
        """What to expect of a program that took so long the last time, in a sentence."""
        took = units.duration(wall_s) if wall_s >= 1 else units.time(wall_s)
        if not explains:
            return f"it took {took} the last time"
        most = self._runs * wall_s + _BESIDES_S + self._budget_s
        return f"it took {took} the last time: {units.duration(most)} at most, all in all"

    def forecast(self, functions: int) -> str:
        """What comes now and how long it takes at most, in a sentence."""
        explained = units.some(functions, "function")
        most = units.duration(self.explaining_s)
        if self._runs == 1:
            return f"explaining {explained}: {most} at most (--top 0 leaves it out)"
        again = units.duration(max(1.0, self._program_s))
        return (
            f"running it again, about {again}, to explain {explained}, {most} at most "
            "(--top 0 leaves it out)"
        )
