"""What lifting a function gives: rewritten functions, and reasons where there are none."""

from __future__ import annotations

from profiler_suite.measure.explain.records import Rewrite
from profiler_suite.model.noun import Noun


class LiftedFunction(Noun, frozen=True):
    """One function with a loop written as array expressions."""

    title: str
    """In plain words, such as 'the loop over i and j as one matrix product'."""
    first_line: int
    """Of the loop, in the file."""
    last_line: int
    rewrite: Rewrite
    """The whole function, and the lines that change."""
    assumptions: tuple[str, ...] = ()
    """What must hold for the answer to be the same, up to the rounding of sums."""
    memory: str = ""
    """Bytes of the largest intermediate array, as an expression in the function's names."""
    memory_bytes: int | None = None
    """The same for the arguments at hand; None where they are not known."""
    whole: bool = True
    """Whether the whole nest is lifted; False where outer loops stay."""

    @property
    def source(self) -> str:
        """The whole rewritten function."""
        return self.rewrite.source


class KeptLoop(Noun, frozen=True):
    """A loop that stays as it is, and why."""

    line: int
    """Where it begins, in the file."""
    reason: str
    """In words, to follow 'could not be rewritten: '."""


class Lifting(Noun, frozen=True):
    """All that was found for one function."""

    lifted: tuple[LiftedFunction, ...] = ()
    unlifted: tuple[KeptLoop, ...] = ()
