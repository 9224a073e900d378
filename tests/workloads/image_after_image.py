"""Whether a prepared implementation is right for one image after another."""

from typing import Any

from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import Implementation
from profiler_suite.workloads import registry, verification
from profiler_suite.workloads.arrays import Array


def check_answers(
    found: Implementation, problem: Problem, first: tuple[Any, ...], second: tuple[Any, ...]
) -> list[Array]:
    """The answers for the image of `first`, that of `second` and the first again.

    It is prepared once, with `first`. All answers are checked when the last one is there: a
    later call must not have written into an earlier answer.
    """
    workload = registry.find_workload(problem.workload)
    ready = registry.ready(found, first)
    images = (first[0], second[0], first[0])
    answers = [ready(image, *first[1:]) for image in images]
    for image, answer in zip(images, answers, strict=True):
        arguments = (image, *first[1:])
        reference = workload.reference(problem, arguments)
        bound = workload.error_bound(problem, arguments, found.error)
        check = verification.check_answer(answer, reference, problem.dtype, bound, arguments)
        assert check.right, (found.name, check.reason)
    return answers
