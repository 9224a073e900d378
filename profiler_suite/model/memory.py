"""Memory that the parts of a function hold: its lines, and expressions within them."""

from profiler_suite.model.noun import Count, Noun, Number


class LineMemory(Noun, frozen=True):
    """What is held while one line of the user's runs."""

    file: str
    line: Count
    most_bytes: Number
    """The most that the function held at once while this line ran, its callees included."""
    made_bytes: Number
    """What its expressions took in one evaluation, whether they gave it back or not."""


class ExpressionMemory(Noun, frozen=True):
    """What one expression takes: an operation, a call, an element of a list."""

    file: str
    line: Count
    text: str
    """Its source, spaces put together."""
    times: Count
    """How often it ran in one evaluation."""
    most_bytes: Number
    """The most that it took at once beyond what was held before it."""
    made_bytes: Number
    """The same, summed over all times."""


class MemoryRecord(Noun, frozen=True):
    """Memory of one evaluation by line and by expression, as NumPy and Python report it."""

    peak_bytes: Number
    """The most that it held at once."""
    lines: tuple[LineMemory, ...] = ()
    """In the order of the source."""
    expressions: tuple[ExpressionMemory, ...] = ()
    """Those that took much, the largest sum first."""
    reason: str = ""
    """Why lines and expressions are missing, or not all are there; empty where they are."""
