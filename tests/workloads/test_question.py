"""Both sides of the founding question can be called with their own arguments."""

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.workloads import question, registry


def test_the_question_has_two_sides_of_different_workloads() -> None:
    left, right = (question.side(name) for name in question.experiment().pair)
    assert left[1].workload != right[1].workload
    assert left[2].flop > 0
    assert right[2].flop > 0


def test_each_side_runs_on_the_arguments_of_its_setup() -> None:
    loop, product = question.experiment().pair
    image, filters, stride = question.loop_arguments()
    answer = registry.find_implementation(loop).function(image, filters, stride)
    assert answer.shape[2] == len(filters)
    assert np.isfinite(
        registry.find_implementation(product).function(*question.product_arguments())
    ).all()


def test_the_alternative_computes_what_the_loop_computes() -> None:
    given = question.loop_arguments()
    found = [
        registry.find_implementation(name).function(*given)
        for name in (question.experiment().pair[0], question.ALTERNATIVE)
    ]
    np.testing.assert_allclose(found[0], found[1])


def test_arguments_are_the_same_each_time() -> None:
    for one, other in zip(question.loop_arguments(), question.loop_arguments(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", [*question.experiment().pair, question.ALTERNATIVE])
def test_function_and_setup_are_named_as_explain_takes_them(name: str) -> None:
    module, _, function = question.target(name).partition(":")
    assert module.startswith("profiler_suite.workloads.")
    assert function == name
    setup = question.setup(name).partition(":")[2]
    assert callable(getattr(question, setup))
    workload = question.side(name)[1].workload
    assert (setup == "loop_arguments") == (workload == question.side("loop")[1].workload)


def test_an_implementation_that_is_not_known_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="im2col_gemm"):
        question.side("im2col_gem")
