"""The cause that a reader is told first is the one that takes most of the time."""

from typing import Any

import msgspec
import pytest

from profiler_suite.analysis import roofline, time_breakdown
from profiler_suite.analysis.explain import cause, inside
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.cause import Cause, main_cause
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.measure.native.layers import COMPILED, NUMPY_PYTHON
from profiler_suite.model.layers import CalleeSamples, LayerRecord, LayerSamples
from profiler_suite.model.native import NativeSamples, NativeWeight
from profiler_suite.model.rows import OperationTime
from profiler_suite.model.threads import CALLING, GIL, LOCK, ThreadsRecord, ThreadTime
from tests.analysis.explain.test_inside import facts
from tests.analysis.test_time_breakdown import PRICED, operation, samples
from tests.stored_explanation import stored_explanation


def placed(bound: str, reached: float = 0.5) -> roofline.Placement:
    return roofline.Placement(
        bound=bound,
        level="L2",
        attainable_flop_per_s=1.0,
        overhead_flop_per_s=1.0,
        of_attainable=reached,
        above_roof=False,
    )


def function(native: NativeSamples | None = None, **fields: Any) -> FunctionRecord:
    """A function of 1 ms without page faults; nothing but its samples is known of it."""
    kept = stored_explanation().explained
    record = msgspec.structs.replace(
        kept.breakdown_record,
        **{
            "plain_s": 1e-3,
            "plain_spread_s": 0.0,
            "minor_faults": 0.0,
            "operations": (),
            "coverage": 1.0,
            "coverage_samples": 100,
            "escaped": {},
            "uncovered": {},
            "native": native,
            **fields,
        },
    )
    return msgspec.structs.replace(kept, breakdown_record=record, layers=None, by_thread=None)


def found(explained: FunctionRecord, bound: str = "", *calls: Any) -> Cause:
    broken_down = time_breakdown.breakdown(explained.breakdown_record, PRICED)
    return main_cause(explained, broken_down, placed(bound), calls)


def weighted(*weights: tuple[str, str, str, int], slept: float = 0.0) -> NativeSamples:
    total = sum(each[3] for each in weights)
    return msgspec.structs.replace(
        samples(interpreter=total),
        weights=tuple(
            NativeWeight(entry=entry, library=library, symbol=symbol, samples=number)
            for entry, library, symbol, number in weights
        ),
        slept_s=slept,
    )


def test_waiting_is_named_with_what_it_is_for() -> None:
    asleep = msgspec.structs.replace(samples(interpreter=100), slept_s=0.8)
    waits = ThreadTime(name=CALLING, running={}, waiting={LOCK: 0.8})
    worker = ThreadTime(name="Thread (f) 1", running={"interpreter": 0.4}, waiting={GIL: 0.6})
    explained = msgspec.structs.replace(
        function(asleep), by_thread=ThreadsRecord(samples=99, threads=(waits, worker))
    )
    named = found(explained, "memory")
    assert named.name == "waiting"
    assert named.share == pytest.approx(0.8)
    assert named.text == (
        "it waits for a lock, 80 % of the time; its other threads: waiting for the interpreter "
        "lock (GIL) 60 %, interpreter 40 %"
    )


@pytest.mark.parametrize(
    ("slept", "name", "said"),
    [
        (0.41, "memory", "memory-bound (L2), 50 % of that roof; it waits, 41 % of the time"),
        (0.6, "waiting", "it waits, 60 % of the time"),
        (0.1, "memory", "memory-bound (L2), 50 % of that roof"),
    ],
)
def test_waiting_that_is_not_the_largest_part_is_said_beside_it(
    slept: float, name: str, said: str
) -> None:
    asleep = msgspec.structs.replace(samples(ufunc=100), slept_s=slept)
    named = found(function(asleep), "memory")
    assert (named.name, named.text) == (name, said)


def test_waiting_is_the_cause_where_nothing_takes_more() -> None:
    asleep = msgspec.structs.replace(samples(ufunc=50, interpreter=50), slept_s=0.4)
    assert found(function(asleep), "memory").name == "waiting"


def test_a_thread_that_spins_waits_for_others() -> None:
    spins = samples(blas=30, waiting=70)
    assert found(function(spins), "compute").text == (
        "it waits for other threads, 70 % of the time"
    )


def test_calls_that_are_held_up_come_before_roofs() -> None:
    gather = stored_calls({"cached": 1e-4})
    named = found(function(samples(copy=100)), "memory", *gather)
    assert (named.name, named.text) == ("latency", "latency-bound, 90 % of the time")


def stored_calls(changes: dict[str, float]) -> tuple[Any, ...]:
    scattered = {"loads": 1e4, "jumps": 1.0, "target_bytes": 1e8, "chain_s": 1e-7}
    looked = facts(changes, kind="index", calls=1, **scattered)
    return inside.inside_calls([looked], 1e-3, None)


@pytest.mark.parametrize(
    "escaped",
    [
        {"add on Python objects": 0.7, "multiply on Python objects": 0.2},
        {"add on Python objects": 0.3, "clear_object_strided_loop (NumPy)": 0.3},
    ],
    ids=["computed", "freed, too"],
)
def test_python_objects_are_named_though_their_work_is_not_counted(
    escaped: dict[str, float],
) -> None:
    explained = function(samples(interpreter=80, ufunc=20), coverage=0.1, escaped=escaped)
    named = found(explained)
    assert named.name == cause.OBJECTS
    assert named.text.startswith("array of Python objects: ")
    record = explained.breakdown_record
    assert "; 10 % of the time in array code counted" in cause.in_words(named, record)


def test_page_faults_and_the_heap_are_told_apart() -> None:
    faults = weighted(("memory", "[kernel]", "clear_page_erms", 70), ("copy", "u", "c", 30))
    named = found(function(faults, untraced="why", minor_faults=500.0), "memory")
    assert named.name == cause.FRESH
    assert named.text == (
        "page faults, 70 % of the time: every call touches fresh memory (500 faults)"
    )
    heap = weighted(("memory", "libc.so.6", "malloc", 70), ("copy", "u", "c", 30))
    named = found(function(heap, untraced="why"), "memory")
    assert named.text == "allocating and freeing memory, 70 % of the time"


def test_work_of_the_kernel_is_no_bytecode() -> None:
    reads = weighted(("kernel", "[kernel]", "vfs_read", 60), ("interpreter", "p", "x", 40))
    assert found(function(reads), "overhead").name == cause.SYSTEM
    hidden = msgspec.structs.replace(reads, kernel_symbols=False)
    assert found(function(hidden), "overhead").name == "interpreter"


def test_what_the_interpreter_does_is_said() -> None:
    python = weighted(
        ("interpreter", "libpython3.11.so.1.0", "gc_collect_main", 90),
        ("interpreter", "libpython3.11.so.1.0", "_PyEval_EvalFrameDefault", 10),
    )
    named = found(function(python), "overhead")
    assert named.name == "interpreter"
    assert named.text == "interpreter-bound, 100 % of the time: garbage collection 90 %"


def test_the_function_of_a_package_that_is_called_is_said() -> None:
    below = CalleeSamples(
        function="solve",
        file="/v/lib/python3.13/site-packages/scipy/linalg/_basic.py",
        line=1,
        layer="SciPy",
        own=10,
        total=95,
        below_file="a.py",
        below_line=1,
    )
    whose = LayerRecord(
        samples=100, layers=(LayerSamples(layer="SciPy", samples=100),), callees=(below,)
    )
    explained = msgspec.structs.replace(function(samples(interpreter=100)), layers=whose)
    assert found(explained, "overhead").text == (
        "interpreter-bound, 100 % of the time; 95 % below solve (scipy/linalg/_basic.py)"
    )
    compiled = function(samples(extension=100), coverage=0.1, escaped={"compiled code": 0.9})
    named = found(msgspec.structs.replace(compiled, layers=whose))
    assert named.name == cause.PACKAGE
    assert named.text.startswith("the code of SciPy, 100 % of the time; 95 % below solve")
    both = (
        LayerSamples(layer="NumPy's compiled code", samples=60),
        LayerSamples(layer="SciPy", samples=40),
    )
    whose = msgspec.structs.replace(whose, layers=both)
    shared = found(msgspec.structs.replace(compiled, layers=whose))
    assert (shared.name, shared.share) == (cause.PACKAGE, 0.95)
    assert shared.text == (
        "95 % below solve (scipy/linalg/_basic.py): NumPy's compiled code 60 %, SciPy 40 %"
    )
    masked = msgspec.structs.replace(
        below, function="mean", file="/v/site-packages/numpy/ma/core.py", layer=NUMPY_PYTHON
    )
    whose = msgspec.structs.replace(whose, callees=(masked,))
    text = found(msgspec.structs.replace(compiled, layers=whose)).text
    assert text.startswith("95 % below mean (numpy/ma/core.py): NumPy's compiled code 60 %")


def code_of(layer: str, entry: str) -> FunctionRecord:
    whose = LayerRecord(
        samples=100, layers=(LayerSamples(layer=layer, samples=90),), callees=()
    )
    return msgspec.structs.replace(function(samples(**{entry: 100})), layers=whose)


def test_a_library_at_work_is_no_bytecode() -> None:
    named = found(code_of("libcrypto.so.3", "unknown"), "overhead")
    assert named.name == cause.PACKAGE
    assert named.share == pytest.approx(0.9)
    assert named.text == "the code of libcrypto, 90 % of the time"
    jitted = found(code_of(COMPILED, "unknown"), roofline.WORK)
    assert jitted.text == "code made at run time, 90 % of the time"
    pandas = found(code_of("pandas", "interpreter"), "overhead")
    assert pandas.text == "interpreter-bound, 100 % of the time; 90 % in the code of pandas"


def test_calls_are_named_where_they_cost_more_than_bytecode() -> None:
    calls = (operation("ufunc", 200, 4e-6, 4e-6), operation("copy", 10, 1e-6, 1e-6))
    explained = function(samples(interpreter=20, dispatch=80), operations=calls)
    named = found(explained, "overhead")
    assert named.name == cause.OVERHEAD
    assert named.text == "bound by per-call cost, 50 % of the time (200 × ufunc)"


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("fft", "np.fft.rfft", "np.fft.rfft computes"),
        ("other", "np.bincount", "np.bincount computes"),
        ("ufunc", "np.power", ""),
        ("ufunc", "np.add.at", ""),
    ],
)
def test_what_is_compiled_well_is_near_its_limit_without_vectors(
    kind: str, name: str, said: str
) -> None:
    one = msgspec.structs.replace(operation(kind, 1, 980e-6, 0.0), name=name, kind=kind)
    record = function(operations=(one,)).breakdown_record
    takes_all = cause.Cause(name=roofline.WORK, share=0.98, text="")
    assert cause.vector_operation(takes_all, record, ()) == said
    takes_half = msgspec.structs.replace(takes_all, share=0.5)
    assert cause.vector_operation(takes_half, record, ()) == ""


def test_arithmetic_of_single_numbers_is_named_so() -> None:
    calls = (msgspec.structs.replace(operation("scalar", 200, 4e-6, 4e-6), name="scalar.add"),)
    explained = function(samples(interpreter=20, dispatch=80), operations=calls)
    assert found(explained, "overhead").text.endswith("(200 × add of a NumPy number)")


def slow(name: str, calls: int, call_s: float) -> OperationTime:
    made: OperationTime = operation("ufunc", calls, call_s, 0.0)
    return msgspec.structs.replace(made, name=name)


def test_slow_inner_loops_are_named_by_their_operation() -> None:
    work = (slow("np.power", 10, 90e-6), slow("np.add", 10, 5e-6))
    explained = function(samples(ufunc=100), operations=work)
    named = found(explained, roofline.WORK)
    assert named.text == "bound by the inner loops of np.power, 90 % of the time"
    call = inside.judged(facts(), 2e-4, None)
    with_vectors = found(explained, roofline.WORK, call)
    assert with_vectors.text == f"{named.text}, in AVX2 instructions"
    baseline = inside.judged(facts(simd="AVX2 (baseline)"), 2e-4, None)
    assert found(explained, roofline.WORK, baseline).text == named.text
    unknown = msgspec.structs.replace(slow("np.equal", 2, 0.0), replayed=False)
    texts = function(samples(ufunc=100), operations=(slow("np.sum", 1, 30e-6), unknown))
    assert found(texts, roofline.WORK).text.startswith("bound by the inner loops of np.equal, ")
    other = msgspec.structs.replace(slow("np.less", 2, 0.0), replayed=False)
    either = msgspec.structs.replace(
        texts, breakdown_record=function(operations=(unknown, other)).breakdown_record
    )
    assert "inner loops of np." not in found(either, roofline.WORK).text
    masked = function(samples(copy=100), operations=(slow("getitem", 1, 900e-6),))
    assert "inner loops of x[…], " in found(masked, roofline.WORK).text
    even = (slow("np.power", 10, 30e-6), slow("np.add", 10, 30e-6), slow("np.exp", 10, 30e-6))
    explained = function(samples(ufunc=100), operations=even)
    assert found(explained, roofline.WORK).text.startswith("bound by its inner loops")


def test_nothing_measured_is_nothing_known() -> None:
    named = found(function(untraced="why", coverage=0.0))
    assert (named.name, named.text) == ("", "no roof known")


def test_shares_are_parts_of_a_whole() -> None:
    for each in (found(function(samples(ufunc=100)), "memory"), stored_explanation().cause):
        assert 0 <= each.share <= 1


def advised(rule: str, family: str, low: float, **fields: Any) -> Advice:
    return Advice(
        kind=rule,
        family=family,
        title="line 2: …",
        evidence="…",
        estimated_share=1.0,
        ratio=1.1 * low,
        low=low,
        high=1.2 * low,
        **{"measured_on": "function", **fields},
    )


MEASURED = Cause(name="work", share=0.9, text="bound by the inner loops of np.linalg.inv")


def test_a_slow_path_that_was_shown_is_named_before_what_was_measured() -> None:
    given = [advised("solve", "algorithm", 3.0), advised("power", "powers", 1.6)]
    said = cause.after_trials(MEASURED, given)
    assert said.text == f"a matrix inverted to be multiplied; {MEASURED.text}"
    assert (said.slow_path, said.name, said.share) == ("solve", "work", 0.9)


def test_what_is_called_for_each_of_many_is_named_though_nothing_was_faster() -> None:
    hint = advised("called_from_python", "not_for_arrays", 1.0, hint=True, measured_on="")
    said = cause.after_trials(MEASURED, [hint])
    assert said.text.startswith("a Python function called for each row, group, window")
    assert said.text.endswith(MEASURED.text)
    faster = advised("solve", "algorithm", 3.0)
    assert cause.after_trials(MEASURED, [hint, faster]).slow_path == "solve"
    little = msgspec.structs.replace(hint, estimated_share=0.3)
    assert cause.after_trials(MEASURED, [little]) == MEASURED


@pytest.mark.parametrize(
    "given",
    [
        [],
        [advised("solve", "algorithm", 1.2)],
        [advised("lifted_loop", "loops", 90.0)],  # any loop: how its time goes says more
        [advised("together", "", 4.0)],
        [advised("together", "hoisting", 4.0)],  # a second rewrite behind the best
        [advised("batch", "calls", 4.0, measured_on="operation")],
    ],
)
def test_what_spares_little_or_says_nothing_more_leaves_the_cause_as_it_is(
    given: list[Advice],
) -> None:
    assert cause.after_trials(MEASURED, given) == MEASURED


def test_of_a_hint_and_a_checked_rewrite_the_rewrite_names_the_slow_path() -> None:
    given = [
        advised("half_precision", "dtype", 9.0, hint=True),
        advised("solve", "algorithm", 2.0),
    ]
    assert cause.after_trials(MEASURED, given).slow_path == "solve"
