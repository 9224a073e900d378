"""Each way: the same answer first, then both in turn; what stops it is said with its line."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways import measuring, numba_port
from profiler_suite.measure.explain.ways.installed import is_installed
from profiler_suite.measure.explain.ways.measuring import NOT_SINGLE, measure
from profiler_suite.measure.explain.ways.port import Port, UnportedError
from profiler_suite.measure.explain.ways.records import ProcessorTime, WayRecord
from profiler_suite.model.way import Way, WayKind
from tests.measure.explain.ways import kinds
from tests.measure.explain.ways.subjects import held

FLOAT32 = Way(kind=WayKind.FLOAT32)
NUMBA = Way(kind=WayKind.NUMBA)


def measured(name: str, way: Way) -> WayRecord:
    with held(getattr(kinds, name), *kinds.ARGUMENTS[name]) as subject:
        return measure(subject, way)


@pytest.mark.parametrize(
    "name",
    ["loop_sum", "chain", "product", "with_nan", "scales_in_place", "named_columns", "logs"],
)
def test_single_precision_is_timed_with_its_error(name: str) -> None:
    found = measured(name, FLOAT32)
    assert found.reason == ""
    assert 0 < found.largest_error <= found.bound < 1e-2
    assert len(found.visits.before) == len(found.visits.after) >= 2
    assert found.form == "cast before the call"
    assert (found.compile_s, found.resident.before) == (0.0, ())
    sizes = [each.elements for each in found.smaller]
    assert sizes == sorted(sizes, reverse=True)
    assert all(each < found.elements for each in sizes)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("of_objects", "none of its arguments is an array of float64"),
        ("draws", "none of its arguments is an array of float64"),
        ("counts_large", "its answer differs"),
    ],
)
def test_single_precision_that_cannot_be_or_answers_otherwise_is_not_timed(
    name: str, reason: str
) -> None:
    found = measured(name, FLOAT32)
    assert found.reason.startswith(reason)
    assert (found.visits.before, found.visits.after, found.smaller) == ((), (), ())


def upcasts(x: Any) -> Any:
    return x + np.linspace(0.0, 1.0, len(x))


def in_double_all_the_same(x: Any) -> Any:
    out = np.zeros(len(x))
    out[:] = np.sin(x)
    return out, float(out.mean()), {"largest": out.max()}


def test_an_answer_is_as_exact_as_what_it_is_made_from() -> None:
    with held(in_double_all_the_same, kinds.VECTOR) as subject:
        found = measure(subject, FLOAT32)
    assert found.reason == ""
    assert 1e-9 < found.largest_error <= found.bound
    assert found.notes == (NOT_SINGLE,)


def test_an_answer_that_is_double_all_the_same_is_said() -> None:
    with held(upcasts, np.ones(50)) as subject:
        assert NOT_SINGLE in measure(subject, FLOAT32).notes
    with held(np.negative, np.ones(50)) as subject:
        assert measure(subject, FLOAT32).notes == ()


def test_arguments_that_change_begin_as_they_were_on_both_sides() -> None:
    with held(kinds.scales_in_place, np.ones(100), 1.5) as subject:
        found = measure(subject, FLOAT32)
        assert found.reason == ""
        # Scaled anew each time it would overflow to infinity soon.
        assert len(found.visits.after) >= 2
        np.testing.assert_array_equal(subject.given.values[0], 1.0)


def test_another_number_of_threads_is_timed() -> None:
    found = measured("product", Way(kind=WayKind.THREADS, threads=2))
    assert found.reason == ""
    assert found.checked >= 1
    assert len(found.visits.before) == len(found.visits.after) >= 2


class Layer:
    def __init__(self) -> None:
        self.weights = np.eye(40)
        self.last: Any = None

    def forward(self, x: Any) -> Any:
        self.last = x @ self.weights
        return self.last


@pytest.mark.parametrize("way", [FLOAT32, Way(kind=WayKind.THREADS, threads=2)])
def test_a_method_is_compared_with_what_its_object_holds(way: Way) -> None:
    with held(Layer().forward, np.ones((30, 40))) as subject:
        assert measure(subject, way).reason == ""


def test_only_plain_functions_go_to_a_library() -> None:
    for kind in (WayKind.JAX, WayKind.TORCH):
        with held(Layer().forward, np.ones((30, 40))) as subject:
            assert "it is a method" in measure(subject, Way(kind=kind)).reason


def test_a_generator_is_not_timed() -> None:
    assert "a call alone computes nothing" in measured("generator", FLOAT32).reason


def test_without_another_core_there_is_no_other_number_of_threads() -> None:
    found = measured("product", Way(kind=WayKind.THREADS, threads=1))
    assert found.reason == "there is no other number: this process may use one core"


@pytest.mark.parametrize(("cores", "said"), [(1.0, 0), (1.2, 0), (1.9, 1)])
def test_more_cores_than_numpy_has_are_said(cores: float, said: int) -> None:
    time = ProcessorTime(ratio=1.0, cores_before=1.0, cores_after=cores)
    record = WayRecord(way=NUMBA, processor_time=time)
    assert len(list(measuring._more_cores(record, 1))) == said


class InexactError(ValueError):
    pass


def halves(function: Any) -> Port:
    """A library that carries arrays by doubling them, and is half as exact."""

    def there(arguments: Any) -> Any:
        return tuple(2 * each for each in arguments)

    return Port(
        function=lambda *own: function(*[each / 2 for each in own]),
        form="by halves",
        there=there,
        version="1.2",
        compiles=True,
        carries=True,
    )


def test_what_is_carried_is_timed_with_and_without_carrying(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(numba_port, "port", halves)
    found = measured("chain", NUMBA)
    assert (found.reason, found.form, found.version) == ("", "by halves", "1.2")
    assert found.resident.before
    assert found.resident.after
    assert found.compile_s >= 0
    assert found.processor_time is not None
    assert 0 < found.processor_time.cores_after < 3


def test_an_error_is_the_reason_with_the_functions_own_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(function: Any) -> Port:
        return Port(function=function, form="f", there=lambda own: (None,))

    monkeypatch.setattr(numba_port, "port", broken)
    found = measured("filtered", NUMBA)
    assert found.reason
    assert found.stopped_at is not None
    assert found.stopped_at.text.endswith("# SciPy's")
    assert found.stopped_at.file == kinds.__file__


def test_a_library_words_its_own_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: Any) -> Any:
        raise InexactError("too exact")

    def refusing(function: Any) -> Port:
        return Port(
            function=raises,
            form="f",
            failed=lambda error: (
                UnportedError("it is inexact") if isinstance(error, InexactError) else None
            ),
        )

    monkeypatch.setattr(numba_port, "port", refusing)
    assert measured("chain", NUMBA).reason == "it is inexact"


def test_a_wrong_answer_is_never_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(function: Any) -> Port:
        return Port(function=lambda *own: function(*own) + 1e-3, form="f")

    monkeypatch.setattr(numba_port, "port", wrong)
    found = measured("chain", NUMBA)
    assert found.reason == "its answer differs"
    assert found.largest_error > found.bound
    assert found.visits.before == ()


def test_a_person_who_stops_it_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(function: Any) -> Port:
        raise KeyboardInterrupt

    monkeypatch.setattr(numba_port, "port", stopped)
    with pytest.raises(KeyboardInterrupt):
        measured("chain", NUMBA)


# --------------------------------------------------------------- the libraries themselves

# name → the line that stops it, or what is wrong with its answer; '' where it runs.
RUNS = ""
OUTCOMES: dict[WayKind, dict[str, str]] = {
    WayKind.NUMBA: {
        "loop_sum": RUNS,
        "carried": RUNS,
        "chain": RUNS,
        "product": RUNS,
        "calls_helper": RUNS,
        "decides": RUNS,
        "scales_in_place": RUNS,
        "reductions": "a.mean(axis=0)",
        "filtered": "# SciPy's",
        "of_objects": "object",
        "generator": "a call alone computes nothing",
        "logs": "LOG.append",
        "draws": "default_rng",
    },
    WayKind.JAX: {
        "loop_sum": RUNS,
        "carried": RUNS,
        "chain": RUNS,
        "product": RUNS,
        "reductions": RUNS,
        "calls_helper": RUNS,
        "decides": RUNS,
        "with_nan": RUNS,
        "named_columns": RUNS,
        "array_api": RUNS,
        "scales_in_place": "changes its arguments",
        "filtered": "# SciPy's",
        "of_objects": "dtype object",
        "generator": "a call alone computes nothing",
        "draws": "default_rng",
    },
    WayKind.TORCH: {
        "loop_sum": RUNS,
        "carried": RUNS,
        "chain": RUNS,
        "product": RUNS,
        "reductions": RUNS,
        "calls_helper": RUNS,
        "decides": RUNS,
        "scales_in_place": RUNS,
        "named_columns": RUNS,
        "array_api": RUNS,
        "with_nan": "nanmax",
        "filtered": "# SciPy's",
        "of_objects": "dtype object",
        "generator": "a call alone computes nothing",
        "draws": "default_rng",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name", "stops"),
    [(kind, *each) for kind, names in OUTCOMES.items() for each in names.items()],
)
def test_functions_of_many_kinds_run_or_are_stopped_at_a_line(
    kind: WayKind, name: str, stops: str
) -> None:
    if not is_installed(kind):
        pytest.skip(f"{kind} is not installed")
    found = measured(name, Way(kind=kind))
    said = f"{found.reason} {found.stopped_at.text if found.stopped_at else ''}"
    assert stops in said if stops else found.reason == ""
    assert bool(found.visits.before) == (not stops)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [WayKind.JAX, WayKind.TORCH])
def test_an_accelerator_that_is_not_there_is_said(kind: WayKind) -> None:
    if not is_installed(kind):
        pytest.skip(f"{kind} is not installed")
    found = measured("chain", Way(kind=kind, device="cuda"))
    assert "finds no cuda here" in found.reason or found.visits.before
