"""What the measurements of one function mean: time breakdown, roofs, verdict, advice."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from profiler_suite import units
from profiler_suite.analysis import roofline, statistics, time_breakdown
from profiler_suite.analysis.explain import (
    advice,
    attempts,
    by_thread,
    cause,
    inside,
    layers,
    patch,
    what_if,
)
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.attempts import Attempt
from profiler_suite.analysis.explain.rewrites import premises
from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.analysis.explain.what_if import WayVerdict
from profiler_suite.analysis.shares import part_in_words, shown
from profiler_suite.measure.explain.records import FunctionRecord, Trial, TrialResult
from profiler_suite.measure.explain.ways.records import WayRecord
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Breakdown, Estimate

if TYPE_CHECKING:
    import pandas as pd

_PEAK_DTYPES = {"<f4": "float32", "<c8": "float32"}
# Below this share a counterfactual is not worth a line.
_WORTH = 0.02
_MOSTLY = 0.5
_LITTLE_OVERHEAD = 0.2


class Counterfactual(Noun, frozen=True):
    """What would be saved if one thing were different."""

    name: str
    """Stable key: 'free_arithmetic', 'one_call', 'reused_buffers', 'best_rate'."""
    text: str
    saved_s: float
    share: float
    """Of the time."""


class Explanation:
    """Where the time of one function goes, how far it is from the machine, what to change."""

    def __init__(
        self,
        explained: FunctionRecord,
        machine: Machine,
        tried: tuple[Attempt, ...] | None = None,
        kept_baselines_s: dict[str, float] | None = None,
    ) -> None:
        self.explained = explained
        self.machine = machine
        self.tried = tried or ()
        self.advice_sought = tried is not None
        self.ways: tuple[WayRecord, ...] = ()
        """What was measured of other ways to run it; empty where that was not asked."""
        self._kept_baselines_s = dict(kept_baselines_s or {})

    def __repr__(self) -> str:
        return f"<Explanation of {self.explained.name}: {self.verdict[0]}>"

    # ------------------------------------------------------------- the numbers

    @functools.cached_property
    def baselines_s(self) -> dict[str, float]:
        """Baseline of each canary: the kept one, or this run's where it is smaller, s."""
        own = self.explained.own_baselines_s
        return {name: min(s, self._kept_baselines_s.get(name, s)) for name, s in own.items()}

    @functools.cached_property
    def time(self) -> Estimate:
        """Time of one evaluation with its interval."""
        visits = self.explained.visits
        slow = statistics.slowness(self.explained.own_baselines_s, self._kept_baselines_s)
        return statistics.estimate(
            visits, [0] * len(visits), self.baselines_s, slow, self.explained.threads
        )

    @functools.cached_property
    def breakdown(self) -> Breakdown | None:
        """The time breakdown of one evaluation; None without a trace and samples."""
        return time_breakdown.breakdown(self.explained.breakdown_record, self.machine)

    @functools.cached_property
    def operations(self) -> "pd.DataFrame":
        """Every replayed operation, the costliest first; times in s."""
        # The verdict needs no table, and pandas takes half a second to be imported.
        from profiler_suite.analysis.explain import function_tables

        return function_tables.operation_table(self.explained, self.machine)

    @functools.cached_property
    def lines(self) -> "pd.DataFrame":
        """Every line that ran, in source order: corrected and raw time of an evaluation, s."""
        from profiler_suite.analysis.explain import function_tables

        return function_tables.line_table(self.explained, self.machine, self.time.time_s)

    @functools.cached_property
    def roofline(self) -> roofline.Placement:
        """Which roof is the lowest, by traced FLOP and bytes, and how near it is."""
        return place(self.explained, self.time, self.machine, self.breakdown)

    @functools.cached_property
    def inside(self) -> tuple[inside.InsideCall, ...]:
        """The costliest calls looked into: inner loop, layout, misses, distance to roofs."""
        explained = self.explained
        plain_s = explained.breakdown_record.plain_s
        return inside.inside_calls(explained.inside, plain_s, self.machine, explained.threads)

    @functools.cached_property
    def cause(self) -> cause.Cause:
        """What takes most of the time, by what was measured and by what helped."""
        measured = cause.main_cause(self.explained, self.breakdown, self.roofline, self.inside)
        return cause.after_trials(measured, self.advice)

    @functools.cached_property
    def counterfactuals(self) -> tuple[Counterfactual, ...]:
        """What would be saved if one thing were different, the largest first."""
        return _counterfactuals(self)

    @functools.cached_property
    def advice(self) -> tuple[Advice, ...]:
        """What to change, each with a gain that was measured here, the largest first."""
        return advice.judged(self.explained, self.tried, self.baselines_s)

    @functools.cached_property
    def not_advised(self) -> tuple[str, ...]:
        """What was tried without a gain, and what could not be tried, in sentences."""
        return attempts.in_words(self.tried, self.baselines_s)

    @property
    def what_if(self) -> tuple[WayVerdict, ...]:
        """What other ways to run it give, the fastest first."""
        return what_if.judged(self.ways)

    @functools.cached_property
    def best(self) -> Advice | None:
        """The rewrite of the whole function that gained most."""
        return advice.best(self.advice)

    @functools.cached_property
    def patch(self) -> str:
        """That rewrite as a unified diff of the function's file; empty without one."""
        best = self.best
        return patch.unified_diff(self.explained.sources, best.rewrites) if best else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is missing, and what the function does besides giving an answer."""
        of_breakdown = self.breakdown.notes if self.breakdown else ()
        if by_thread.mostly_waits_for(self.explained.by_thread):  # then the cause says it
            waits = time_breakdown.waits_in_words(self.explained.breakdown_record)
            of_breakdown = tuple(note for note in of_breakdown if note != waits)
        missing = []
        breakdown_record = self.explained.breakdown_record
        if self.breakdown is None:
            missing = [
                f"no {what}: {reason}"
                for what, reason in (
                    ("operation trace", breakdown_record.untraced),
                    ("native samples", breakdown_record.unsampled),
                )
                if reason
            ]
        missing += filter(
            None, (layers.note(self.explained.layers), by_thread.note(self.explained.by_thread))
        )
        usual = usual_in_words(self.time)
        return (*self.explained.notes, *of_breakdown, *missing, *usual, *self.time.flags)

    # ---------------------------------------------------------------- in words

    @functools.cached_property
    def verdict(self) -> tuple[str, ...]:
        """The answer in sentences."""
        return _verdict(self)

    @property
    def near_limit(self) -> str:
        """Why nothing much faster is to be had with the same work; empty where it may be."""
        if self.breakdown is None:
            return ""
        return _near_its_limit(self, time_breakdown.overhead(self.breakdown))


def explain(
    explained: FunctionRecord,
    machine: Machine,
    kept_baselines_s: dict[str, float],
    attempt: Callable[[Trial], TrialResult],
    *,
    advise: bool = True,
    shares: Mapping[tuple[str, int], float] | None = None,
) -> Explanation:
    """The explanation, after `attempt` has tried whatever might be advised.

    `shares` of the time by file and line say what to try first, where lines are not profiled.
    """
    first = Explanation(explained, machine, None, kept_baselines_s)
    if not advise:
        return first
    seen = Observation(explained, machine, first.breakdown, shares)
    tried = attempts.attempts(seen, attempt, first.baselines_s)
    return Explanation(explained, machine, tried, kept_baselines_s)


def place(
    explained: FunctionRecord, time: Estimate, machine: Machine, breakdown: Breakdown | None
) -> roofline.Placement:
    """Bound of a traced function and how near its roof is.

    The least time by each roof: FLOP over the best GEMM rate of their dtype,
    traced bytes over the bandwidth of the level that holds arguments, result and
    the largest temporary, and what interpreter and dispatch take by the time breakdown. The
    largest of the three bounds it.
    """
    breakdown_record = explained.breakdown_record
    largest = max(
        (o.temporary_bytes / max(1, o.temporaries) for o in explained.operations), default=0.0
    )
    working_set = explained.argument_bytes + explained.result_bytes + largest
    threads = explained.threads
    level = roofline.level_of(working_set, machine, threads)
    least: dict[str, float] = {}
    if time_breakdown.is_counted(breakdown_record):
        peaks = [
            (flop, machine.peak_flop_per_s(_PEAK_DTYPES.get(dtype, "float64"), threads))
            for dtype, flop in explained.flop_by_dtype.items()
        ]
        if peaks and all(peak for _, peak in peaks):
            least["compute"] = sum(flop / peak for flop, peak in peaks)
        reads = explained.bytes_written < roofline.MOSTLY_READS * breakdown_record.traffic_bytes
        bandwidth = machine.bandwidth(level, threads, "read" if reads else "")
        if bandwidth:
            least["memory"] = breakdown_record.traffic_bytes / bandwidth
    if breakdown is not None and not time_breakdown.is_lost(breakdown_record):
        # As a share of the plain time of the same rounds: both had the same interference.
        least["overhead"] = time_breakdown.overhead(breakdown) * time.time_s
    lowest = max(least, key=lambda name: least[name], default="")
    if not lowest or not least[lowest] or not time.time_s:
        return roofline.Placement(
            bound="",
            level=level,
            attainable_flop_per_s=0.0,
            overhead_flop_per_s=0.0,
            of_attainable=0.0,
            above_roof=False,
        )
    overhead_s = least.get("overhead", 0.0)
    work_s = time_breakdown.work(breakdown) * time.time_s if breakdown else 0.0
    reached = least[lowest] / time.time_s
    return roofline.Placement(
        bound=roofline.held_back_by(lowest, reached, overhead_s, work_s),
        level=level,
        attainable_flop_per_s=breakdown_record.flop / least[lowest],
        overhead_flop_per_s=breakdown_record.flop / overhead_s if overhead_s else 0.0,
        of_attainable=reached,
        above_roof=lowest != "overhead"
        and least[lowest] > time.high_s * (1 + roofline.ROOF_TOLERANCE),
    )


def _counterfactuals(this: Explanation) -> tuple[Counterfactual, ...]:
    breakdown_record, breakdown = this.explained.breakdown_record, this.breakdown
    if breakdown is None or not time_breakdown.is_counted(breakdown_record):
        return ()
    calls = sum(operation.calls for operation in breakdown_record.operations)
    # What a package computes is its own, however fast arithmetic is.
    no_choice = this.roofline.bound == "memory" or this.cause.name == cause.PACKAGE
    found = {
        "one_call": (
            f"one call of each kind instead of {units.count(calls)}",
            time_breakdown.saved_by_one_call(breakdown_record),
        ),
        "reused_buffers": (
            f"reusing buffers ({units.count(breakdown_record.minor_faults)} page faults)",
            time_breakdown.saved_by_reuse(breakdown_record, this.machine),
        ),
        "free_arithmetic": (
            "infinitely fast arithmetic",
            0.0 if no_choice else _arithmetic(this, breakdown) * breakdown.time_s,
        ),
    }
    rows = [
        Counterfactual(
            name=name, text=text, saved_s=saved_s, share=max(0.0, saved_s) / breakdown.time_s
        )
        for name, (text, saved_s) in found.items()
    ]
    true = [
        row
        for row in rows
        if row.share <= 1
        and (row.name != "one_call" or premises.calls_could_be_one(this.explained))
    ]
    return tuple(sorted(true, key=lambda row: -row.share))


def _arithmetic(this: Explanation, breakdown: Breakdown) -> float:
    """Share of the time that faster arithmetic could spare: no misses, casts, inner copies."""
    held = inside.held_up([each for each in this.inside if each.computes])
    return max(0.0, time_breakdown.saved_by_free_arithmetic(breakdown) - held)


def _verdict(this: Explanation) -> tuple[str, ...]:
    breakdown_record, placement, time = (
        this.explained.breakdown_record,
        this.roofline,
        this.time,
    )
    said = [f"{units.time(time.time_s)} ({interval(time)})"]
    if time_breakdown.is_lost(breakdown_record):
        said.append(bound_in_words(this))
        said.append("too little to state FLOP, rates and roofs")
    elif not breakdown_record.untraced and breakdown_record.flop:
        rate = units.flop_rate(breakdown_record.flop / time.time_s)
        said.append(f"{units.count(breakdown_record.flop)} executed FLOP at {rate}")
    elif not breakdown_record.untraced:
        said.append("no floating-point operation")
    if this.cause.name and not time_breakdown.is_lost(breakdown_record):
        said.append(bound_in_words(this))
    sentences = [f"{this.explained.name.rpartition(':')[2]}: {'; '.join(said)}."]
    if this.breakdown:
        sentences += filter(None, [largest_part(this.breakdown)])
        overhead = time_breakdown.overhead(this.breakdown)
        if overhead > _MOSTLY and this.cause.name in ("compute", "memory"):
            sentences.append(
                f"{part_in_words(overhead)} of the time goes to the interpreter and calls: "
                "they limit it, not a roof of the machine."
            )
        sentences += inside.sentences(this.inside)
        arithmetic = _arithmetic(this, this.breakdown)
        if this.near_limit:
            sentences.append(this.near_limit)
        elif arithmetic > 0.5 and placement.bound == roofline.WORK:
            sentences.append(
                f"{part_in_words(arithmetic)} of the time is arithmetic far below what "
                "the machine can do: inner loops over few elements, over strided data, or of "
                "costly functions."
            )
    if placement.above_roof:
        sentences.append("It lies above its roof: its traffic or the ceiling was misjudged.")
    for each in this.counterfactuals:
        if each.share >= _WORTH:
            least = "at least " if each.name == "one_call" else ""
            text = each.text[0].upper() + each.text[1:]
            sentences.append(f"{text} would save {least}{units.percent(each.share)}.")
    return tuple(sentences)


def _near_its_limit(this: Explanation, overhead: float) -> str:
    """Why code that has a package compute is near its limit; empty where it may not be."""
    vectors = cause.vector_operation(this.cause, this.explained.breakdown_record, this.inside)
    found = layers.largest_package(this.explained.layers)
    slow = this.cause.slow_path or any(not each.hint for each in this.advice)
    if slow or overhead > _LITTLE_OVERHEAD:
        return ""
    if vectors:
        share, computes = this.cause.share, vectors
    elif this.cause.name == cause.PACKAGE and found is not None:
        share, computes = found[1], f"{layers.code_of(found[0])} computes"
    else:
        return ""
    return (
        f"{part_in_words(share)} of the time {computes}, and next to nothing stands around it: "
        "only another algorithm, fewer data, another dtype or more cores are faster."
    )


def bound_in_words(this: Explanation) -> str:
    """The cause of the most time: 'memory-bound (L2), 40 % of that roof'."""
    return cause.in_words(this.cause, this.explained.breakdown_record)


def largest_part(breakdown: Breakdown) -> str:
    """The entry that takes most, in a sentence; empty where shares say nothing."""
    seen = shown({e.name: breakdown.share(e.name) for e in breakdown.entries})
    named = {name: s for name, s in seen.parts.items() if name != time_breakdown.RESIDUAL}
    largest = max(named, key=lambda name: named[name], default="")
    if not largest or not seen.add_up:
        return ""
    the = "the " if largest == time_breakdown.INTERPRETER else ""
    return f"The largest part is {the}{largest}, {units.percent(named[largest])} of the time."


def overhead_share(breakdown: Breakdown) -> float:
    """1 − (copy + arithmetic) / time: by samples where there are any, else by replay."""
    shares = breakdown.overhead_shares
    return shares.get("native", shares.get("replay", math.nan))


def usual_in_words(time: Estimate) -> tuple[str, ...]:
    """What a plain timer shows here, where that is much longer, and why."""
    if time.raw_median_s < statistics.WORTH_SAYING * time.time_s:
        return ()
    waits = (
        f"; {units.percent(time.switched_out)} of the samples had to wait for a core"
        if time.switched_out
        else ""
    )
    return (
        f"a plain timer shows {units.time(time.raw_median_s)} here now: it also counts what "
        f"other work on this machine takes away{waits}",
    )


def interval(time: Estimate) -> str:
    """The interval in words: '8.2 ms to 8.7 ms'."""
    return units.interval(time.low_s, time.high_s)
