"""Stacks of a running function tell whose code runs, and what below the user's lines."""

import importlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, ndimage, optimize

from profiler_suite.measure.layers import stacks
from profiler_suite.measure.layers.requests import OWNED, StackCount, StackCounts
from profiler_suite.measure.native import layers
from profiler_suite.measure.reading import layout
from profiler_suite.model.layers import CalleeSamples, LayerRecord
from tests.interference import holds

UMATH = "/v/lib/python3.13/site-packages/numpy/_core/_multiarray_umath.so"
PYTHON = "/usr/bin/python3.13"


def code_of(text: str, file: str, name: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(text, file, "exec"), space)
    return space[name].__code__


MINE = code_of("def mine():\n    return theirs()\n", "/home/me/mine.py", "mine")
THEIRS = code_of(
    "def theirs():\n    return 1\n",
    "/v/lib/python3.13/site-packages/sklearn/utils/validation.py",
    "theirs",
)
CODES = {1000: MINE, 2000: THEIRS}


def at(address: int, code: Any, line: int) -> tuple[int, int]:
    offset = next(start for start, _, number in code.co_lines() if number == line)
    return address, address + layout.code_offset() + offset


def summed(*found: StackCount) -> LayerRecord:
    names = {1: UMATH, 2: PYTHON}
    return stacks.summed(StackCounts(stacks=found), CODES, lambda address: names[address])


def test_the_innermost_owner_has_the_time_and_its_function_below_the_users_line() -> None:
    below, line = at(2000, THEIRS, 2), at(1000, MINE, 2)
    record = summed(
        StackCount(native=(2,), frames=(line,), waits=False, count=10),
        StackCount(native=(2,), frames=(below, line), waits=False, count=60),
        StackCount(native=(1,), frames=(below, line), waits=False, count=20),
        StackCount(native=(), frames=(below, line), waits=True, count=10),
    )
    assert record.samples == 100
    assert record.share(layers.USER) == 0.1
    assert record.share("scikit-learn") == 0.6
    assert record.share(layers.NUMPY_COMPILED) == 0.2
    assert record.share(stacks.WAITING) == 0.1
    (callee,) = record.callees
    assert (callee.function, callee.line, callee.below_line) == ("theirs", 2, 2)
    assert (callee.own, callee.total, callee.called) == (90, 90, 90)


def test_the_interpreters_functions_serve_the_code_that_calls_them() -> None:
    line = at(1000, MINE, 2)
    # An object is made on behalf of NumPy; then on behalf of the bytecode.
    record = summed(
        StackCount(native=(2, 1), frames=(line,), waits=False, count=30),
        StackCount(native=(2, 2), frames=(line,), waits=False, count=10),
    )
    assert record.share(layers.NUMPY_COMPILED) == 0.75
    assert record.share(layers.USER) == 0.25


def test_the_loop_that_calls_the_function_is_none_of_its_time() -> None:
    line = at(1000, MINE, 2)
    own = StackCount(native=(2, 2), frames=(line,), waits=False, count=80)
    around = StackCount(native=(2, 2), frames=(), waits=False, count=15)
    freeing = StackCount(native=(1,), frames=(), waits=False, count=20)
    record = summed(own, around, freeing)
    assert record.samples == 100
    assert record.share(layers.CPYTHON) == 0
    assert record.share(layers.NUMPY_COMPILED) == 0.2
    # Of a compiled function, such as sorted, there are no frames at all.
    assert summed(around, freeing).share(layers.CPYTHON) == pytest.approx(15 / 35)


def test_a_function_that_recurs_counts_once_per_stack() -> None:
    below, line = at(2000, THEIRS, 2), at(1000, MINE, 2)
    record = summed(StackCount(native=(2,), frames=(below, below, line), waits=False, count=5))
    assert record.callees[0].total == 5
    assert record.callees[0].called == 5


def test_what_the_users_line_calls_is_kept_however_many_have_time_of_their_own() -> None:
    """DataFrame.describe was not among the forty functions with most time of their own."""
    line, outer = at(1000, MINE, 2), at(2000, THEIRS, 2)
    codes = dict(CODES)
    found = []
    for n in range(60):
        name = f"inner{n}"
        codes[5000 + 1000 * n] = code_of(
            f"def {name}():\n    return 1\n", THEIRS.co_filename, name
        )
        inner = at(5000 + 1000 * n, codes[5000 + 1000 * n], 2)
        found.append(StackCount(native=(2,), frames=(inner, outer, line), waits=False, count=9))
    counts = StackCounts(stacks=tuple(found))
    record = stacks.summed(counts, codes, {2: PYTHON}.__getitem__)
    assert len(record.callees) < 60
    (theirs,) = [each for each in record.callees if each.function == "theirs"]
    assert (theirs.own, theirs.called) == (0, 540)


def test_code_without_a_file_has_its_makers_layer() -> None:
    line = at(1000, MINE, 2)
    made = code_of("def made():\n    return 1\n", "<string>", "made")
    counts = StackCounts(
        stacks=(
            StackCount(native=(2,), frames=(at(3000, made, 2), line), waits=False, count=4),
        )
    )
    names = {2: PYTHON}
    record = stacks.summed(
        counts, {**CODES, 3000: made}, names.__getitem__, {made: THEIRS.co_filename}
    )
    assert record.share("scikit-learn") == 1.0
    assert [(each.function, each.below_line) for each in record.callees] == [("made", 2)]


def test_spans_are_in_order_and_somebodys() -> None:
    found = stacks.spans()
    assert list(found) == sorted(found, key=lambda span: span.start)
    assert any(span.kind == OWNED for span in found)


def bytecode() -> int:
    total = 0
    for i in range(50_000):
        total += i & 3
    return total


def inner_loop() -> Any:
    return np.sqrt(NUMBERS)


def product() -> Any:
    return MATRIX @ MATRIX


def waiting() -> bool:
    return threading.Event().wait(0.02)


def serialising() -> str:
    return json.dumps(LISTS, indent=1)  # with indent, in Python


NUMBERS, MATRIX = np.ones(1_000_000), np.ones((400, 400))
LISTS = [list(range(20)) for _ in range(200)]


@pytest.mark.slow
@pytest.mark.measures
@pytest.mark.parametrize(
    ("function", "layer"),
    [
        (bytecode, layers.USER),
        (inner_loop, layers.NUMPY_COMPILED),
        (product, layers.BLAS),
        (waiting, stacks.WAITING),
        (serialising, layers.CPYTHON),
    ],
)
def test_functions_of_one_layer(function: Callable[[], Any], layer: str) -> None:
    function()
    record = stacks.sample_layers(function, tuple, 0.8)
    if record.reason:
        pytest.skip(record.reason)
    assert record.samples >= 20
    # Freeing what a call returned, and calling it, are the user's.
    assert record.share(layer) >= 0.8, record.layers


CHECKS = """
def check(values):
    for value in values:
        if not isinstance(value, float) or value != value or value in (1e308, -1e308):
            raise ValueError(value)
    return values
"""


@pytest.mark.slow
@pytest.mark.measures
def test_validation_in_a_library_is_the_librarys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "strict_library"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(CHECKS)
    monkeypatch.syspath_prepend(str(package.parent))
    strict = importlib.import_module("strict_library")
    values = [0.5] * 20_000

    def validated() -> float:
        return float(np.sum(strict.check(values)[:10]))

    record = stacks.sample_layers(validated, tuple, 0.8)
    if record.reason:
        pytest.skip(record.reason)
    assert record.share("strict_library") >= 0.8, record.layers
    assert record.callees[0].function == "check"
    assert record.callees[0].line in (3, 4)
    assert record.callees[0].below_file == __file__


def steps(value: Any) -> float:
    total = 0
    for step in range(300):
        total += step & 3
    return float(total)


def many_times(x: Any) -> float:
    return sum(steps(each) for each in range(100))


CALLERS: dict[str, Callable[[], Any]] = {
    "vectorize": lambda: np.vectorize(steps, otypes=[float])(MATRIX[0, :100]),
    "fromiter": lambda: np.fromiter(map(steps, range(100)), float),
    "apply_along_axis": lambda: np.apply_along_axis(steps, 1, MATRIX[:100]),
    "sorted": lambda: sorted(range(100), key=steps),
    "generic_filter": lambda: ndimage.generic_filter(MATRIX[:10, :10], steps, size=3),
    "quad": lambda: integrate.quad(steps, 0.0, 1.0),
    "minimize": lambda: optimize.minimize(many_times, np.zeros(2)),
}


@pytest.mark.slow
@pytest.mark.measures
@pytest.mark.parametrize("caller", CALLERS)
def test_a_callback_is_the_users_whoever_calls_it(caller: str) -> None:
    def wrong() -> str:
        record = stacks.sample_layers(CALLERS[caller], tuple, 0.8)
        if record.reason:
            pytest.skip(record.reason)
        return "" if record.share(layers.USER) >= 0.8 else f"{record.layers}"

    holds(wrong)


@pytest.mark.slow
@pytest.mark.measures
def test_what_a_callback_calls_is_not_the_users() -> None:
    def spread(window: Any) -> float:
        values = sorted(float(each) for each in window)
        return values[-1] - values[0]

    def filtered() -> Any:
        return ndimage.generic_filter(MATRIX[:40, :40], spread, size=5)

    record = stacks.sample_layers(filtered, tuple, 0.8)
    if record.reason:
        pytest.skip(record.reason)
    # The conversion of each element is NumPy's; the call and the order are the user's. How
    # these divide is the processor's.
    user, scipy = record.share(layers.USER), record.share("SciPy")
    assert scipy < user, record.layers
    assert record.share(layers.NUMPY_COMPILED) >= 0.1, record.layers
    assert scipy < 0.3


def test_functions_that_only_call_others_are_kept_by_all_of_their_time() -> None:
    def callee(name: str, own: int, total: int, called: int = 0) -> CalleeSamples:
        return CalleeSamples(
            function=name,
            file="frame.py",
            line=1,
            layer="pandas",
            own=own,
            total=total,
            below_file="mine.py",
            below_line=2,
            called=called,
        )

    costly = [callee(f"inner{n}", 10 + n, 10 + n) for n in range(stacks._MOST_CALLEES)]
    outer, first = callee("aggregate", 0, 900), callee("wrapper", 1, 950, called=950)
    small = [callee(f"small{n}", 0, n) for n in range(30)]
    kept = stacks._worth_keeping([*small, outer, first, *costly])
    assert {"aggregate", "wrapper"} <= {each.function for each in kept}
    assert len(kept) == stacks._MOST_CALLEES + 1 + stacks._MOST_CALLED
