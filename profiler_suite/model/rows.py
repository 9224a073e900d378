"""The rows of records.jsonl, each tagged with its kind.

Where a word of ours has changed the file keeps its key (`rename`), so that runs of every
release are read.
"""

import enum
from statistics import median
from typing import Annotated

import msgspec

from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import Machine
from profiler_suite.model.native import NativeSamples
from profiler_suite.model.noun import CanaryName, Count, Noun, Number, Seconds, Time
from profiler_suite.model.trace import OperationLine


class Status(enum.StrEnum):
    """How a point ended; a wrong answer is an outcome, not an exception."""

    OK = "ok"
    WRONG = "wrong"  # its answer differs from the reference by more than the bound
    FAILED = "failed"  # it raised
    CRASHED = "crashed"  # its process died
    TIMEOUT = "timeout"  # one visit took longer than allowed
    SKIPPED = "skipped"  # not attempted, with the reason


BROKEN = (Status.FAILED, Status.CRASHED, Status.TIMEOUT)
"""Without a time, and nothing is known of the answer."""


SCHEMA_VERSION = 4
"""Of what is written; see `store` for the history."""
OLDEST_SCHEMA = 1
"""Of what can be read."""
# No sample was all waiting: clocks that say so are read too far apart.
_LEAST_RUNNING = 0.01


class Visit(Noun, frozen=True):
    """A canary, some samples of one point, a canary."""

    point: str
    at_s: Seconds
    """Seconds since the run began (monotonic clock)."""
    sample_times_s: Annotated[tuple[Time, ...], msgspec.Meta(min_length=1)]
    """Time per evaluation of each sample, s."""
    canaries_s: dict[CanaryName, tuple[Time, Time]]
    """Per canary: its time before and after the samples, s."""
    minor_faults: Number
    """Minor page faults per evaluation."""
    lost_s: tuple[Seconds, ...] = ()
    """Of each sample, the time per evaluation in which the thread was ready to run and did not,
    s: other threads or other machines of the host had its core. Empty where it always ran."""

    @property
    def running_s(self) -> tuple[float, ...]:
        """Times of samples that were never switched out, s; where all were, less the wait."""
        if len(self.lost_s) != len(self.sample_times_s):
            return self.sample_times_s
        both = tuple(zip(self.sample_times_s, self.lost_s, strict=True))
        kept = tuple(time_s for time_s, lost_s in both if lost_s <= 0)
        return kept or tuple(max(t - lost, _LEAST_RUNNING * t) for t, lost in both)

    @property
    def time_s(self) -> float:
        """Median of these: what the visit says of the time of one evaluation, s."""
        return median(self.running_s)

    @property
    def switched_out(self) -> int:
        """Samples during which the thread was kept from running."""
        if len(self.lost_s) != len(self.sample_times_s):
            return 0
        return sum(lost_s > 0 for lost_s in self.lost_s)


class RoundRecord(
    Noun, frozen=True, tag_field="kind", tag="round", rename={"worker": "launch"}
):
    """One visit to every active point, in random order."""

    round: Count
    worker: Count
    visits: tuple[Visit, ...]
    schema: int = SCHEMA_VERSION


class WorkerRecord(
    Noun, frozen=True, tag_field="kind", tag="launch", rename={"worker": "launch"}
):
    """What one child process found out about one point before its first visit."""

    point: str
    worker: Count
    status: Status
    reason: str = ""
    cold_s: Seconds = 0.0
    """Time of the very first call in this process, s."""
    evaluations: Count = 0
    """Evaluations per sample."""
    threads_by_library: dict[str, Count] = {}
    """Threads that each native library says it uses, read back after setting the limit."""
    largest_error: Number = 0.0
    """Largest absolute difference from the reference."""
    error_bound: Number = 0.0
    """What that difference may be, from dtype and reduction length."""
    schema: int = SCHEMA_VERSION


class PointRecord(Noun, frozen=True, tag_field="kind", tag="point"):
    """The outcome of one point, written as soon as it is known."""

    point: Point
    status: Status
    reason: str = ""
    """Why it is not ok, or why it stopped: 'converged', 'not converged (6.1 %)', …"""
    schema: int = SCHEMA_VERSION


class LineRecord(Noun, frozen=True, tag_field="kind", tag="line", rename={"samples": "looks"}):
    """One source line: what line_profiler says of it, and what is true without line_profiler.

    ``hits`` and ``time_s`` are line_profiler's own, over all profiled evaluations; every
    other time is of one evaluation. A line with no hits is time spent entering the
    function, which line_profiler gives to no line.
    """

    point: str
    implementation: str
    file: str
    function: str
    line: Count
    source: str
    hits: Count
    time_s: Seconds
    """Raw time as line_profiler counts it, s, over all evaluations."""
    evaluations: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    first_line: Count = 0
    """Line on which the function begins."""
    corrected_s: Seconds = 0.0
    """Time of the line in one plain evaluation, s. Time in a recursive call belongs to the
    lines it runs there, not again to the line that called. May be below 0 when modelled."""
    uncertainty_s: Seconds = 0.0
    """Half width of the 95 % interval of corrected_s, s."""
    resolved: bool = False
    """Whether corrected_s is larger than its uncertainty."""
    method: str = ""
    """'sampled' (share of samples of plain evaluations), 'modelled' (raw time minus what its
    events cost), or empty: not corrected."""
    indicative: bool = False
    """Modelled, and either line_profiler made the function more than five times slower or the
    uncertainty is more than a twentieth of the plain time."""
    samples: Count = 0
    """Samples that found the line running."""
    profiled_calls: Number = 0.0
    """Calls of functions that have lines of their own here, per evaluation."""
    callees_s: Seconds = 0.0
    """Of corrected_s, what those functions take, by the line's samples, s."""
    added_s: Seconds = 0.0
    """What line_profiler added to the line, by the model, s."""
    plain_s: Seconds = 0.0
    """Plain time of one evaluation of the point, measured in turns with the sampled ones, s."""
    profiled_s: Seconds = 0.0
    """Wall time of one evaluation under line_profiler at the pace of plain_s, s."""
    schema: int = SCHEMA_VERSION


class LinesRecord(Noun, frozen=True, tag_field="kind", tag="lines"):
    """All lines of one point, or why there are none."""

    point: str
    lines: tuple[LineRecord, ...]
    reason: str = ""
    """Why there are no lines; empty when there are."""
    schema: int = SCHEMA_VERSION


VALUES_MATTER = 1.3
"""Times of a call with its own and with made-up values that differ by less are alike."""


PYTHON_NUMBERS = "python numbers"
"""Kind of an operation that only Python's own numbers take part in: it enters no library."""


class OperationTime(Noun, frozen=True):
    """One operation of a trace, timed alone beside the function it belongs to."""

    name: str
    kind: str
    """As the trace has it; 'python numbers' where only those take part."""
    via: str
    calls: Count
    """Calls in one evaluation."""
    flop: Number
    """Executed FLOP of all its calls."""
    traffic_bytes: Number
    """Bytes read and written by all its calls."""
    shapes: str
    """Shapes and dtype of its operands, for people."""
    file: str
    line: Count
    """Where it is called most."""
    full_s: Seconds
    """One call with the traced shapes, strides and dtypes, s; 0 when it was not replayed."""
    fixed_s: Seconds
    """One call at vanishing size with the same layout, s."""
    full_spread_s: Seconds
    """Half the spread (interquartile) of full_s over rounds, s."""
    fixed_spread_s: Seconds
    minor_faults: Number
    """Page faults of one full call."""
    replayed: bool
    lines: tuple[OperationLine, ...] = ()
    """Every line that calls it, the most frequent first; their calls are a proportion."""
    own_s: Seconds = 0.0
    """One call with values that the function gave it, s; 0 when it was not replayed so."""
    own_spread_s: Seconds = 0.0
    values: str = ""
    """What is special about those values, in words."""

    @property
    def depends_on_values(self) -> bool:
        """Whether it takes another time with its own values than with made-up ones."""
        if not self.own_s or not self.full_s:
            return False
        beyond_s = abs(self.own_s - self.full_s) - self.own_spread_s - self.full_spread_s
        return beyond_s > 0 and not 1 / VALUES_MATTER < self.own_s / self.full_s < VALUES_MATTER

    @property
    def call_s(self) -> float:
        """One call as in the function: with its own values where they matter, s."""
        return self.own_s if self.depends_on_values else self.full_s


class BreakdownRecord(
    Noun,
    frozen=True,
    tag_field="kind",
    tag="account",
    rename={"undisturbed_rounds": "clean_rounds", "native_undisturbed": "native_clean"},
):
    """What the time breakdown of one point is made from: counts, replay and native samples."""

    point: str
    plain_s: Seconds
    """Plain time of one evaluation, measured in the same rounds as the replay, s."""
    plain_spread_s: Seconds
    minor_faults: Number
    """Of one plain evaluation, in the steady state."""
    rounds: Count
    undisturbed_rounds: Count
    operations: tuple[OperationTime, ...]
    calls: Count
    flop: Number
    """Executed FLOP, as traced."""
    traffic_bytes: Number
    """Bytes read and written, as traced."""
    temporaries: Count
    temporary_bytes: Count
    coverage: Number
    """Of the time in compiled array code, the share inside counted calls; by calls where
    no samples were taken."""
    uncovered: dict[str, Count]
    native: NativeSamples | None = None
    native_undisturbed: bool = False
    """Whether the canary was near its baseline before and after sampling."""
    untraced: str = ""
    """Why there are no counts; empty when there are."""
    unsampled: str = ""
    """Why there are no native samples; empty when there are."""
    fault_s: float = 0.0
    """A page fault with its page's return to the kernel, measured in the same rounds, s;
    0 when it was not."""
    fault_spread_s: float = 0.0
    coverage_samples: Count = 0
    """Native samples that the coverage is made from; 0 where it is by calls."""
    extrapolated: Count = 0
    """Calls that were not recorded; recorded calls of the same line represent them."""
    trace_complete: bool = True
    """False where the trace ended before the function did."""
    escaped: dict[str, Number] = {}
    """What was not counted, by name, as a share of the time in compiled array code."""
    schema: int = SCHEMA_VERSION


class AdviceRecord(Noun, frozen=True, tag_field="kind", tag="advice"):
    """Another way to write a point's function: found by a rule, checked, timed in pairs."""

    point: str
    title: str = ""
    code: str = ""
    """The new lines."""
    source: str = ""
    """The whole function with them."""
    patch: str = ""
    """The same as a unified diff."""
    ratio: Number = 0.0
    """Time before over time after, with its 95 % interval."""
    low: Number = 0.0
    high: Number = 0.0
    caveats: tuple[str, ...] = ()
    """How far the answer agrees, and what it costs, in words."""
    reason: str = ""
    """Why there is none; empty when there is."""
    schema: int = SCHEMA_VERSION


class PassRecord(Noun, frozen=True, tag_field="kind", tag="pass"):
    """A pass over the plan that ended: sweep finished, interrupted, lines profiled."""

    name: str
    at_s: Seconds
    outcome: str
    schema: int = SCHEMA_VERSION


class TaskRecord(
    Noun,
    frozen=True,
    tag_field="kind",
    tag="task",
    rename={"first_worker_process": "first_launch", "worker_processes": "launches"},
):
    """Which host measured some points of a run that several hosts share, and when."""

    host: str
    worker: str
    """Address of the worker, or the run folder that was merged."""
    began_at_s: Number
    """Seconds since 1970 by the host's own clock."""
    ended_at_s: Number
    first_worker_process: Count
    """The worker processes of the task are numbered from here on …"""
    worker_processes: Count
    """… and this is how many there are."""
    points: Count
    schema: int = SCHEMA_VERSION


class HostRecord(
    Noun, frozen=True, tag_field="kind", tag="host", rename={"baselines_s": "floors_s"}
):
    """A host that took part in a run that several hosts share; written once for each."""

    host: str
    """Its own name, or the one its worker was given."""
    suite_version: str
    machine: Machine
    python_executable: str = ""
    environment: dict[str, str] = {}
    """Its environment variables that change speed."""
    load_average: tuple[Number, ...] = ()
    baselines_s: dict[CanaryName, Time] = {}
    """Canary baselines kept there when it joined, s."""
    schema: int = SCHEMA_VERSION


Row = (
    RoundRecord
    | WorkerRecord
    | PointRecord
    | LineRecord  # on its own in runs of schema 1 only
    | LinesRecord
    | BreakdownRecord
    | AdviceRecord
    | PassRecord
    | TaskRecord
    | HostRecord
)
