"""What a sampled process and the one that samples it say to each other."""

import msgspec

from profiler_suite.measure.lines.layout import Layout

PAUSED, COUNTING, READY = 0, 1, 2
"""States of the sampled process, in the first word of its control block."""
SAMPLE, END = b"look\n", b"end\n"
"""Requests that follow a Target: sample until the process pauses; answer."""
STARTED = b"started\n"
"""What the sampling process says first."""


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
