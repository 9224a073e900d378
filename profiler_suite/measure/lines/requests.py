"""What a process and the one that samples its lines say to each other."""

import msgspec

from profiler_suite.measure.reading.layout import Layout


class SampleTarget(msgspec.Struct, frozen=True):
    """Which process to sample, and which lines are wanted."""

    pid: int
    control: int
    """Address of the control block."""
    layout: Layout
    driver: int
    """Address of the code object of the loop that calls the function."""
    codes: tuple[int, ...]
    """Addresses of the code objects whose lines are wanted."""
    stopping: bool
    """Whether to stop the process for each sample, as the two do not share one core."""


class FrameSamples(msgspec.Struct, frozen=True):
    """How often the frames of the wanted codes were at these instructions together."""

    at: dict[int, int]
    """Number of the code → offset of the instruction from the code object's address, the
    innermost first.

    Of a code that is active more than once (recursion), the innermost."""
    count: int


class SampleCounts(msgspec.Struct, frozen=True):
    """All samples of one target."""

    frame_samples: tuple[FrameSamples, ...]
    lost: int = 0
    """Samples that led nowhere."""
    error: str = ""
