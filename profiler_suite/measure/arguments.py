"""Arguments that a function changes: every evaluation finds them as the first one did."""

from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.model.noun import Noun


class ArgumentChange(Noun, frozen=True):
    """One thing that a function changed among its arguments."""

    name: str
    """How the function's own code would call it: 'x', 'layers[0].weights'."""
    of_values: bool
    """True for elements of an array, False for what else it did, such as appending."""


class RestoredArguments(tuple[Any, ...]):
    """A tuple of arguments; `fresh` puts back what the evaluation before has changed."""

    _restore: Callable[[], tuple[Any, ...] | None]

    @classmethod
    def of(
        cls, arguments: tuple[Any, ...], restore: Callable[[], tuple[Any, ...] | None]
    ) -> "RestoredArguments":
        """`restore` changes these arguments back, or gives others in their place."""
        made = cls(arguments)
        made._restore = restore
        return made

    def fresh(self) -> tuple[Any, ...]:
        """The arguments as they were at first, as a plain tuple; untimed."""
        return self._restore() or tuple(self)


def given(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What one evaluation is called with: the arguments, restored where they have to be."""
    return arguments.fresh() if isinstance(arguments, RestoredArguments) else arguments


def put_back(
    pairs: tuple[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]], ...],
) -> Callable[[], None]:
    """Copies each second array's elements into the first one: in proportion to their size."""

    def restore() -> None:
        for changed, original in pairs:
            np.copyto(changed, original)

    return restore
