"""Times each operation of a trace alone, in rounds with the plain function.

Full: same shapes, strides and dtypes. Fixed: at vanishing size with the same
number of dimensions and layout. All of them and the plain function share each
round between two canaries: interference slows interpreter and calls
more than arithmetic, so a split put together from different states is wrong.
"""

import functools
import itertools
import keyword
import random
from collections.abc import Callable, Iterable, Sequence
from statistics import median, quantiles
from time import perf_counter, perf_counter_ns
from typing import Any

from profiler_suite.machine.canary import Canary, limit
from profiler_suite.machine.examining.paging import fault_s
from profiler_suite.measure import preemption, timing
from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.breakdown.own_values import repeatable
from profiler_suite.measure.trace.rebuilding.rebuild import IN_ANOTHER_ORDER, rebuild
from profiler_suite.model.noun import Noun
from profiler_suite.model.trace import Operation

# A replayed call is repeated for this long per round: enough for the clock.
_SAMPLE_S = 150e-6
# What a scheduler gives a thread at least before another one has its turn.
_SLICE_S = 1e-3
# A call that takes longer is not called again to be timed.
_ONCE_S = 0.25
_WARM_REPEATS = 8
_MOST_ROUNDS = 40
_WANTED_UNDISTURBED = 8
_UNDISTURBED_LIMIT = limit("ufunc")
# Fewer page faults in an evaluation are not worth pricing.
_FEW_FAULTS = 8
_LEAST_FRESH_BYTES, _MOST_FRESH_BYTES = 2**20, 2**26

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class CallTiming(Noun, frozen=True):
    """One call timed in rounds: lower quartile, spread and page faults per call."""

    time_s: float
    spread_s: float
    """Half the interquartile range over the rounds used."""
    minor_faults: float


NOTHING = CallTiming(time_s=0.0, spread_s=0.0, minor_faults=0.0)


class Replay(Noun, frozen=True):
    """The plain function and every operation, from the same rounds."""

    plain: CallTiming
    full: tuple[CallTiming | None, ...]
    """One per operation; None when it cannot be rebuilt."""
    fixed: tuple[CallTiming | None, ...]
    own: tuple[CallTiming | None, ...]
    """With the values of the function; None where they were not kept."""
    rounds: int
    undisturbed_rounds: int
    fault: CallTiming
    """A page fault with its page's return; nothing where the plain function has none."""


class CallRounds:
    """The rounds of one call."""

    def __init__(
        self, call: Call, passes: int = 1, known: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        """`passes`: untimed calls before a sample of few calls; `known`: time and faults."""
        self._function, self._args, kwargs = call
        restored = isinstance(self._args, RestoredArguments)
        self._sample = None if restored else _as_written(self._function, self._args, kwargs)
        before = timing.minor_faults()
        once_s = known[0] or self._time(1)
        # A call that takes this long is its own first round, rather than called twice.
        self._first: tuple[float, float] | None = None
        if once_s > _ONCE_S:
            self._first = known if known[0] else (once_s, timing.minor_faults() - before)
        if once_s < timing.LONG_S:  # the first call of a short one is mostly its warm-up
            once_s = min(once_s, self._time(1))
        self._repeats = max(1, int(_SAMPLE_S / max(once_s, 50e-9)))
        # What ran in between has evicted its data. Inside the function an operation finds
        # what the one before it has just written: without an untimed call, operations on
        # some megabytes looked twice as long as they are (measured). Many repeats warm
        # themselves, and a long call is long compared with fetching its data.
        few = self._repeats < _WARM_REPEATS and once_s < timing.LONG_S
        self._passes = passes if few else 0
        self.sample_s = once_s * (self._repeats + self._passes)
        """What a round of it takes."""
        self.times_s: list[float] = []
        self.faults: list[float] = []

    def _time(self, repeats: int) -> float:
        if self._sample is not None:
            iterations = itertools.repeat(None, repeats)
            return self._sample(iterations, perf_counter_ns) * 1e-9 / repeats
        return timing.time_evaluations(self._function, self._args, repeats, perf_counter_ns)

    def take(self) -> None:
        """One sample of one round."""
        if self._first is not None:
            self.times_s.append(self._first[0])
            self.faults.append(self._first[1])
            self._first = None
            return
        if self._passes:
            self._time(self._passes)
        before = timing.minor_faults()
        self.times_s.append(self._undelayed())
        self.faults.append((timing.minor_faults() - before) / self._repeats)

    def _undelayed(self) -> float:
        """One sample, less what its thread was kept from running.

        Shorter ones are seldom switched out, and the lower quartile does not mind.
        """
        if self.sample_s < _SLICE_S:
            return self._time(self._repeats)
        if isinstance(self._args, RestoredArguments):
            return timing.running_s(self._function, self._args, self._repeats)
        return preemption.undelayed(lambda: self._time(self._repeats))

    def summary(self, chosen: Sequence[int]) -> CallTiming:
        """Time, spread and page faults over the chosen rounds."""
        faults = sorted(self.faults[i] for i in chosen)
        return _lower_quartile([self.times_s[i] for i in chosen], faults[len(faults) // 2])

    def median_s(self) -> float:
        """Over all rounds, undisturbed or not."""
        return median(self.times_s)

    def faults_of_one_sample(self) -> float:
        """Page faults per evaluation of one more sample, which is not kept."""
        before = timing.minor_faults()
        self._time(self._repeats)
        return (timing.minor_faults() - before) / self._repeats


def _lower_quartile(times_s: list[float], minor_faults: float) -> CallTiming:
    """The lower quartile, of every call alike: a canary does not see what disturbs a
    round between its two ends, and disturbance only ever adds."""
    if len(times_s) == 1:
        return CallTiming(time_s=times_s[0], spread_s=0.0, minor_faults=minor_faults)
    low, _, high = quantiles(times_s, n=4, method="inclusive")
    return CallTiming(time_s=low, spread_s=(high - low) / 2, minor_faults=minor_faults)


Sample = Callable[[Iterable[None], timing.Clock], int]
"""Calls once per turn; nanoseconds that took."""


def _as_written(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Sample:
    """One sample of a call as it stands in a source line: `function(a0, out=k0)`.

    Passing a dictionary of keywords on took 410 ns where that line takes 210; a tuple of
    positions 205 where it takes 177.
    """
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in kwargs):
        raise ValueError(f"keywords {sorted(kwargs)} cannot be written in a call")
    made: Sample = _sampler(len(args), tuple(kwargs))(function, args, tuple(kwargs.values()))
    return made


@functools.cache
def _sampler(count: int, names: tuple[str, ...]) -> Callable[..., Sample]:
    given = [f"a{number}" for number in range(count)]
    values = [f"k{number}" for number in range(len(names))]
    written = [*given, *(f"{name}={value}" for name, value in zip(names, values, strict=True))]
    source = (
        f"def make(function, args, kwargs):\n"
        f"    [{', '.join(given)}] = args\n"
        f"    [{', '.join(values)}] = kwargs\n"
        f"    def sample(turns, clock):\n"
        f"        start = clock()\n"
        f"        for _ in turns:\n"
        f"            function({', '.join(written)})\n"
        f"        return clock() - start\n"
        f"    return sample\n"
    )
    space: dict[str, Any] = {}
    exec(compile(source, "<replayed call>", "exec"), space)
    return space["make"]  # type: ignore[no-any-return]


class BreakdownEffort(Noun, frozen=True):
    """How much time one time breakdown may take, and what counts as undisturbed."""

    replay_s: float
    """0 replays nothing."""
    sample_s: float
    """0 samples nothing."""
    baseline_s: float
    """Baseline of the 'ufunc' canary, s."""
    seed: int = 0
    """Order of operations within a round."""
    least_rounds: int = 5
    """Fewer for a function that takes seconds."""
    most_bytes: float = 0.0
    """Operands of all replayed operations together; 0 for no limit."""
    last_cache_bytes: float = 0.0
    """Size of the last cache; 0 where it is not known."""
    own_values_s: float = 0.0
    """For one more trace, which keeps the operands of the costliest operations; 0 for none."""
    most_trace_s: float = 1.0
    """A function whose trace is expected to take longer is not traced."""
    most_replay_s: float = 0.0
    """Operations whose turn comes later are not replayed, the last the cheapest; 0 for all."""
    plain_s: float = 0.0
    """Time of one call, where it is known and too long to be measured again."""
    plain_faults: float = 0.0
    """Page faults of that call."""


def replay(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    operations: Sequence[Operation],
    canary: Canary,
    effort: BreakdownEffort,
    afterwards: Callable[[float], None] = lambda once_s: None,
    own: Sequence[Call | None] = (),
) -> Replay:
    """Rounds for about `replay_s`: the plain function and each operation, full and fixed.

    `afterwards` is called with the time of one plain call (s), while all operands are still
    held: whether a function's temporaries fault depends on what else is on the heap. `own` are
    calls of the operations with the values that the function gave them.
    """
    # Each series looks for itself whether a call of it is short.
    moved_bytes = sum(each.bytes_read + each.bytes_written for each in operations)
    passes = max(1, timing.passes_that_fill(moved_bytes, effort.last_cache_bytes, 0.0))
    known = (effort.plain_s, effort.plain_faults)
    plain = CallRounds((function, arguments, {}), passes, known)
    full, fixed = _both_series(operations, effort, passes)
    with_own = [_own_series(call, passes) for call in own] or [None] * len(full)
    everything = [plain, *(s for s in (*full, *fixed, *with_own) if s is not None)]
    order = random.Random(effort.seed)
    canaries: list[float] = []
    faults: list[float] = []
    fresh_bytes = _fresh_bytes(operations)
    faulting = (known[1] if known[0] else plain.faults_of_one_sample()) >= _FEW_FAULTS
    round_s = sum(series.sample_s for series in everything)
    begun = perf_counter()
    while len(canaries) < _MOST_ROUNDS:
        undisturbed = sum(ratio <= _UNDISTURBED_LIMIT for ratio in canaries)
        # A round is not begun that would be over too late.
        late = perf_counter() - begun + round_s > effort.replay_s
        enough = late or undisturbed >= _WANTED_UNDISTURBED
        if enough and len(canaries) >= effort.least_rounds:
            break
        order.shuffle(everything)
        before = canary()
        for series in everything:
            series.take()
        if faulting:
            faults.append(fault_s(fresh_bytes, timing.minor_faults))
        canaries.append(max(before, canary()) / effort.baseline_s)
    chosen = [i for i, ratio in enumerate(canaries) if ratio <= _UNDISTURBED_LIMIT]
    undisturbed_rounds = len(chosen)
    afterwards(plain.median_s())
    if undisturbed_rounds < effort.least_rounds:
        # Not enough undisturbed rounds: the rounds nearest to it, which share one state.
        chosen = sorted(range(len(canaries)), key=lambda i: canaries[i])[: effort.least_rounds]
    return Replay(
        plain=plain.summary(chosen),
        full=tuple(s.summary(chosen) if s else None for s in full),
        fixed=tuple(s.summary(chosen) if s else None for s in fixed),
        own=tuple(s.summary(chosen) if s else None for s in with_own),
        rounds=len(canaries),
        undisturbed_rounds=undisturbed_rounds,
        fault=_lower_quartile([faults[i] for i in chosen], 0.0) if faults else NOTHING,
    )


def _fresh_bytes(operations: Sequence[Operation]) -> int:
    """The usual size of an array that an operation makes, within limits."""
    count = sum(each.temporaries for each in operations)
    mean = sum(each.temporary_bytes for each in operations) // max(1, count)
    return min(max(mean, _LEAST_FRESH_BYTES), _MOST_FRESH_BYTES)


def _both_series(
    operations: Sequence[Operation], effort: BreakdownEffort, passes: int
) -> tuple[list[CallRounds | None], list[CallRounds | None]]:
    """Each operation full and fixed; None for those that there is no time for."""
    full: list[CallRounds | None] = []
    fixed: list[CallRounds | None] = []
    begun = perf_counter()
    # A call while it is made ready, and one in a round.
    making_s = effort.most_replay_s / 2
    for operation in operations:
        late = making_s and perf_counter() - begun > making_s
        fits = bool(effort.replay_s) and not late
        full.append(_series(operation, shrink=False, passes=passes) if fits else None)
        fixed.append(_series(operation, shrink=True) if fits else None)
    return full, fixed


def _series(operation: Operation, *, shrink: bool, passes: int = 1) -> CallRounds | None:
    """The operation rebuilt and tried once; None where that is not possible."""
    try:
        call: Call | None = rebuild(operation, shrink=shrink)
        if operation.name in IN_ANOTHER_ORDER and not shrink:
            ready = repeatable(call)
            call = ready.call if ready is not None else None
        return None if call is None else CallRounds(call, passes)
    except Exception:  # noqa: BLE001 - made-up values may be outside an operation's domain
        return None


def _own_series(call: Call | None, passes: int) -> CallRounds | None:
    try:
        return None if call is None else CallRounds(call, passes)
    except Exception:  # noqa: BLE001 - it ran once and may not run again
        return None
