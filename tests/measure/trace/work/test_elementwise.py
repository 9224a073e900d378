"""Work of ufuncs and of single numbers."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace.work.call import OperationWork
from profiler_suite.measure.trace.work.elementwise import (
    counted_reduction_work,
    scalar_work,
    ufunc_work,
)
from tests.measure.trace.operations import call

X = np.arange(12.0).reshape(3, 4)
Z = X + 1j


def work(*arguments: Any, **fields: Any) -> OperationWork:
    found = ufunc_work(call(*arguments, **fields))
    assert found is not None
    return found


def test_one_operation_for_each_element_of_the_result() -> None:
    assert work(X, 1.0, result=X) == (12.0, 96, 96)
    assert work(X[:, :1], X[:1], result=X) == (12.0, 24 + 32, 96)
    assert work(Z, Z.copy(), result=Z, name="np.multiply") == (72.0, 384, 192)
    assert work(np.zeros((0, 3)), 1.0, result=np.zeros((0, 3))) == (0.0, 0, 0)


def test_truth_and_text_take_no_floating_point_operations() -> None:
    truth = X > 3
    assert work(truth, truth, result=truth, name="np.logical_and").flop == 0
    text = X.astype("U4")
    assert work(text, text, result=truth, name="np.char_compare").flop == 0


def test_a_ufunc_without_a_convention_has_no_work() -> None:
    assert ufunc_work(call(X, result=X, name="ufunc mine")) is None
    assert ufunc_work(call(X, result=X, name="np.no_such_ufunc")) is None


@pytest.mark.parametrize(
    ("axis", "steps"), [(0, 8), (1, 9), ((0, 1), 11)], ids=["rows", "columns", "all"]
)
def test_a_sum_takes_one_step_less_than_elements(axis: Any, steps: int) -> None:
    result = np.asarray(X.sum(axis=axis))
    found = work(X, result=result, name="np.add.reduce", axis=axis)
    assert found == (float(steps), 96, result.nbytes)
    more = work(X, result=result, name="np.add.reduce", axis=axis, initial=1.0)
    assert more.flop == steps + result.size


def test_masks_reduce_what_is_done_and_moved() -> None:
    mask = X > 8
    found = work(
        X, result=np.asarray(0.0), name="np.add.reduce", where=mask, facts={"selected": 3}
    )
    assert found.flop == 2
    assert found.bytes_read == 3 * 8 + 12
    masked = work(X, 1.0, result=X, where=mask, facts={"selected": 3})
    assert masked == (3.0, 3 * 8 + 12, 24)
    none = work(
        X, result=np.asarray(0.0), name="np.add.reduce", where=mask, facts={"selected": 0}
    )
    assert none.flop == 0


def test_running_sums_parts_and_places() -> None:
    assert work(X, result=X, name="np.add.accumulate").flop == 8
    assert work(X, result=X, name="np.add.accumulate", axis=1).flop == 9
    assert work(X, [0, 2], result=X, name="np.add.reduceat", facts={"steps": 4}).flop == 4
    index = np.array([0, 0, 1])
    found = work(X, index, 1.0, result=X, name="np.add.at", facts={"elements": 12})
    assert found == (12.0, 96 + 24, 96)
    one = work(X, index, 1.0, result=X, name="np.add.at", facts={"elements": 2})
    assert one.bytes_written == 16


@pytest.mark.parametrize(
    ("name", "operands", "flop"),
    [
        ("scalar.add", (1.0, 2.0), 1.0),
        ("scalar.mul", (1j, 2.0), 6.0),
        ("scalar.lt", (1.0, 2.0), 1.0),
        ("math.no_such", (1.0,), 0.0),
    ],
)
def test_single_numbers_move_no_bytes(
    name: str, operands: tuple[Any, ...], flop: float
) -> None:
    assert scalar_work(call(*operands, name=name)) == (flop, 0, 0)


def test_functions_of_the_math_module_count_as_the_ufuncs_do() -> None:
    for name, ufunc in (("asin", "arcsin"), ("pow", "power"), ("sqrt", "sqrt")):
        operands = (X, X) if name == "pow" else (X,)
        single = scalar_work(call(*[2.0] * len(operands), name=f"math.{name}"))
        assert single is not None
        assert single.flop * X.size == work(*operands, result=X, name=f"np.{ufunc}").flop


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 3), (1, 3), (3, 1), (4, 0), (9, 0), (-1, 2), (-3, 0)]
)
def test_a_trace_adds_up_its_diagonal(offset: int, length: int) -> None:
    found = counted_reduction_work(
        call(X, result=np.asarray(0.0), name="ndarray.trace", offset=offset)
    )
    assert X.diagonal(offset).size == length
    assert found.flop == max(length - 1, 0)
    assert found.bytes_read == 8 * length


def test_the_largest_of_numbers_takes_comparisons() -> None:
    found = counted_reduction_work(call(X, result=X[0], name="ndarray.argmax"))
    assert found.flop == 8
    text = X.astype("U4")
    assert counted_reduction_work(call(text, result=X[0], name="ndarray.argmax")).flop == 0
