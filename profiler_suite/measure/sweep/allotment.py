"""Which points a round visits: those whose intervals are wide always, the others now and then.

The half width of an interval goes with one over the root of the visits, so a point needs
visits in proportion to (half width / target)². Partners are visited together or not at all.
"""

from collections.abc import Mapping, Sequence

# Points that are as good as done are visited in every fourth round: the state of the machine
# changes, and so do intervals.
_LEAST = 0.25


class Allotment:
    """Gives each point its share of the rounds."""

    def __init__(self, together: Mapping[str, Sequence[str]]) -> None:
        """`together`: point id → all that are visited with it, itself included."""
        self._together = together
        self._shares: dict[str, float] = {}
        self._credit: dict[str, float] = {}

    def update(self, half_widths: Mapping[str, float], target: float) -> None:
        """Take up how wide intervals are now; points that are not named are always visited."""
        own = {
            name: min(1.0, max(_LEAST, (half / target) ** 2)) if target > 0 else 1.0
            for name, half in half_widths.items()
        }
        self._shares = {
            name: max(own.get(each, 1.0) for each in self._together[name] if each in own)
            for name in own
        }

    def reset(self) -> None:
        """Every point in every round again: a new process has to see all of them."""
        self._shares.clear()
        self._credit.clear()

    def chosen(self, active: Sequence[str]) -> list[str]:
        """The points of the next round, in their order; at least one where there is any."""
        found: list[str] = []
        while active and not found:
            found = [name for name in active if self._is_due(name)]
        return found

    def _is_due(self, name: str) -> bool:
        share = self._shares.get(name, 1.0)
        credit = self._credit.get(name, 1.0 - share) + share
        due = credit >= 1.0 - 1e-9
        self._credit[name] = credit - due
        return due
