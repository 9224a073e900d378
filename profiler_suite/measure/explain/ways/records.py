"""The nouns of other ways to run a function: what is asked, what was measured."""

import msgspec

from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit
from profiler_suite.model.way import Way


class WayRequest(Noun, frozen=True, tag="way"):
    """Later request: measure this way."""

    way: Way


class StoppingLine(Noun, frozen=True):
    """The line of a function that could not be run another way."""

    file: str
    line: int
    text: str


class WayVisits(Noun, frozen=True):
    """Visits of the function as it stands and of another way to run it, in turn."""

    before: tuple[Visit, ...] = ()
    after: tuple[Visit, ...] = ()


class WayAtSize(Noun, frozen=True):
    """The same with smaller arguments."""

    elements: int
    """Of all arrays among the arguments."""
    visits: WayVisits


class ProcessorTime(Noun, frozen=True):
    """What a function takes of the processors as it stands and another way."""

    ratio: float
    """Time of processors for an evaluation as it stands, over that of the other way."""
    cores_before: float
    """Cores that it keeps busy as it stands; below 1 where it waits or is held up."""
    cores_after: float


class WayRecord(Noun, frozen=True, tag="way_measured"):
    """What was measured of one way, or why it was not."""

    way: Way
    reason: str = ""
    """Why nothing was timed; empty where something was."""
    stopped_at: StoppingLine | None = None
    """The line behind the reason, where there is one."""
    form: str = ""
    """How the function was made to run that way: 'compiled by njit'."""
    version: str = ""
    """Of the library."""
    visits: WayVisits = WayVisits()
    """NumPy's arrays in and out: where they are carried elsewhere, that is timed, too."""
    resident: WayVisits = WayVisits()
    """Where arguments and answer stay what the library has; empty where nothing is carried."""
    elements: int = 0
    """Of all arrays among the arguments."""
    smaller: tuple[WayAtSize, ...] = ()
    """From the largest to the smallest."""
    compile_s: float = 0.0
    """What the first call takes beyond a later one, s; 0 where nothing is compiled."""
    processor_time: ProcessorTime | None = None
    """None where nothing was timed."""
    largest_error: float = 0.0
    """Largest difference of the answers, relative to the largest element."""
    bound: float = 0.0
    """Largest difference that rounding explains, relative to the largest element."""
    dtype_changed: bool = False
    conditions: tuple[str, ...] = ()
    """Where the answers differ, in words: 'for empty arrays'."""
    checked: int = 0
    """How many sets of arguments both agreed on."""
    notes: tuple[str, ...] = msgspec.field(default_factory=tuple)
    """What else to know, in words."""
