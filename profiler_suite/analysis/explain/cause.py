"""What takes most of a function's time, in plain words: the first thing that a reader is told.

In this order: it waits; calls are held up inside (misses, strides, conversions, values); every
element is a Python object; pages are new; the system works; the interpreter and entering
calls; a package's own code; a roof of the machine, or the inner loops of an operation. A slow
path whose rewrite was shown to spare much of the time is named before all of these.
"""

import re
from collections.abc import Sequence

import msgspec

from profiler_suite import units
from profiler_suite.analysis import roofline, time_breakdown
from profiler_suite.analysis.explain import by_thread, callbacks, inside, interpreter, layers
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.attempts import TOGETHER
from profiler_suite.analysis.explain.inside import InsideCall
from profiler_suite.analysis.explain.rules.registry import find_rule
from profiler_suite.analysis.time_breakdown import (
    ARITHMETIC,
    COPY,
    DISPATCH,
    INTERPRETER,
    MEMORY,
    WAITING,
)
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.measure.native.layers import USER
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Breakdown
from profiler_suite.model.rows import BreakdownRecord, OperationTime

OBJECTS, FRESH, SYSTEM = "Python objects", "page faults", "system calls"
OVERHEAD, PACKAGE, UNCOUNTED = "overhead", "package", "uncounted"
_MOST = 0.5
_NEXT_TO_ALL = 0.9
# Waiting is the cause from here on where nothing else takes more, and is said beside another.
_MUCH_WAITING = 0.25
_MUCH = 0.4
# With less of the calls' cost in the calls themselves it is bytecode that costs.
_CALLS_MATTER = 0.25
_ENTRIES = (INTERPRETER, DISPATCH, MEMORY, COPY, ARITHMETIC)
# Operations on arrays of objects, and NumPy's loops that free what these hold.
_OF_OBJECTS = re.compile(r" on Python objects$|^\w*_object_\w*loop \(NumPy\)$")
_OF_NUMBERS = "scalar."
_PARTS = {"getitem": "x[…]", "setitem": "x[…] = …"}
_LIBRARY = re.compile(r"([^.]+)\.(so|dylib|dll)\b")
_KERNEL = "[kernel]"
_FEW_SAMPLES = 40
# Those whose own loops are sampled, not those of a library below them.
_VECTOR_KINDS = ("ufunc", "reduction", "sort")
# Compiled with care, or one pass over the elements, without vector instructions to name.
_WELL_COMPILED = ("fft", "linalg", "product")
_ONE_PASS = ("np.bincount", "np.cumsum", "np.cumprod", "np.partition", "np.argpartition")
_BY_INDEX = ("np.add.at", "np.subtract.at", "np.multiply.at", "np.maximum.at", "np.minimum.at")
# A rewrite that spares a third of the time shows what most of it is due to.
_SHOWN_GAIN = 1.5
# What they look for is any loop: how its time goes says more.
_PER_ELEMENT = ("called_from_python", "called_per_iteration")
_ANY_LOOP = ("loops", "routines", "not_for_arrays", "threads")


class Cause(Noun, frozen=True):
    """What takes most of the time."""

    name: str
    """Stable key: 'waiting', 'latency', 'casts', 'page faults', 'interpreter', 'overhead', …;
    'compute', 'memory' or 'work' by roofs; empty where nothing is known."""
    share: float
    """Of the time, 0 to 1; of a roof of the machine, as much of it as was reached."""
    text: str
    slow_path: str = ""
    """Name of the rule whose rewrite spared much of the time; empty where none did."""


def main_cause(
    explained: FunctionRecord,
    breakdown: Breakdown | None,
    placement: roofline.Placement,
    calls: Sequence[InsideCall],
) -> Cause:
    """The cause of the most time by all that was measured."""
    waits = _waiting(explained, breakdown)
    if waits is not None and _is_largest(waits.share, breakdown):
        return waits
    found = (
        _held_up(calls)
        or _of_python_objects(explained.breakdown_record, breakdown)
        or _fresh_memory(explained.breakdown_record, breakdown)
        or _system(explained.breakdown_record, breakdown)
        or _of_library(explained)
        or _interpreter(explained, breakdown, placement)
        or _of_package(explained, placement)
        or _below_a_package(explained)
        or _by_roof(explained.breakdown_record, breakdown, placement, calls)
    )
    if waits is None:
        return found
    return Cause(name=found.name, share=found.share, text=f"{found.text}; {waits.text}")


def after_trials(found: Cause, given: Sequence[Advice]) -> Cause:
    """The cause with the slow path before it that was shown to take much of the time."""
    shown = [
        each
        for each in given
        if each.family
        and each.kind != TOGETHER
        and each.family not in _ANY_LOOP
        and each.measured_on == "function"
    ]
    # Of a rewrite and a hint the rewrite is checked.
    best = max(shown, key=lambda each: (not each.hint, each.low), default=None)
    if best is None or best.low < _SHOWN_GAIN:
        best = _called_again(given)
    if best is None:
        return found
    path = find_rule(best.kind).looks_for
    return msgspec.structs.replace(found, text=_joined(path, found.text), slow_path=best.kind)


def _called_again(given: Sequence[Advice]) -> Advice | None:
    """What is called for each of many and takes most of the time, though nothing is faster."""
    found = [each for each in given if each.kind in _PER_ELEMENT]
    most = max(found, key=lambda each: each.estimated_share, default=None)
    return most if most is not None and most.estimated_share >= _MOST else None


def _share(breakdown: Breakdown | None, name: str) -> float:
    return min(1.0, max(0.0, breakdown.share(name))) if breakdown else 0.0


def _is_largest(share: float, breakdown: Breakdown | None, but: str = "") -> bool:
    """Whether no entry takes more; more than half is always the largest part."""
    others = [_share(breakdown, name) for name in _ENTRIES if name != but]
    return share >= _MOST or share >= max(others)


def _waiting(explained: FunctionRecord, breakdown: Breakdown | None) -> Cause | None:
    waits = time_breakdown.waiting(explained.breakdown_record)
    if waits < _MUCH_WAITING:
        return None
    what_for = by_thread.mostly_waits_for(explained.by_thread)
    native = explained.breakdown_record.native
    if not what_for and native is not None and native.slept_share < waits / 2:
        what_for = " for other threads"  # it spins, which threads of one product do
    text = f"it waits{what_for}, {units.percent(waits)} of the time"
    others = by_thread.others_in_words(explained.by_thread)
    return Cause(name=WAITING, share=waits, text=_joined(text, others))


def _held_up(calls: Sequence[InsideCall]) -> Cause | None:
    found = inside.dominating(calls)
    if found is None:
        return None
    return Cause(name=found[0], share=found[1], text=inside.bound_in_words(calls))


def _of_python_objects(record: BreakdownRecord, breakdown: Breakdown | None) -> Cause | None:
    """Whether most array code runs the interpreter for each element."""
    shares = [share for name, share in record.escaped.items() if _OF_OBJECTS.search(name)]
    if not time_breakdown.is_lost(record) or sum(shares) < _MOST:
        return None
    share = _share(breakdown, INTERPRETER)
    text = "array of Python objects: each element is computed by the interpreter"
    return Cause(name=OBJECTS, share=share, text=f"{text}, {units.percent(share)} of the time")


def _fresh_memory(record: BreakdownRecord, breakdown: Breakdown | None) -> Cause | None:
    share = _share(breakdown, MEMORY)
    if share < _MUCH or not _is_largest(share, breakdown, but=MEMORY):
        return None
    weights = record.native.weights if record.native else ()
    entries = [
        (each.library == _KERNEL, each.samples) for each in weights if each.entry == MEMORY
    ]
    faults = sum(number for of_kernel, number in entries if of_kernel)
    of_time = f"{units.percent(share)} of the time"
    if record.minor_faults and faults >= sum(number for _, number in entries) / 2:
        pages = units.count(record.minor_faults)
        text = f"page faults, {of_time}: every call touches fresh memory ({pages} faults)"
    else:
        text = f"allocating and freeing memory, {of_time}"
    return Cause(name=FRESH, share=share, text=text)


def _system(record: BreakdownRecord, breakdown: Breakdown | None) -> Cause | None:
    """The kernel at work that is no page fault, where its symbols tell the two apart."""
    samples = record.native
    if samples is None or not samples.kernel_symbols or samples.samples < _FEW_SAMPLES:
        return None
    share = samples.share("kernel") * (1 - samples.slept_share)
    if share < _MUCH or not _is_largest(share, breakdown):
        return None
    text = f"system calls, {units.percent(share)} of the time: the kernel works for it"
    return Cause(name=SYSTEM, share=share, text=text)


def _interpreter(
    explained: FunctionRecord, breakdown: Breakdown | None, placement: roofline.Placement
) -> Cause | None:
    record = explained.breakdown_record
    bytecode, dispatch = _share(breakdown, INTERPRETER), _share(breakdown, DISPATCH)
    lost = time_breakdown.is_lost(record)
    if placement.bound != OVERHEAD and not (lost and bytecode + dispatch >= _MOST):
        return None
    does = interpreter.in_words(record)
    if dispatch < _CALLS_MATTER * (bytecode + dispatch):
        text = f"interpreter-bound, {units.percent(bytecode)} of the time"
        text = _joined(f"{text}: {does}" if does else text, _below(explained))
        return Cause(name=INTERPRETER, share=bytecode, text=text)
    share = min(1.0, bytecode + dispatch)
    reached = share if lost else placement.of_attainable
    text = roofline.in_words(OVERHEAD, "", reached)
    most = _called_most(record)
    if most is not None:
        text += f" ({units.count(most.calls)} × {_named(most)})"
    below = _below(explained)
    if most is None and not below:
        below = layers.below_numpy_in_words(explained.layers)
    return Cause(name=OVERHEAD, share=share, text=_joined(text, below))


def _named(operation: OperationTime) -> str:
    """'np.sum', 'add of a NumPy number' for 'scalar.add', 'x[…]' for 'getitem'."""
    if operation.via or not operation.name.startswith(_OF_NUMBERS):
        return operation.via or _PARTS.get(operation.name, operation.name)
    return f"{operation.name.removeprefix(_OF_NUMBERS)} of a NumPy number"


def _called_most(record: BreakdownRecord) -> OperationTime | None:
    """The operation whose calls cost at least half of what entering all calls costs."""
    total = time_breakdown.dispatch_s(record)
    most = max(record.operations, key=lambda o: o.calls * o.fixed_s, default=None)
    if most is None or most.calls * most.fixed_s < _MOST * total or total <= 0:
        return None
    return most if most.calls > 1 else None


def _of_package(explained: FunctionRecord, placement: roofline.Placement) -> Cause | None:
    """A package's code, where neither the interpreter nor a roof explains the time."""
    lost = time_breakdown.is_lost(explained.breakdown_record)
    found = layers.largest_package(explained.layers)
    if found is None or not (lost or placement.bound in ("", roofline.WORK)):
        return None
    name, share = found
    text = f"{layers.code_of(name)}, {units.percent(share)} of the time"
    below = layers.below_in_words(explained.layers)
    return Cause(name=PACKAGE, share=share, text=_joined(text, below))


def _below_a_package(explained: FunctionRecord) -> Cause | None:
    """A package's function that calls compiled code of others, where nothing was counted."""
    record = explained.layers
    found = layers.outermost(record) or layers.outermost(record, but=(USER,))
    if found is None or not time_breakdown.is_lost(explained.breakdown_record):
        return None
    text = f"{layers.share_below(*found)}: {layers.in_words(record)}"
    return Cause(name=PACKAGE, share=found[1], text=text)


def _of_library(explained: FunctionRecord) -> Cause | None:
    """A library that is neither a package nor the interpreter: libcrypto, libz, libsqlite3."""
    found = layers.largest_package(explained.layers)
    file = _LIBRARY.match(found[0]) if found else None
    if found is None or file is None:
        return None
    text = f"the code of {file[1]}, {units.percent(found[1])} of the time"
    return Cause(name=PACKAGE, share=found[1], text=text)


def _below(explained: FunctionRecord) -> str:
    """Which function of the user's is called back, else which one of others is called."""
    back = callbacks.called_back(explained)
    if back is not None:
        return callbacks.in_words(back, units.count(back.times))
    package = layers.largest_package(explained.layers)
    whose = f"{units.percent(package[1])} in {layers.code_of(package[0])}" if package else ""
    return layers.below_in_words(explained.layers) or whose


def _joined(*parts: str) -> str:
    """Those that say something."""
    return "; ".join(filter(None, parts))


def _by_roof(
    record: BreakdownRecord,
    breakdown: Breakdown | None,
    placement: roofline.Placement,
    calls: Sequence[InsideCall],
) -> Cause:
    if time_breakdown.is_lost(record):
        return Cause(name=UNCOUNTED, share=0.0, text="")
    if placement.bound == roofline.WORK and breakdown is not None:
        return _inner_loops(record, breakdown, calls)
    share = min(1.0, max(0.0, placement.of_attainable))
    text = roofline.in_words(placement.bound, placement.level, placement.of_attainable)
    return Cause(name=placement.bound, share=share, text=text)


def _inner_loops(
    record: BreakdownRecord, breakdown: Breakdown, calls: Sequence[InsideCall]
) -> Cause:
    """The work that no roof explains, by the operation that does most of it."""
    share = min(1.0, time_breakdown.work(breakdown))
    most, part = _works_most(record)
    if most is not None:
        share *= part
    loops = f"the inner loops of {_named(most)}" if most else "its inner loops"
    text = f"bound by {loops}, {units.percent(share)} of the time{_instructions(calls)}"
    return Cause(name=roofline.WORK, share=share, text=text)


def vector_operation(this: Cause, record: BreakdownRecord, calls: Sequence[InsideCall]) -> str:
    """'np.sort computes, in AVX-512 instructions' where that is next to all; else empty."""
    most, _ = _works_most(record)
    if most is None or this.name != roofline.WORK or this.share < _NEXT_TO_ALL:
        return ""
    used = _instructions(calls)
    well = used or most.kind in _WELL_COMPILED or most.name in _ONE_PASS
    # An operation that goes element by element through indices has a faster form elsewhere.
    return f"{_named(most)} computes{used}" if well and most.name not in _BY_INDEX else ""


def _instructions(calls: Sequence[InsideCall]) -> str:
    """', in AVX-512 instructions' where the call that takes most is known to use them."""
    used = (
        each.facts.simd
        for each in calls
        if each.share >= _MOST and each.facts.kind in _VECTOR_KINDS
    )
    simd = next(used, "")
    return f", in {simd} instructions" if simd and simd[-1].isalnum() else ""


def _works_most(record: BreakdownRecord) -> tuple[OperationTime | None, float]:
    """The operation that does at least half of the work, and its part; None: no one does."""
    whole_s = sum(_work_s(each) for each in record.operations)
    left_s = record.plain_s - sum(each.calls * each.call_s for each in record.operations)
    unknown = {_named(each): each for each in record.operations if not each.replayed}
    if unknown and left_s > _MOST * record.plain_s:
        # What could not be replayed takes the rest: of several nobody knows which.
        only = next(iter(unknown.values())) if len(unknown) == 1 else None
        return only, float(only is not None)
    most = max(record.operations, key=_work_s, default=None)
    if most is None or whole_s <= 0 or _work_s(most) < _MOST * whole_s:
        return None, 0.0
    return most, _work_s(most) / whole_s


def _work_s(operation: OperationTime) -> float:
    return operation.calls * max(0.0, operation.call_s - operation.fixed_s)


def in_words(found: Cause, record: BreakdownRecord) -> str:
    """The cause; with what escaped the count where that is much."""
    if not time_breakdown.is_lost(record):
        return found.text
    return _joined(found.text, time_breakdown.coverage_in_words(record))
