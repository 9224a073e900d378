"""The nouns: frozen records that every stage hands to the next.

Units are SI base units and stand in the field's name (``time_s``, ``flop``,
``flop_per_s``, ``bytes``). Records that are written to a run folder are tagged
with their ``kind``.
"""

import enum
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

# What a noun that comes from outside may hold. Rows and run.json are files, and a file may
# say anything: what no clock tells and no count reaches makes it unreadable.
Time = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
"""A time that was measured, s: more than nothing, less than thirty years."""
Seconds = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
"""A time that was computed, s."""
Number = Annotated[float, msgspec.Meta(ge=-1e30, le=1e30)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
CanaryName = Annotated[str, msgspec.Meta(pattern="^(ufunc|memory|gemm[0-9]{1,6})(@other)?$")]
OTHER = "other"
"""Name of the environment that `sweep --versus` measures besides the suite's own."""


class Noun(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all nouns: immutable, named fields, decoded and checked from JSON.

    None is ever part of a cycle, so the garbage collector need not look at them: a run
    may have millions.
    """


def to_json(noun: Noun) -> bytes:
    """JSON of a noun; where its text is not valid UTF-8, as paths may be, '?' stands for it."""
    try:
        return msgspec.json.encode(noun)
    except UnicodeEncodeError:
        return msgspec.json.encode(_valid(msgspec.to_builtins(noun)))


def _valid(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_valid(key): _valid(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(each) for each in value]
    return value


class Status(enum.Enum):
    """How a point ended; a wrong answer is an outcome, not an exception."""

    OK = "ok"
    WRONG = "wrong"  # its answer differs from the reference by more than the bound
    FAILED = "failed"  # it raised
    CRASHED = "crashed"  # its process died
    TIMEOUT = "timeout"  # one visit took longer than allowed
    SKIPPED = "skipped"  # not attempted, with the reason


# ---------------------------------------------------------------- what to run


class Problem(Noun, frozen=True):
    """Shapes, stride, dtype and layout of one piece of work; never data."""

    workload: str
    """Name of the workload that knows what the dimensions mean."""
    dims: dict[str, Whole]
    """Named dimensions, in elements; for a convolution height, width, channels, …"""
    dtype: str = "float64"
    layout: str = "C"
    """Memory layout of the (first) input: 'C', 'F' or 'strided' (a non-contiguous view)."""
    name: str = ""
    """A name of its own, such as 'VGG-16 conv3_2'; empty for swept problems."""


class Cost(Noun, frozen=True):
    """What one evaluation has to do, and what an implementation adds to it.

    Source of the conventions: Williams, Waterman and Patterson (2009), Roofline.
    """

    flop: Number
    """Textbook floating-point operations: multiply and add of every multiply-accumulate."""
    compulsory_bytes: Number
    """Bytes that must move if every input is read once and every output written once."""
    calls: Number = 0.0
    """NumPy or SciPy calls made from Python in one evaluation (for predicting time)."""
    scalar_steps: Number = 0.0
    """Scalar operations executed by Python bytecode in one evaluation (for predicting time)."""
    workspace_bytes: Number = 0.0
    """Temporary memory beyond inputs and output (for predicting memory)."""
    rate: str = "blas"
    """Who does the arithmetic: 'blas', 'ufunc', 'einsum' (no BLAS), 'integer', 'fft', 'python',
    or the name of a SciPy function with a rate of its own (see machine.prediction)."""
    written_bytes: Number = 0.0
    """How many of the compulsory bytes are written: the output."""
    executed_flop: Number = 0.0
    """Operations really executed if not the textbook's (padding, FFT); 0: the textbook's."""

    @property
    def intensity(self) -> float:
        """Arithmetic intensity: textbook FLOP over compulsory bytes, FLOP/byte; or 0."""
        return self.flop / self.compulsory_bytes if self.compulsory_bytes else 0.0


class Products(Noun, frozen=True):
    """Matrix products of one shape, m×k by k×n, that follow one another."""

    count: int
    m: int
    k: int
    n: int
    transposed: bool = False
    """The second factor is stored n×k: every product rearranges it."""


class Moves(Noun, frozen=True):
    """A copy without arithmetic, made of runs of neighbouring elements."""

    runs: float
    run_bytes: float


class Work(Noun, frozen=True):
    """What one evaluation does, in detail enough to tell which implementation is faster."""

    calls: float
    """NumPy calls made from Python."""
    products: tuple[Products, ...]
    moves: tuple[Moves, ...]


class Experiment(Noun, frozen=True):
    """A question in words: implementations × problems × threads × dtypes."""

    name: str
    question: str
    axis: str
    """What varies: a dimension's name, 'threads', or 'name' (named problems, drawn as bars)."""
    problems: tuple[Problem, ...]
    implementations: tuple[str, ...]
    threads: tuple[int, ...] = (1,)
    """BLAS threads; 0 stands for 'every core the process may use'."""
    dtypes: tuple[str, ...] = ("float64",)
    quick_problems: tuple[Problem, ...] = ()
    """The problems of ``--quick``; empty means the first, the middle and the last."""
    quick_implementations: tuple[str, ...] = ()
    """The implementations of ``--quick``; empty means all."""
    pair: tuple[str, ...] = ()
    """Two implementations, one per side, whose time ratio answers the question."""
    sources: tuple[str, ...] = ()
    """Where the problems come from (papers)."""


class Point(Noun, frozen=True):
    """One cell of an experiment."""

    id: str
    """Readable and stable: 'stride/taps/32x32x3-f10-2x2-s2/float64/t1'."""
    experiment: str
    implementation: str
    family: str
    problem: Problem
    label: str
    """The problem in a few characters."""
    threads: Count
    cost: Cost
    working_set_bytes: Number
    """Inputs, output and workspace of one evaluation."""
    predicted_s: Seconds
    """Predicted time of one evaluation; 0 when nothing is known of its cost."""
    replica: Count = 0
    """1 for the second entry of an A/A pair: the same code under another id."""
    partner: str = ""
    """Id of the point that is visited next to this one, for a paired ratio."""
    environment: str = ""
    """Who runs it: empty for the suite's own Python, 'other' for that of ``--versus``."""
    counterpart: str = ""
    """Id of the same point in the other environment."""
    runs: str = ""
    """The implementation that a model chose for it when it was planned; empty: its own."""


class Skip(Noun, frozen=True):
    """A point that is not attempted, with the reason for a person."""

    point: Point
    reason: str


class Forecast(Noun, frozen=True):
    """How long a sweep is expected to take, phase by phase, s."""

    start_s: Seconds = 0.0
    """The command itself: Python, imports, the plan."""
    survey_s: Seconds = 0.0
    """Measuring the machine, where no survey is kept that serves."""
    prepare_s: Seconds = 0.0
    """Children, data, checks and warm-ups of all launches."""
    rounds_s: Seconds = 0.0
    most_rounds_s: Seconds = 0.0
    """The rounds' budget, used up where noise keeps points from converging."""
    lines_s: Seconds = 0.0
    books_s: Seconds = 0.0
    """Where the time goes: traces, replays, native samples."""
    report_s: Seconds = 0.0

    @property
    def after_rounds_s(self) -> float:
        """What follows the rounds."""
        return self.lines_s + self.books_s + self.report_s

    @property
    def duration_s(self) -> float:
        """The whole command."""
        before_s = self.start_s + self.survey_s + self.prepare_s
        return before_s + self.rounds_s + self.after_rounds_s

    @property
    def most_s(self) -> float:
        """The whole command when the rounds use up their budget."""
        return self.duration_s + max(0.0, self.most_rounds_s - self.rounds_s)


class Plan(Noun, frozen=True):
    """What a sweep is going to do."""

    experiments: tuple[Experiment, ...]
    points: tuple[Point, ...]
    skipped: tuple[Skip, ...]
    predicted_duration_s: Seconds
    predicted_memory_bytes: Number
    forecast: Forecast = Forecast()
    """Where the predicted duration comes from."""


# ------------------------------------------------------- what a trace counted


class Operand(Noun, frozen=True):
    """One array or number that an operation was given or gave back; never its values."""

    shape: tuple[int, ...]
    strides_bytes: tuple[int, ...]
    dtype: str
    """NumPy's short form such as '<f8'; a Python number's type: 'bool', 'int', 'float', …"""
    form: str = "array"
    """'array', 'numpy scalar' or 'python scalar'."""
    origin: str = "given"
    """'given' (existed before), 'new' (allocated by the operation) or 'view' (of one)."""


class OperationLine(Noun, frozen=True):
    """How often one source line called an operation."""

    file: str
    """Empty when no Python line of the user took part."""
    line: Count
    calls: Count


class Operation(Noun, frozen=True):
    """All calls of one operation with the same shapes, strides, dtypes and parameters.

    FLOP and bytes are totals over all calls, by the conventions of the trace.
    """

    name: str
    """Such as 'np.multiply', 'np.add.reduce', 'ndarray.reshape', 'getitem', 'scalar.mul'."""
    kind: str
    """'ufunc', 'reduction', 'product', 'index', 'copy', 'fft', 'linalg', 'sort', 'create',
    'view', 'scalar' or 'other'."""
    arguments: tuple[Any, ...]
    """Positional arguments as tagged tuples, arrays as ('operand', number)."""
    keywords: dict[str, Any]
    """Keyword arguments in the same form."""
    operands: tuple[Operand, ...]
    """Arrays and numbers that went in, those written to included, without repetition."""
    results: tuple[Operand, ...]
    facts: dict[str, Whole]
    """Counts that depend on values: elements selected by a mask, additions of reduceat,
    twice the exponent of a power."""
    calls: Count
    flop: Number
    bytes_read: Count
    bytes_written: Count
    temporaries: Count
    """Arrays allocated."""
    temporary_bytes: Count
    lines: tuple[OperationLine, ...]
    """Innermost lines outside of NumPy and SciPy, the most frequent first."""
    via: str = ""
    """Python function of NumPy or SciPy that the line called, such as 'np.sum'."""

    @property
    def wrapper(self) -> bool:
        """True when a Python function of NumPy or SciPy stands between line and operation."""
        return bool(self.via)


class OperationCounts(Noun, frozen=True):
    """What one evaluation does, operation by operation, and what could not be counted."""

    operations: tuple[Operation, ...]
    calls: Count
    """Counted calls, those without any work (views) included."""
    flop: Number
    """Executed floating-point operations."""
    bytes_read: Count
    bytes_written: Count
    temporaries: Count
    temporary_bytes: Count
    uncovered: dict[str, Count]
    """Calls by name that took part with arrays or numbers but have no count."""
    coverage: Number
    """Counted calls over counted and uncovered calls; 1 when everything seen was counted."""
    conventions: Count
    """Version of the conventions that the numbers follow."""


# -------------------------------------------------------------- native samples


class NativeWeight(Noun, frozen=True):
    """Samples in one function of compiled code."""

    entry: str
    """What kind of work it is: 'interpreter', 'dispatch', 'copy', 'packing', 'blas', …"""
    library: str
    """File name of the library, or a name in brackets such as '[kernel]'."""
    symbol: str
    """Function; empty where nothing names it."""
    samples: Count


class NativeSamples(Noun, frozen=True):
    """What the native code of one call was doing: counted instruction-pointer samples.

    A thread is sampled only while it is on a core, so sleeping leaves no trace
    but ``wall_s - cpu_s``.
    """

    frequency_hz: Number
    """Samples per second of a thread's time on a core."""
    wall_s: Seconds
    """Wall time of all evaluations while sampling, s."""
    cpu_s: Seconds
    """Time the calling thread was on a core, s; above wall_s only by rounding."""
    evaluations: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    samples: Count
    """Samples of the calling thread: what the wall time consists of."""
    lost: Count
    """Samples of any thread for which its buffer had no room."""
    unseen: Number
    """Ticks of the calling thread that left no sample; kernel time where it is excluded."""
    threads: Count
    """Threads watched, the calling one included."""
    threads_refused: Count
    """Threads that could not be watched: the kernel had no room for their buffers."""
    kernel_included: bool
    """False where only user code may be sampled: page faults are then in ``unseen``."""
    kernel_symbols: bool
    """False where the kernel hides its symbols: page faults are then in entry 'kernel'."""
    weights: tuple[NativeWeight, ...]
    """The calling thread, most samples first; rare symbols of a library taken together."""
    other_weights: tuple[NativeWeight, ...] = ()
    """All other threads together: BLAS workers and what the call started."""

    @property
    def evaluation_s(self) -> float:
        """Mean time of one evaluation while sampling, s."""
        return self.wall_s / self.evaluations

    @property
    def counts(self) -> dict[str, int]:
        """Samples of the calling thread by entry, most first."""
        counts: dict[str, int] = {}
        for weight in self.weights:
            counts[weight.entry] = counts.get(weight.entry, 0) + weight.samples
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    def share(self, *entries: str) -> float:
        """Share of the calling thread's samples in these entries; 0 without samples."""
        counts = self.counts
        return sum(counts.get(entry, 0) for entry in entries) / max(1, self.samples)

    @property
    def unknown_share(self) -> float:
        """Share of the calling thread's samples that no rule could place."""
        return self.share("unknown")


# ------------------------------------------------------- rows of records.jsonl

SCHEMA_VERSION = 3
"""Of what is written; see `store` for the history."""
OLDEST_SCHEMA = 1
"""Of what can be read."""


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


class RoundRecord(Noun, frozen=True, tag_field="kind", tag="round"):
    """One visit to every active point, in random order."""

    round: Count
    launch: Count
    visits: tuple[Visit, ...]
    schema: int = SCHEMA_VERSION


class LaunchRecord(Noun, frozen=True, tag_field="kind", tag="launch"):
    """What one child process found out about one point before its first visit."""

    point: str
    launch: Count
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


class LineRecord(Noun, frozen=True, tag_field="kind", tag="line"):
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
    """'sampled' (share of looks at plain evaluations), 'modelled' (raw time minus what its
    events cost), or empty: not corrected."""
    indicative: bool = False
    """Modelled, and either line_profiler made the function more than five times slower or the
    uncertainty is more than a twentieth of the plain time."""
    looks: Count = 0
    """Looks that found the line running."""
    profiled_calls: Number = 0.0
    """Calls of functions that have lines of their own here, per evaluation."""
    added_s: Seconds = 0.0
    """What line_profiler added to the line, by the model, s."""
    plain_s: Seconds = 0.0
    """Plain time of one evaluation of the point, measured in turns with the watched ones, s."""
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


class OperationTime(Noun, frozen=True):
    """One operation of a trace, timed alone beside the function it belongs to."""

    name: str
    kind: str
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


class AccountRecord(Noun, frozen=True, tag_field="kind", tag="account"):
    """What the ledger of one point is made from: counts, replay and native samples."""

    point: str
    plain_s: Seconds
    """Plain time of one evaluation, measured in the same rounds as the replay, s."""
    plain_spread_s: Seconds
    minor_faults: Number
    """Of one plain evaluation, in the steady state."""
    rounds: Count
    clean_rounds: Count
    operations: tuple[OperationTime, ...]
    calls: Count
    flop: Number
    """Executed FLOP, as traced."""
    traffic_bytes: Number
    """Bytes read and written, as traced."""
    temporaries: Count
    temporary_bytes: Count
    coverage: Number
    uncovered: dict[str, Count]
    native: NativeSamples | None = None
    native_clean: bool = False
    """Whether the canary was near its floor before and after sampling."""
    untraced: str = ""
    """Why there are no counts; empty when there are."""
    unsampled: str = ""
    """Why there are no native samples; empty when there are."""
    fault_s: float = 0.0
    """A page fault with its page's return to the kernel, measured in the same rounds, s;
    0 when it was not."""
    fault_spread_s: float = 0.0
    schema: int = SCHEMA_VERSION


class PassRecord(Noun, frozen=True, tag_field="kind", tag="pass"):
    """A pass over the plan that ended: sweep finished, interrupted, lines profiled."""

    name: str
    at_s: Seconds
    outcome: str
    schema: int = SCHEMA_VERSION


class TaskRecord(Noun, frozen=True, tag_field="kind", tag="task"):
    """Which host measured some points of a run that several hosts share, and when."""

    host: str
    worker: str
    """Address of the worker, or the run folder that was merged."""
    began_at_s: Number
    """Seconds since 1970 by the host's own clock."""
    ended_at_s: Number
    first_launch: Count
    """The launches of the task are numbered from here on …"""
    launches: Count
    """… and are so many."""
    points: Count
    schema: int = SCHEMA_VERSION


# ----------------------------------------------------------------- the machine


class Cache(Noun, frozen=True):
    """One level of data cache."""

    level: Count
    size_bytes: Count
    shared_by_cores: Count


class BlasLibrary(Noun, frozen=True):
    """A native library with threads of its own, as loaded in the process."""

    name: str
    version: str
    architecture: str
    """Kernel architecture it chose, such as 'SkylakeX'; empty if it does not say."""
    threading: str
    threads: Count


class MachineFacts(Noun, frozen=True):
    """What the machine says of itself; an empty string or 0 means it does not say."""

    host: str
    system: str
    cpu: str
    architecture: str
    sockets: Count
    cores: Count
    """Physical cores."""
    threads_per_core: Count
    logical_cpus: Count
    cores_allowed: Count
    """Logical CPUs that this process may use, by affinity and cgroup quota."""
    quota_cores: Number
    """cgroup CPU quota in cores; 0 when there is none."""
    caches: tuple[Cache, ...]
    numa_nodes: Count
    governor: str
    boost: str
    virtualised: str
    memory_bytes: Count
    python: str
    numpy: str
    scipy: str
    blas: tuple[BlasLibrary, ...]

    @property
    def last_cache_bytes(self) -> int:
        """Size of the last cache; 0 where it is not known."""
        return max((cache.size_bytes for cache in self.caches), default=0)


class Ceiling(Noun, frozen=True):
    """A measured limit of the machine, with its spread."""

    quantity: str
    """'peak' (FLOP/s), 'bandwidth' (bytes/s), 'page_fault' or 'allocation' (s)."""
    label: str
    """What it is in words, for a legend: 'best GEMM, float64', 'memory read'."""
    dtype: str = ""
    threads: Count = 1
    level: str = ""
    """For bandwidth: 'L1', 'L2', 'L3' or 'memory'."""
    access: str = ""
    """For bandwidth: 'read', 'copy', 'update' (read and write in place) or 'triad'."""
    value: Number = 0.0
    """Best value in the unit of the quantity; 0 when not measured."""
    median: Number = 0.0
    low: Number = 0.0
    """5th percentile over rounds."""
    high: Number = 0.0
    """95th percentile over rounds."""
    warning: str = ""
    """Why it should not be trusted, or why it was not measured; empty when fine."""


class CallCost(Noun, frozen=True):
    """Fit t = fixed + n / rate of one operation over its number of elements."""

    operation: str
    """Such as 'np.add', 'slice', 'python call'."""
    layout: str
    """'contiguous', 'strided' or 'scalar'."""
    dims: Count
    dtype: str
    fixed_s: Seconds
    fixed_low_s: Seconds
    fixed_high_s: Seconds
    rate_per_s: Number
    """Asymptotic elements (for products: FLOP) per second; 0 when it does not grow."""
    n_half: Number
    """Elements (FLOP) at which half the time is fixed cost: fixed_s × rate_per_s."""
    unit: str = "elements"
    """What rate_per_s and n_half count: 'elements', or 'FLOP' for products and transforms."""


class Machine(Noun, frozen=True):
    """Facts, ceilings and call costs of one machine and software, and what is missing."""

    fingerprint: str
    """Hash of what the measurements depend on: CPU, cores allowed, Python, NumPy, BLAS."""
    facts: MachineFacts
    ceilings: tuple[Ceiling, ...]
    call_costs: tuple[CallCost, ...]
    measured_at: str
    """ISO 8601, UTC."""
    coarse: bool
    """Measured in a hurry, for a quick sweep."""
    duration_s: Seconds
    unavailable: tuple[str, ...] = ()
    """Sentences on what cannot be known or measured here."""
    usable_bytes: dict[str, Number] = {}
    """Level → working set up to which reads still run at that level's speed, bytes, as
    measured; a shared host may leave a guest less than the cache's size. Absent when not
    measured."""

    def peak_flop_per_s(self, dtype: str, threads: int = 1) -> float:
        """Best GEMM rate measured for dtype and thread count; 0 when not measured."""
        return max(
            (
                c.value
                for c in self.ceilings
                if (c.quantity, c.dtype, c.threads) == ("peak", dtype, threads)
            ),
            default=0.0,
        )

    def bandwidth(self, level: str, threads: int = 1, access: str = "") -> float:
        """Best bandwidth of a level, bytes/s; 0 when not measured.

        `access` is 'read', 'copy', …; empty for the best of all.
        """
        return max(
            (
                c.value
                for c in self.ceilings
                if (c.quantity, c.level, c.threads) == ("bandwidth", level, threads)
                and access in ("", c.access)
            ),
            default=0.0,
        )


class HostRecord(Noun, frozen=True, tag_field="kind", tag="host"):
    """A host that took part in a run that several hosts share; written once for each."""

    host: str
    """Its own name, or the one its worker was given."""
    suite_version: str
    machine: Machine
    python_executable: str = ""
    environment: dict[str, str] = {}
    """Its environment variables that change speed."""
    load_average: tuple[Number, ...] = ()
    floors_s: dict[CanaryName, Time] = {}
    """Canary floors kept there when it joined, s."""
    schema: int = SCHEMA_VERSION


Row = (
    RoundRecord
    | LaunchRecord
    | PointRecord
    | LineRecord  # on its own in runs of schema 1 only
    | LinesRecord
    | AccountRecord
    | PassRecord
    | TaskRecord
    | HostRecord
)


# --------------------------------------------------- how far off the suite itself is


class Check(Noun, frozen=True):
    """One number of the suite, measured on something whose truth is known."""

    group: str
    """What it is about: 'clock', 'times', 'same code', 'planted changes', 'books', …"""
    name: str
    error: float
    """What was measured, in `unit`: an error, a rate, a share."""
    unit: str
    """'s', 'share' (of 1), 'deviation' (a signed share) or 'times'."""
    limit: float
    """What it may be, in `unit`."""
    ok: bool
    of_suite: bool
    """True where beyond the limit means a defect of this suite; False where it is what this
    machine can resolve now."""
    sample: str
    """What it was taken from: '80 pairs'."""
    at_least: bool = False
    """True where `limit` is the least it should be, not the most."""
    low: float | None = None
    """95 % interval of a rate (Clopper and Pearson); None for what is no rate."""
    high: float | None = None
    note: str = ""


class SelfCheck(Noun, frozen=True):
    """What `selfcheck` found on one machine and software; kept, and carried by later runs."""

    fingerprint: str
    suite_version: str
    measured_at: str
    """ISO 8601, UTC."""
    duration_s: float
    checks: tuple[Check, ...]
    verdict: tuple[str, ...]
    """What this machine can and cannot resolve, in whole sentences."""
    missing: tuple[str, ...] = ()
    """What could not be checked here, in whole sentences."""

    @property
    def defects(self) -> tuple[Check, ...]:
        """The checks that say that this suite, not the machine, is wrong."""
        return tuple(check for check in self.checks if check.of_suite and not check.ok)


class Environment(Noun, frozen=True):
    """Another Python with its own libraries on the same machine."""

    python_executable: str
    fingerprint: str
    """As of a `Machine`: what its canaries' floors are kept under."""
    facts: MachineFacts


class Provenance(Noun, frozen=True):
    """What ran, where and how: enough to run it again. Stored as run.json."""

    schema: int
    suite_version: str
    command: tuple[str, ...]
    mode: str
    """'quick', 'default' or 'full'."""
    seed: int
    started_at: str
    """ISO 8601, UTC."""
    git: str
    """Commit and state of the folder the sweep was started in; empty outside git."""
    load_average: tuple[Number, ...]
    python_executable: str
    environment: dict[str, str]
    """Environment variables that change speed: OMP_NUM_THREADS, MALLOC_*, …"""
    floors_s: dict[CanaryName, Time]
    """Canary floors kept from earlier runs on this machine when the run began, s."""
    machine: Machine
    experiments: tuple[Experiment, ...]
    points: tuple[Point, ...]
    skipped: tuple[Skip, ...]
    predicted_duration_s: Seconds = 0.0
    experiment_files: tuple[str, ...] = ()
    plan: str = ""
    """Name of the whole plan that these points are from; empty in older runs."""
    asked_points: Count = 0
    """Points of the whole plan, skipped ones included, second entries of A/A pairs not."""
    shard: str = ""
    """'3/16' when these points are one of several parts of the plan."""
    host: str = ""
    """Name of the host in a run over several; empty in a run on one machine."""
    other: Environment | None = None
    """What this one was measured against in the same rounds (``sweep --versus``)."""

    selfcheck: SelfCheck | None = None
    """The one that was kept for this machine and software when the run began."""


# -------------------------------------------------------------- what is known


class Estimate(Noun, frozen=True):
    """What the visits of one point say: time per evaluation with an interval."""

    time_s: float
    """Median over clean visits of the visit medians; the minimum when too few are clean."""
    low_s: float
    high_s: float
    minimum_s: float
    raw_median_s: float
    """Median over all visits, gated or not."""
    p95_s: float
    visits: int
    clean_visits: int
    flags: tuple[str, ...] = ()
    """'few clean visits', 'machine slow', 'contended', 'not converged (6 %)'."""

    @property
    def half_width(self) -> float:
        """Half the interval relative to the time."""
        return (self.high_s - self.low_s) / 2 / self.time_s if self.time_s else 0.0


class LedgerEntry(Noun, frozen=True):
    """One entry of the books: a time with an interval, and how it was found."""

    name: str
    """'interpreter', 'dispatch', 'memory', 'copy', 'arithmetic' or 'residual'."""
    time_s: float
    low_s: float
    high_s: float
    method: str
    """'replay', 'native', 'native less replay', 'faults' (× their cost) or 'difference'."""


class Ledger(Noun, frozen=True):
    """Where the time of one evaluation goes; the entries sum to the plain time exactly."""

    point: str
    time_s: float
    """Plain, uninstrumented time of one evaluation, from the same rounds as the replay, s."""
    entries: tuple[LedgerEntry, ...]
    replay: tuple[LedgerEntry, ...]
    """What the operation replay alone says; empty without a trace."""
    native: tuple[LedgerEntry, ...]
    """What native samples alone say; empty without samples."""
    overhead_shares: dict[str, float]
    """Per method: 1 − (copy + arithmetic) / time."""
    coverage: float
    """Share of calls that could be counted."""
    clean: bool
    """Whether enough rounds were taken in the machine's good mood."""
    notes: tuple[str, ...]
    """What is missing or disagrees, in words."""

    def share(self, name: str) -> float:
        """An entry's share of the time."""
        return sum(entry.time_s for entry in self.entries if entry.name == name) / self.time_s


# ------------------------------------------------------------ what can be run


def unstated(*_: Any) -> Any:
    """Stands where a workload or an implementation leaves something to the suite."""
    raise NotImplementedError("it was not stated; whoever asks must look for that first")


CHOICE = "choice"
"""Family of those that run one of the others: rivals of none of them."""
PEER = "peer"
"""Family of what is compared with, not of NumPy or SciPy."""


class Implementation(Noun, frozen=True):
    """A named way to compute a problem, its family and the source it runs."""

    name: str
    workload: str
    family: str
    """'loop', 'vectorized', 'gemm', 'fft', 'library', 'product', …"""
    function: Callable[..., Any]
    cost: Callable[[Problem], Cost] = unstated
    """Textbook cost; without one, what a trace counts serves."""
    dtypes: tuple[str, ...] = ("float32", "float64")
    summary: str = ""
    """One line: the first line of the function's docstring."""
    refuse: Callable[[Problem], str] | None = None
    """Says why a problem is not for this implementation; an empty string means it is."""
    error: str = "direct"
    """Which error bound applies: 'direct' sums, 'fft', 'winograd_4x4' or 'winograd_2x2'."""
    prepare: Callable[..., Callable[..., Any]] | None = None
    """What is done once for many inputs, filters transformed and buffers allocated: takes the
    arguments, returns what is then called with them and timed. None: nothing is."""
    work: Callable[[Problem], Work] = unstated
    """Its work in detail; needed of those that another chooses among."""
    chooses: tuple[str, ...] = ()
    """Names of others of which it runs the one that a model of the machine says is fastest."""


class Workload(Noun, frozen=True):
    """A kind of problem: how to check it, make its data and judge an answer."""

    name: str
    dims: tuple[str, ...]
    """Names of the dimensions a problem must give."""
    validate: Callable[[Problem], None]
    """Raises ProblemError when the problem has no meaning."""
    label: Callable[[Problem], str]
    """The problem in a few characters: '32x32x3-f10-2x2-s2'."""
    arguments: Callable[[Problem, int], tuple[Any, ...]]
    """Problem, seed → the positional arguments of every implementation."""
    data_bytes: Callable[[Problem], float]
    """Inputs and output of one evaluation."""
    reference: Callable[[Problem, tuple[Any, ...]], Any] = unstated
    """Problem, arguments → the answer, computed independently in float64 (or exactly).
    Without one, the first implementation of the workload says what is right."""
    error_bound: Callable[[Problem, tuple[Any, ...], str], float] = unstated
    """Problem, arguments, kind ('direct', 'fft') → largest absolute rounding error. Without
    one, a part in 10⁸ of the largest element (in 10⁴ for single precision)."""
