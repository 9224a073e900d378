"""An answer is right only with the right shape, dtype, values, and arguments left alone."""

import msgspec
import numpy as np
import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import dense, registry, verification
from profiler_suite.workloads.arrays import Array

pytestmark = pytest.mark.numerical
REFERENCE = np.array([[1.0, 2.0], [3.0, 4.0]])


def reason(answer: object, bound: float = 1e-12, dtype: str = "float64") -> str:
    return verification.check_answer(answer, REFERENCE, dtype, bound).reason


def test_an_equal_answer_is_right() -> None:
    found = verification.check_answer(REFERENCE.copy(), REFERENCE, "float64", 1e-12)
    assert found.right
    assert found.largest_error == 0.0
    assert found.error_bound == 1e-12


def test_an_error_within_the_bound_is_right_and_reported() -> None:
    found = verification.check_answer(REFERENCE + 1e-3, REFERENCE, "float64", 2e-3)
    assert found.right
    assert found.largest_error == pytest.approx(1e-3)


def test_an_error_beyond_the_bound_says_how_much_and_where() -> None:
    answer = REFERENCE.copy()
    answer[1, 0] += 0.5
    assert "by 0.5 at (1, 0); rounding explains at most 1e-12" in reason(answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "is of type NoneType, not an array"),
        (REFERENCE.ravel(), "has shape (4,), not (2, 2)"),
        (REFERENCE.astype(np.float32), "has dtype float32, not float64"),
        (np.where(REFERENCE > 3, np.nan, REFERENCE), "1 of 4 elements"),
        (np.full((2, 2), np.inf), "4 of 4 elements"),
    ],
)
def test_other_ways_to_be_wrong(answer: object, said: str) -> None:
    assert said in reason(answer)


def test_a_view_of_an_argument_is_not_an_answer() -> None:
    argument = REFERENCE.copy()
    found = verification.check_answer(argument[:], REFERENCE, "float64", 1.0, (argument,))
    assert "shares memory" in found.reason


def test_a_change_of_one_element_changes_the_fingerprint() -> None:
    arguments = (np.zeros(1000), 3)
    before = verification.fingerprint(arguments)
    assert verification.check_arguments(arguments, before) == ""
    arguments[0][999] = 1e-300
    assert "changed its arguments" in verification.check_arguments(arguments, before)


def test_the_fingerprint_sees_a_view_of_every_second_element() -> None:
    base = np.zeros(10)
    before = verification.fingerprint((base[::2],))
    base[1] = 1.0
    assert verification.check_arguments((base[::2],), before) == ""
    base[2] = 1.0
    assert verification.check_arguments((base[::2],), before)


def test_check_runs_an_implementation_and_finds_changed_arguments() -> None:
    problem = dense.problem(rows=3, columns=4)
    workload = registry.find_workload("dense")
    arguments = workload.arguments(problem, 0)
    reference = workload.reference(problem, arguments)
    honest = registry.find_implementation("dot")
    assert verification.check(honest, problem, arguments, reference).right

    def spoils(matrix: Array, right: Array) -> Array:
        answer: Array = matrix @ right
        matrix *= 2
        return answer

    spoiler = Implementation(
        name="spoils", workload="dense", family="product", function=spoils, cost=honest.cost
    )
    found = verification.check(spoiler, problem, arguments, reference)
    assert "changed its arguments" in found.reason


def test_what_implementations_of_one_problem_share_is_found_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = dense.problem(rows=3, columns=4)
    workload = registry.find_workload("dense")
    arguments = workload.arguments(problem, 0)
    asked: list[str] = []

    def bound(problem: Problem, arguments: object, kind: str) -> float:
        asked.append(kind)
        return 1e-9

    counting = msgspec.structs.replace(workload, error_bound=bound)
    monkeypatch.setattr(registry, "find_workload", lambda name: counting)
    checks = verification.ProblemCheck(
        problem, arguments, workload.reference(problem, arguments)
    )
    honest = registry.find_implementation("dot")
    coarse = msgspec.structs.replace(honest, error="coarse")
    found = [checks.check(each) for each in (honest, honest, coarse)]
    assert all(each.right and each.error_bound == 1e-9 for each in found)
    assert asked == [honest.error, "coarse"]
