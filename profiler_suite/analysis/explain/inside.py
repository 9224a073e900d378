"""What the facts of a call mean: what its time goes for, and how far it is from the machine."""

import math
from collections.abc import Sequence

import numpy as np

from profiler_suite import units
from profiler_suite.analysis import roofline
from profiler_suite.analysis.shares import part_in_words
from profiler_suite.measure.inside.changes import (
    AS_IT_IS,
    CACHED,
    CONTIGUOUS,
    IN_ORDER,
    ORDINARY,
    SAME_DTYPE,
)
from profiler_suite.model.calls import LINE_BYTES, CallFacts
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun

LATENCY, STRIDE, OWN_COPY = "latency", "strides", "internal copy"
CASTS, VALUES, FAULTS, PER_CALL, WORK = (
    "casts",
    "values",
    "page faults",
    "per-call cost",
    "work",
)
HELD_UP = (LATENCY, STRIDE, OWN_COPY, CASTS, VALUES)
"""What faster arithmetic would not spare."""
WORDS = {
    LATENCY: "latency-bound",
    STRIDE: "stride-bound",
    OWN_COPY: "copies its operands",
    CASTS: "cast-bound",
    VALUES: "depends on its values",
    FAULTS: "bound by page faults",
    PER_CALL: "bound by per-call cost",
}
_DOMINATES = 0.5
# A change that spares less than this, or less than its spread, spares nothing.
_LEAST_SAVED = 0.05
_SCATTERED = 0.5
# Fewer samples may all have missed what takes a tenth of a call.
_FEWEST_SAMPLES = 30
_COPYING = ("copy", "packing")
_COPY_KINDS = ("copy", "index", "create", "view")
# From this share of the time on a cause has a sentence of its own.
_WORTH_A_SENTENCE = 0.2
_SENTENCES = {
    LATENCY: "waiting for memory, load by load: neither bandwidth nor arithmetic is the limit",
    STRIDE: "steps through memory, which contiguous operands would avoid",
    OWN_COPY: "copies that a call makes of its operands before it works on them",
    CASTS: "conversion to the dtype that the inner loop takes",
    VALUES: "due to the values: ordinary ones take less time",
}
_PEAK_DTYPES = {"<f4": "float32", "<c8": "float32"}


class InsideCall(Noun, frozen=True):
    """One call: what its time goes for, and which roofs of the machine are how near."""

    facts: CallFacts
    share: float
    """Of the time of an evaluation, all its calls together."""
    causes: dict[str, float]
    """Shares of the call's own time, together 1, the largest first."""
    word: str
    of_compute: float
    """Share of the best rate of a product in its dtype; 0 where it computes nothing."""
    of_memory: float
    """Share of the bandwidth of the level that holds its operands, in whole cache lines."""
    level: str

    @property
    def computes(self) -> bool:
        """Whether its growing part is put down to arithmetic, not to copying."""
        return self.facts.kind not in _COPY_KINDS


def inside_calls(
    facts: Sequence[CallFacts], plain_s: float, machine: Machine | None, threads: int = 1
) -> tuple[InsideCall, ...]:
    """Every call that was looked into, the costliest first."""
    return tuple(judged(each, plain_s, machine, threads) for each in facts)


def judged(
    facts: CallFacts, plain_s: float, machine: Machine | None, threads: int = 1
) -> InsideCall:
    """What one call's time goes for, and its distance to the roofs."""
    causes = causes_of(facts)
    compute, memory, level = _roofs(facts, machine, threads)
    return InsideCall(
        facts=facts,
        # The call alone may take longer than beside the others: it is no more than all.
        share=min(1.0, facts.calls * facts.time_s / plain_s) if plain_s else 0.0,
        causes=causes,
        word=_word(facts, causes, compute, memory, level),
        of_compute=compute,
        of_memory=memory,
        level=level,
    )


def causes_of(facts: CallFacts) -> dict[str, float]:
    """Shares of one call's time by what they go for, from what changing one thing spares.

    Each change is timed beside the call as it is; of two that spare the same time the first
    counts: values, misses, casts, then layout. The rest is set-up, page faults and work.
    """
    if facts.time_s <= 0:
        return {WORK: 1.0}
    left = 1.0
    found: dict[str, float] = {}

    def take(name: str, share: float) -> None:
        nonlocal left
        taken = min(left, max(0.0, share))
        if taken > 0:
            found[name] = found.get(name, 0.0) + taken
            left -= taken

    if facts.seconds(ORDINARY) < facts.time_s:
        saved = 1 - facts.seconds(ORDINARY) / facts.time_s
        take(VALUES, saved if facts.values else 0.0)  # else nothing special is in them
    if facts.loads and facts.jumps >= _SCATTERED:
        take(LATENCY, min(_saved(facts, CACHED, IN_ORDER), _explained_by_misses(facts)))
    take(CASTS, max(_saved(facts, SAME_DTYPE), _converting(facts)))
    take(OWN_COPY if _copies(facts) else STRIDE, _saved(facts, CONTIGUOUS))
    take(PER_CALL, facts.fixed_s / facts.time_s)
    take(FAULTS, facts.minor_faults * facts.fault_s / facts.time_s)
    take(WORK, left)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _saved(facts: CallFacts, *changes: str) -> float:
    """The largest share that one of these changes spares, where it is beyond its spread."""
    timings = {each.change: each for each in facts.timings}
    as_it_is = timings.get(AS_IT_IS)
    if as_it_is is None or as_it_is.time_s <= 0:
        return 0.0
    best = 0.0
    for name in changes:
        if name in timings:
            best = max(best, 1 - timings[name].time_s / as_it_is.time_s)
    return best if best >= _LEAST_SAVED else 0.0


def _converting(facts: CallFacts) -> float:
    """Share of its samples that move elements through a buffer, which converts them.

    Operands of the loop's own dtype, which are larger, may spare less than that.
    """
    converts = facts.casts and facts.buffered and facts.kind not in _COPY_KINDS
    return facts.share(*_COPYING) if converts else 0.0


def _explained_by_misses(facts: CallFacts) -> float:
    """The largest share of its time that loads explain, were each to wait for the last."""
    if not facts.chain_s:
        return 1.0
    return 2 * facts.loads * facts.chain_s / facts.time_s


def _copies(facts: CallFacts) -> bool:
    """Whether a call that is no copy itself copies its operands before it works on them.

    A product does, unless samples find it in a routine of BLAS that reads them as they lie.
    """
    if facts.kind in _COPY_KINDS:
        return False
    if facts.share(*_COPYING) > _LEAST_SAVED:
        return True
    as_they_lie = facts.samples >= _FEWEST_SAMPLES and facts.share("blas") >= _DOMINATES
    return facts.kind == "product" and not as_they_lie


def _roofs(facts: CallFacts, machine: Machine | None, threads: int) -> tuple[float, float, str]:
    if machine is None or facts.time_s <= 0:
        return 0.0, 0.0, ""
    size = sum(_bytes_of(each.shape, each.dtype) for each in facts.operands)
    level = roofline.level_of(size, machine, threads)
    dtype = next((each.dtype for each in facts.operands), "<f8")
    peak = machine.peak_flop_per_s(_PEAK_DTYPES.get(dtype, "float64"), threads)
    bandwidth = machine.bandwidth(level, threads)
    compute = facts.flop / peak / facts.time_s if peak else 0.0
    memory = facts.line_bytes / bandwidth / facts.time_s if bandwidth else 0.0
    return compute, memory, level


def _bytes_of(shape: tuple[int, ...], dtype: str) -> float:
    return float(math.prod(shape) * np.dtype(dtype).itemsize)


def _word(
    facts: CallFacts, causes: dict[str, float], compute: float, memory: float, level: str
) -> str:
    name, share = next(iter(causes.items()))
    if name in WORDS and share >= _DOMINATES:
        return WORDS[name]
    if max(compute, memory) >= roofline.FAR:
        return "compute-bound" if compute >= memory else f"memory-bound ({level})"
    if name in WORDS:
        return f"{WORDS[name]} in part"
    if facts.kind == "product" and facts.routine and not facts.share("blas", "packing"):
        return "no BLAS routine for it"
    return "bound by its inner loop"


def time_by_cause(calls: Sequence[InsideCall]) -> dict[str, float]:
    """Shares of an evaluation's time by what they go for, over all calls looked into.

    Calls timed alone may take longer together than the whole: shares are of their sum then.
    """
    whole = max(1.0, sum(each.share for each in calls))
    total: dict[str, float] = {}
    for each in calls:
        for name, share in each.causes.items():
            total[name] = total.get(name, 0.0) + each.share * share / whole
    return dict(sorted(total.items(), key=lambda item: -item[1]))


def held_up(calls: Sequence[InsideCall]) -> float:
    """Share of the time in which calls compute or copy nothing new: they wait or convert."""
    found = time_by_cause(calls)
    return sum(found.get(name, 0.0) for name in HELD_UP)


def dominating(calls: Sequence[InsideCall]) -> tuple[str, float] | None:
    """What holds calls up for most of the time, with its share; None where nothing does."""
    for name, share in time_by_cause(calls).items():
        if name in HELD_UP and share >= _DOMINATES:
            return name, min(1.0, share)
    return None


def bound_in_words(calls: Sequence[InsideCall]) -> str:
    """'latency-bound, 92 % of the time' where one such cause takes most of it; else empty."""
    found = dominating(calls)
    if found is None:
        return ""
    return f"{WORDS[found[0]]}, {part_in_words(found[1])} of the time"


def sentences(calls: Sequence[InsideCall]) -> list[str]:
    """What holds calls up, a sentence for each cause that takes much of the time."""
    return [
        f"{part_in_words(share)} of the time is {_SENTENCES[name]}."
        for name, share in time_by_cause(calls).items()
        if name in HELD_UP and share >= _WORTH_A_SENTENCE
    ]


def facts_in_words(call: InsideCall) -> str:
    """One line: the word, why, the inner loop, its operands, how far from the machine."""
    facts = call.facts
    said = [call.word, *_causes_in_words(call), *_loop_in_words(facts)]
    said += [*_operands_in_words(facts), *_work_in_words(call)]
    return "; ".join(each for each in said if each)


def _causes_in_words(call: InsideCall) -> list[str]:
    facts, found = call.facts, []
    for name, share in call.causes.items():
        if name in (WORK, PER_CALL) or share < _LEAST_SAVED:
            continue
        text = f"{units.percent(share)} {name}"
        if name == LATENCY:
            each = units.time(facts.time_s / facts.loads)
            text += (
                f" ({units.count(facts.loads)} loads from {units.size(facts.target_bytes)}, "
                f"{each} each; one that waits for another takes {units.time(facts.chain_s)})"
            )
        elif name == VALUES and facts.values:
            text += f" ({facts.values})"
        elif name == CASTS and facts.casts:
            text += f" ({', '.join(facts.casts)})"
        found.append(text)
    return found


def _loop_in_words(facts: CallFacts) -> list[str]:
    if not facts.routine:
        return []
    return [f"{facts.routine}, {facts.simd}" if facts.simd else facts.routine]


def _operands_in_words(facts: CallFacts) -> list[str]:
    found = []
    worst = min(facts.operands, key=lambda each: each.used_bytes, default=None)
    for each in facts.operands:
        if each.layout in ("reversed", "strided", "broadcast", "gathered") and each is worst:
            step = f" in steps of {each.stride_bytes} bytes" if each.stride_bytes else ""
            found.append(f"{each.layout}{step}")
    if worst is not None and worst.used_bytes < LINE_BYTES:
        found.append(f"{worst.used_bytes:.0f} of {LINE_BYTES} bytes of each cache line used")
    if facts.casts and not any(CASTS in text for text in found):
        found.append(f"converts {', '.join(facts.casts)}")
    if facts.buffered:
        found.append("through a buffer")
    copies = facts.share(*_COPYING)
    if facts.kind not in _COPY_KINDS and copies >= _LEAST_SAVED:
        found.append(f"copying in {units.percent(copies)} of its samples")
    return found


def _work_in_words(call: InsideCall) -> list[str]:
    facts, found = call.facts, []
    if facts.flop:
        rate = units.flop_rate(facts.flop / facts.time_s)
        found.append(
            f"{units.flop(facts.flop)} at {rate}{_of(call.of_compute, 'the best product')}"
        )
    if facts.line_bytes:
        rate = units.byte_rate(facts.line_bytes / facts.time_s)
        of_roof = _of(call.of_memory, f"{call.level} bandwidth")
        found.append(f"{units.size(facts.line_bytes)} in whole cache lines at {rate}{of_roof}")
    return found


def _of(share: float, roof: str) -> str:
    """How near a roof is; nothing is above one: then the roof was measured too low."""
    if not share:
        return ""
    return f", {units.percent(share)} of {roof}" if share <= 1 else f", all of {roof}"
