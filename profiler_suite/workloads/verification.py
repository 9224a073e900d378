"""Checks an answer against the reference, and that the arguments were left alone."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from profiler_suite.model.experiment import Problem
from profiler_suite.model.noun import Noun
from profiler_suite.model.workload import Implementation, unstated
from profiler_suite.workloads import registry
from profiler_suite.workloads.arrays import Array


class AnswerCheck(Noun, frozen=True):
    """What comparing an answer with the reference found."""

    reason: str
    """Why the answer is wrong, in one sentence; empty when it is right."""
    largest_error: float
    """Largest absolute difference from the reference; 0 when they cannot be compared."""
    error_bound: float
    """What that difference may be."""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return not self.reason


def check_answer(
    answer: Any, reference: Array, dtype: str, bound: float, arguments: Sequence[Any] = ()
) -> AnswerCheck:
    """Compare shape, dtype, finiteness, largest error; it must be an array of its own."""

    def found(reason: str, largest_error: float = 0.0) -> AnswerCheck:
        return AnswerCheck(reason=reason, largest_error=largest_error, error_bound=bound)

    if not isinstance(answer, np.ndarray):
        return found(f"the answer is of type {type(answer).__name__}, not an array")
    if answer.shape != reference.shape:
        return found(f"the answer has shape {answer.shape}, not {reference.shape}")
    if answer.dtype != np.dtype(dtype):
        return found(f"the answer has dtype {answer.dtype}, not {dtype}")
    if any(isinstance(a, np.ndarray) and np.may_share_memory(answer, a) for a in arguments):
        return found("the answer shares memory with an argument; return a new array")
    if not np.isfinite(answer).all():
        wrong = int(np.count_nonzero(~np.isfinite(answer)))
        return found(f"{wrong} of {answer.size} elements of the answer are not finite")
    errors = np.abs(answer - reference)
    largest = float(errors.max(initial=0.0))
    if not largest <= bound:
        where = tuple(int(i) for i in np.unravel_index(int(errors.argmax()), errors.shape))
        return found(
            f"the answer differs from the reference by {largest:.3g} at {where}; "
            f"rounding explains at most {bound:.3g}",
            largest,
        )
    return found("", largest)


class ProblemCheck:
    """Checks implementations of one problem: what does not depend on them is found once."""

    def __init__(self, problem: Problem, arguments: Sequence[Any], reference: Array) -> None:
        self._problem = problem
        self._arguments = arguments
        self._reference = reference
        self._before = fingerprint(arguments)
        self._bounds: dict[str, float] = {}

    def check(self, implementation: Implementation) -> AnswerCheck:
        """Run the implementation once: is the answer right, are the arguments unchanged?

        Arguments that it changed are not to be checked with again.
        """
        arguments, bound = self._arguments, self._bound(implementation.error)
        answer = implementation.function(*arguments)
        found = check_answer(answer, self._reference, self._problem.dtype, bound, arguments)
        if changed := check_arguments(arguments, self._before):
            return msgspec.structs.replace(found, reason=changed)
        return found

    def _bound(self, kind: str) -> float:
        if kind not in self._bounds:
            workload = registry.find_workload(self._problem.workload)
            self._bounds[kind] = (
                usual_bound(self._reference, self._problem.dtype)
                if workload.error_bound is unstated
                else workload.error_bound(self._problem, tuple(self._arguments), kind)
            )
        return self._bounds[kind]


def check(
    implementation: Implementation,
    problem: Problem,
    arguments: Sequence[Any],
    reference: Array,
) -> AnswerCheck:
    """Run the implementation once: is the answer right, are the arguments unchanged?"""
    return ProblemCheck(problem, arguments, reference).check(implementation)


def reference_of(problem: Problem, arguments: Sequence[Any]) -> Array:
    """What is right: the workload's reference, else the answer of its first implementation."""
    workload = registry.find_workload(problem.workload)
    if workload.reference is not unstated:
        found: Array = workload.reference(problem, tuple(arguments))
        return found
    return np.array(registry.first_implementation(problem.workload).function(*arguments))


def usual_bound(reference: Array, dtype: str) -> float:
    """A part in 10⁸ of the largest element; in 10⁴ for single precision."""
    part = 1e-4 if np.dtype(dtype).itemsize <= 4 or dtype == "complex64" else 1e-8
    return part * float(np.max(np.abs(reference), initial=0.0))


def fingerprint(arguments: Sequence[Any]) -> str:
    """A digest of the arguments' values, shapes and strides, to be compared later."""
    digest = hashlib.blake2b(digest_size=16)
    for each in arguments:
        if isinstance(each, np.ndarray):
            digest.update(repr((each.dtype.str, each.shape, each.strides)).encode())
            digest.update(each.tobytes())
        else:
            digest.update(repr(each).encode())
    return digest.hexdigest()


def check_arguments(arguments: Sequence[Any], before: str) -> str:
    """Why the arguments are not what they were when `before` was taken; empty if they are."""
    if fingerprint(arguments) == before:
        return ""
    return "the implementation changed its arguments; it must work on a copy"
