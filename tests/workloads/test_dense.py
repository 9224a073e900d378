"""Dense products agree with a plain sum, exactly for integers; impossible ones are refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.errors import ProblemError
from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import dense, registry, verification

pytestmark = pytest.mark.numerical
DENSE = registry.find_workload("dense")
IMPLEMENTATIONS = [i for i in registry.implementations().values() if i.workload == "dense"]


def plain_sums(matrix: Any, right: Any) -> Any:
    """Every element as a sum of Python numbers."""
    columns = right.T.tolist() if right.ndim == 2 else [right.tolist()]
    sums = [
        [sum(a * x for a, x in zip(row, column, strict=True)) for column in columns]
        for row in matrix.tolist()
    ]
    return np.array(sums) if right.ndim == 2 else np.array(sums)[:, 0]


@settings(deadline=None, max_examples=60)
@given(
    rows=st.integers(1, 9),
    columns=st.integers(1, 20),
    batch=st.integers(1, 5),
    layout=st.sampled_from(["C", "F", "strided"]),
    seed=st.integers(0, 2**32 - 1),
)
@pytest.mark.parametrize("found", IMPLEMENTATIONS, ids=lambda found: found.name)
def test_implementations_agree_with_the_reference_and_a_plain_sum(
    found: Implementation, rows: int, columns: int, batch: int, layout: str, seed: int
) -> None:
    for dtype in found.dtypes:
        problem = dense.problem(
            rows=rows, columns=columns, batch=batch, dtype=dtype, layout=layout
        )
        arguments = DENSE.arguments(problem, seed)
        reference = DENSE.reference(problem, arguments)
        check = verification.check(found, problem, arguments, reference)
        assert check.right, check.reason
        naive = plain_sums(*arguments)
        assert np.abs(reference - naive).max() <= check.error_bound


def test_the_question_s_product_counts_its_operations() -> None:
    problem = dense.problem(rows=500, columns=3072)
    cost = registry.find_implementation("dot").cost(problem)
    assert cost.flop == 3_072_000
    assert cost.compulsory_bytes == 8 * (500 * 3072 + 3072 + 500)
    assert DENSE.label(problem) == "500x3072"
    assert registry.find_implementation("python_loop").refuse is not None


def test_a_product_by_a_matrix_says_so_in_its_label() -> None:
    assert DENSE.label(dense.problem(rows=64, columns=64, batch=64)) == "64x64-b64"


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_dropped_term_is_beyond_the_bound(dtype: str, batch: int) -> None:
    problem = dense.problem(rows=20, columns=3072, batch=batch, dtype=dtype)
    matrix, right = DENSE.arguments(problem, 1)
    reference = DENSE.reference(problem, (matrix, right))
    bound = DENSE.error_bound(problem, (matrix, right), "direct")
    short = matrix[:, :-1] @ right[:-1]
    assert not verification.check_answer(short, reference, dtype, bound).right


def test_float32_arithmetic_is_not_float64() -> None:
    problem = dense.problem(rows=20, columns=3072)
    matrix, right = DENSE.arguments(problem, 1)
    bound = DENSE.error_bound(problem, (matrix, right), "direct")
    coarse = (matrix.astype(np.float32) @ right.astype(np.float32)).astype(np.float64)
    reference = DENSE.reference(problem, (matrix, right))
    assert not verification.check_answer(coarse, reference, "float64", bound).right


def test_integers_must_be_exact() -> None:
    problem = dense.problem(rows=5, columns=7, dtype="int64")
    assert DENSE.error_bound(problem, DENSE.arguments(problem, 0), "direct") == 0.0


def test_python_loop_refuses_a_product_that_takes_seconds() -> None:
    refuse = registry.find_implementation("python_loop").refuse
    assert refuse is not None
    assert refuse(dense.problem(rows=500, columns=3072)) == ""
    assert "1,000,000,000 multiply-adds" in refuse(
        dense.problem(rows=1000, columns=1000, batch=1000)
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": 0}, "rows is 0"),
        ({"columns": -3}, "columns is -3"),
        ({"batch": float("nan")}, "batch is nan"),
        ({"rows": True}, "rows is True"),
        ({"rows": 2.0}, "rows is 2.0"),
        ({"dtype": "object"}, "dtype 'object' is not supported"),
        ({"layout": "K"}, "unknown layout 'K'"),
    ],
)
def test_impossible_products_end_in_one_clear_sentence(changes: Any, said: str) -> None:
    with pytest.raises(ProblemError, match=said) as caught:
        dense.problem(**({"rows": 4, "columns": 4} | changes))
    assert "\n" not in str(caught.value)
