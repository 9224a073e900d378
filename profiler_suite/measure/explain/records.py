"""The nouns of explaining one function: what is asked, what was found, what was tried."""

import msgspec

from profiler_suite.measure.arguments import ArgumentChange
from profiler_suite.model.calls import CallFacts
from profiler_suite.model.layers import LayerRecord
from profiler_suite.model.memory import MemoryRecord
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import BreakdownRecord, LineRecord, Visit
from profiler_suite.model.threads import ThreadsRecord
from profiler_suite.model.trace import Operation
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads.sizes import ArgumentSize

__all__ = [
    "Edit",
    "ExplainEffort",
    "ExplainRequest",
    "FailureReply",
    "FirstLook",
    "FunctionRecord",
    "LoadReply",
    "LoadRequest",
    "Rewrite",
    "SourceText",
    "Stage",
    "Trial",
    "TrialRequest",
    "TrialResult",
]


class ExplainEffort(Noun, frozen=True):
    """How much time and memory the passes may take."""

    baselines_s: dict[str, float]
    """Kept baselines of the canaries, s."""
    last_cache_bytes: float
    """Arguments beyond a quarter of this are at the mercy of the memory."""
    memory_bytes: float
    """Of the machine; 0 when not known."""
    timing_s: float = 0.9
    """Of visits, in portions between the passes; longer where few are undisturbed, s."""
    trace_s: float = 6.0
    coverage_s: float = 0.4
    """For further traced evaluations where one gives too few samples, s."""
    replay_s: float = 0.5
    sample_s: float = 0.3
    look_s: float = 0.3
    """For looking into one costly call at most, s."""
    looks_s: float = 0.6
    """For looking into all of them together, s."""
    most_looks: int = 8
    memory_s: float = 1.0
    """At most, for what each line and expression holds, s; 0 for none."""
    layers_s: float = 0.2
    """For the stacks that tell whose code runs, s; 0 for none."""
    threads_s: float = 0.6
    """For looking at every thread, where a function has several or waits, s; 0 for none."""
    lines_s: float = 0.5
    trial_s: float = 0.6
    seed: int = 0
    budget_s: float = 0.0
    """All that it may take; 0 for the usual."""
    advice_first: bool = False
    """Whether passes that would leave no time for advice are left out of a budget."""
    advice_only: bool = False
    """Whether no pass is made but what advice needs."""
    passes_s: float = 0.0
    """When passes that do not end are given up; 0 for never."""


class LoadRequest(Noun, frozen=True, tag="ask"):
    """First request to the child: load this function and its arguments."""

    target: str
    setup: str = ""
    dtype: str = ""
    timeout_s: float = 0.0
    """Give up when loading, or any call, takes longer; 0 for no limit."""
    size: int = -1
    """For a race: which of the sizes that the setup returns; -1 where it returns one."""
    other: str = ""
    """For a race: the target on the other side, whose modules stay out of the way."""
    alone: bool = False
    """Only visits and answers are asked for: what the passes take is not imported."""


class LoadReply(Noun, frozen=True, tag="loaded"):
    """The function and its arguments are there."""

    sizes: tuple[ArgumentSize, ...] = ()
    """For a race: all sizes there are, where the first was asked for."""
    file: str = ""
    """Where the function is defined; empty where that is not known."""
    line: int = 0


class ExplainRequest(Noun, frozen=True, tag="begin"):
    """Second request: explain it."""

    effort: ExplainEffort
    threads: int = 1
    copy: bool = True
    """Give every pass its own copy of the arguments."""
    passes: bool = True
    """Without, nothing is measured yet: rewrites are tried in a process as it was loaded."""
    first_s: float = 0.0
    """Without passes: how long the first call took elsewhere, s."""
    iterates: bool = False
    """Without passes: whether it gave an iterator there."""
    changes: tuple[ArgumentChange, ...] = ()
    """Without passes: what it changed among its arguments there."""
    first_look: bool = False
    """Tell what is known after the first second, too."""


class Edit(Noun, frozen=True):
    """Characters of a function's text that give way to others."""

    start: int
    end: int
    text: str


class Rewrite(Noun, frozen=True):
    """A function with some of its lines written another way."""

    function: str
    """Name of the function in its module."""
    source: str
    """The whole function, as it would stand in its file."""
    lines: tuple[tuple[int, str, str], ...]
    """Line number in the file, before, after."""
    edits: tuple[Edit, ...] = ()
    """What was changed in the function's own text."""
    prelude: tuple[str, ...] = ()
    """What stands before the function: imports, helpers, buffers."""
    file: str = ""
    first_line: int = 0
    """Of the function in its file."""


class Trial(Noun, frozen=True):
    """Something to try on the machine before it is advised."""

    kind: TrialKind
    rewrites: tuple[Rewrite, ...] = ()
    """Functions written another way, all at once."""
    conversions: tuple[tuple[str, str], ...] = ()
    """For arguments: name of a parameter and what it is converted to."""
    answer: str = "same"
    """'same', 'other' where another answer is the point and only its form is compared, or
    'unchecked' for a race whose answers were compared in another process."""
    one_size: bool = False
    """Whether it is made for the sizes at hand: others are not tried, and that is said."""
    threads: int = 0
    operation: int = 0
    """Place among the explained operations, for a batch."""
    iterations: int = 1
    """For a batch: how many an evaluation needs, the iterations of a loop that stays one."""
    target: str = ""
    """For another function; the file of recorded answers."""
    setup: str = ""


class TrialRequest(Noun, frozen=True, tag="wish"):
    """Later request: try this."""

    trial: Trial


class Stage(Noun, frozen=True, tag="stage"):
    """What the child is doing now, for the progress line."""

    text: str
    limit_s: float = 0.0
    """When nothing more is heard for this long, the function hangs; 0 for no limit."""
    left_s: float = 0.0
    """How long all of it will still take; 0 when that is not long."""
    process: int = 0
    """What this process waits for a core is no part of the limit; 0 where all of it counts."""


class FailureReply(Noun, frozen=True, tag="failed"):
    """It could not be explained."""

    usage: bool
    """True when names, files or arguments are wrong; False when the function raised."""
    reason: str
    interrupted: bool = False
    """True when it raised KeyboardInterrupt: all of this is asked to stop."""
    defect: str = ""
    """The traceback, where it is a defect of this package."""


class SourceText(Noun, frozen=True):
    """The source of one Python function that took part."""

    file: str
    function: str
    first_line: int
    text: str
    names: dict[str, str] = msgspec.field(default_factory=dict)
    """What each local name held when it returned: 'float64 (500, 3072)', 'int 2', …"""
    bound: dict[str, str] = msgspec.field(default_factory=dict)
    """What its global names stand for: 'np' → 'numpy', 'det' → 'numpy.linalg.det'."""
    module_lines: tuple[int, int] = (0, 0)
    """First and last of the lines outside of any function that it was made of; 0 for none."""
    inner: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """What the local names of each function that it defines inside itself held."""
    module_names: tuple[str, ...] = ()
    """The global names of its module, sorted."""


class FunctionRecord(Noun, frozen=True, tag="explained"):
    """Everything that was measured of one function."""

    name: str
    setup: str
    file: str
    line: int
    threads: int
    arguments: tuple[str, ...]
    """Each argument in a few words: 'w float64 (500, 3072)'."""
    result: str
    argument_bytes: float
    result_bytes: float
    cold_s: float
    evaluations: int
    """Per sample."""
    visits: tuple[Visit, ...]
    own_baselines_s: dict[str, float]
    """Baseline of each canary in these visits, s."""
    empty_call_s: float
    """A call of a Python function without a body, measured beside it, s."""
    breakdown_record: BreakdownRecord
    operations: tuple[Operation, ...]
    """Those of the time breakdown, in its order, with shapes, strides and lines."""
    bytes_written: float
    """Traced; 0 without a trace."""
    flop_by_dtype: dict[str, float]
    """Traced FLOP by the dtype of the results, such as '<f8'."""
    product_flop: float
    """Traced FLOP of products: what BLAS may run on several threads."""
    lines: tuple[LineRecord, ...]
    sources: tuple[SourceText, ...]
    strided: tuple[str, ...] = ()
    """Names of array arguments that are not contiguous row by row."""
    inside: tuple[CallFacts, ...] = ()
    """The costliest calls looked into, the costliest first."""
    peak_bytes: float = 0.0
    """The most memory that one evaluation held at once; 0 where that is not known."""
    memory: MemoryRecord | None = None
    """The same by line and by expression; None where that was not looked at."""
    layers: LayerRecord | None = None
    """Whose code runs; None where that was not asked."""
    by_thread: ThreadsRecord | None = None
    """What each thread does; None where one thread does it all and never waits."""
    notes: tuple[str, ...] = ()
    """What it does to its surroundings and what is missing, in words."""
    repeatable: bool = True
    """Whether two calls with equal arguments gave equal results."""
    iterates: bool = False
    """Whether it gives an iterator, which is consumed in every evaluation."""
    changes: tuple[ArgumentChange, ...] = ()
    """What it changes among its arguments: each evaluation finds them as the first did."""


class FirstLook(Noun, frozen=True, tag="first"):
    """What is known of a function after a second or two; the passes go on."""

    record: FunctionRecord
    """With some visits, counts and samples; without lines, sources, and what follows."""


class TrialResult(Noun, frozen=True, tag="tried"):
    """What a trial found: visits of both sides, in turn."""

    trial: Trial
    before: tuple[Visit, ...]
    after: tuple[Visit, ...]
    calls: int = 1
    """How many times the side before stands in one evaluation (for operations)."""
    same: bool = True
    """Whether both sides gave the same answer, up to rounding."""
    largest_error: float = 0.0
    """Largest difference relative to the largest element."""
    bound: float = 0.0
    """Largest difference that rounding explains, relative to the largest element."""
    dtype_changed: bool = False
    conditions: tuple[str, ...] = ()
    """Where both sides differ, in words: 'for empty arrays'."""
    checked: int = 0
    """How many sets of arguments both sides agreed on."""
    peak_bytes: tuple[float, float] = (0.0, 0.0)
    """Most memory that an evaluation held at once, before and after; 0 when not known."""
    reason: str = ""
    """Why it could not be tried; empty when it was."""
    lacked_time: bool = False
    """Whether that is for want of time alone."""
