"""One call over all operands stacked does the work of many."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain import batches
from profiler_suite.measure.explain.batches import sides
from profiler_suite.measure.explain.substitution import UntriableError
from profiler_suite.measure.trace import trace
from profiler_suite.model.trace import Operation

X = np.arange(12.0).reshape(3, 4)
V = np.arange(4.0)


def repeated(function: Callable[[], Any], name: str, times: int = 20) -> Operation:
    _, counts = trace(lambda: [function() for _ in range(times)])
    (found,) = [each for each in counts.operations if each.name == name]
    return found


@pytest.mark.parametrize(
    ("function", "name", "shape"),
    [
        (lambda: V + 1.0, "np.add", (20, 4)),
        (lambda: X * V, "np.multiply", (20, 3, 4)),
        (lambda: V.sum(), "np.add.reduce", (20,)),
        (lambda: X @ V, "np.matmul", (3, 20)),
        (lambda: V @ V, "np.matmul", (20,)),
        (lambda: V * V, "np.multiply", (20, 4)),
        (lambda: X @ X.T, "np.matmul", (20, 3, 3)),
        (lambda: V[0] * V[1], "scalar.mul", (20,)),
    ],
)
def test_the_call_for_many_gives_one_result_for_each(
    function: Callable[[], Any], name: str, shape: tuple[int, ...]
) -> None:
    single, many, scale = sides(repeated(function, name), iterations=1)
    call, arguments = many
    assert np.shape(call(*arguments)) == shape
    assert scale == 1.0
    one, given = single
    assert np.shape(one(*given)) != shape


def test_iterations_of_a_loop_that_stays_are_taken_apart() -> None:
    _, (call, arguments), scale = sides(repeated(lambda: V + 1.0, "np.add"), iterations=5)
    assert call(*arguments).shape == (4, 4)
    assert scale == 5.0


def test_a_batch_larger_than_memory_allows_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_MOST_BATCH_BYTES", 5 * V.nbytes)
    _, (_, arguments), scale = sides(repeated(lambda: V + 1.0, "np.add"), iterations=1)
    assert arguments[0].nbytes <= 5 * V.nbytes
    assert scale == 4.0


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda: np.sort(V), "ndarray.sort"),
        (lambda: X.sum(axis=0), "np.add.reduce"),
        (lambda: np.add(V, V, where=V > 1, out=np.zeros(4)), "np.add"),
    ],
)
def test_what_has_no_form_for_many_cannot_be_tried(
    function: Callable[[], Any], name: str
) -> None:
    with pytest.raises(UntriableError, match="no form that takes many"):
        sides(repeated(function, name), iterations=1)
