"""What the parent and the timing child say to each other: one JSON document per line."""

from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit, WorkerRecord


class WorkerSetup(Noun, frozen=True):
    """First line: what the child needs to know once."""

    files: tuple[str, ...]
    """Experiment files that enter implementations of their own."""
    seed: int
    epoch_ns: int
    """Parent's monotonic clock at the start of the run (the clock is the system's)."""
    canary_names: tuple[str, ...]
    heap_bytes: int = 0
    """Held from the start on, so that arrays lie elsewhere than in other processes."""


class PrepareRequest(Noun, frozen=True, tag="prepare"):
    """Make the data, check the answer if asked to, warm up, calibrate."""

    point: Point
    worker: int
    check: bool
    canaries: tuple[str, ...]
    untimed: int = 0
    """Evaluations before the samples of each visit."""
    evaluations: int = 0
    """Per sample, as another process has found; 0 where none has."""


class VisitRequest(Noun, frozen=True, tag="take"):
    """Make one visit."""

    point: str


class Completion(Noun, frozen=True, tag="done"):
    """Answer to Prepare."""

    record: WorkerRecord


class VisitReply(Noun, frozen=True, tag="taken"):
    """Answer to Take."""

    visit: Visit


class ErrorReply(Noun, frozen=True, tag="raised"):
    """Answer to Take when the implementation raised."""

    reason: str


Request = PrepareRequest | VisitRequest
Reply = Completion | VisitReply | ErrorReply
