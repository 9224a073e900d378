"""A function alone in its process: visited when it is asked, and its answers recorded.

What it is compared with runs in another process, of another revision.
"""

import warnings
from pathlib import Path
from typing import Any

import msgspec
import threadpoolctl

from profiler_suite.measure import timing
from profiler_suite.measure.explain.answers import checks, recorded_answers
from profiler_suite.measure.explain.first_call import first_call
from profiler_suite.measure.explain.guarding.guard import FIRST_CALL
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.rows import Visit
from profiler_suite.model.trial import TrialKind

UNREPEATABLE = "its answer differs from call to call: seed what it draws"
ITERATOR = "its answer differs: it is an iterator, where it was none"
NO_ITERATOR = "its answer differs: it is no iterator any more"
_CHECKING_S = 4.0
_EXPECTED_S = 30.0


class FunctionAlone:
    """One function of a revision, warmed up at the first request."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._arguments: tuple[Any, ...] = ()
        self._prepared: timing.PreparedCall | None = None
        self._iterates = False
        self._limits = threadpoolctl.threadpool_limits(limits=subject.threads)

    def close(self) -> None:
        """Give libraries the threads back that they had."""
        self._limits.restore_original_limits()

    def attempt(self, trial: Trial) -> TrialResult:
        """A visit, or what its answers are."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self._prepared is None:
                self._prepare()
            if trial.kind is TrialKind.ANSWER:
                return self._write(trial)
            if trial.kind is TrialKind.AGREES:
                return self._compare(trial)
            return TrialResult(trial=trial, before=(self._visit(),), after=())

    def _prepare(self) -> None:
        subject = self._subject
        with subject.guard.stage(FIRST_CALL):
            self._iterates = first_call(subject).iterates
        with subject.guard.stage("warming up", _EXPECTED_S):
            self._arguments = subject.arguments()
            if subject.plan.long:
                self._prepared = timing.PreparedCall(cold_s=0.0, evaluations=1, samples=1)
            else:
                self._prepared = timing.prepare(subject.function, self._arguments)

    def _visit(self) -> Visit:
        assert self._prepared is not None
        found = timing.visit(
            self._subject.function, self._arguments, self._prepared, self._subject.canaries
        )
        return Visit(
            point="",
            at_s=0.0,
            sample_times_s=found.samples_s,
            canaries_s=found.canaries_s,
            minor_faults=found.minor_faults,
            lost_s=found.lost_s,
        )

    def _write(self, trial: Trial) -> TrialResult:
        subject = self._subject
        with subject.guard.stage("recording answers", _EXPECTED_S):
            reason = recorded_answers.write(
                subject.function,
                subject.given.values,
                Path(trial.target),
                _CHECKING_S,
                iterates=self._iterates,
            )
        return TrialResult(trial=trial, before=(), after=(), reason=reason)

    def _compare(self, trial: Trial) -> TrialResult:
        subject = self._subject
        found = TrialResult(trial=trial, before=(), after=())
        try:
            recorded = recorded_answers.read(Path(trial.target))
        except Exception as error:  # noqa: BLE001 - classes that this revision has not
            reason = f"the answers cannot be compared ({type(error).__name__}: {error})"
            return msgspec.structs.replace(found, reason=reason)
        if recorded.iterates is not self._iterates:
            reason = ITERATOR if self._iterates else NO_ITERATOR
            return msgspec.structs.replace(found, same=False, reason=reason)
        with subject.guard.stage("comparing answers", _EXPECTED_S):
            seen = recorded_answers.agreement(subject.function, recorded, _CHECKING_S)
        if not seen.same and not recorded.repeats:
            return msgspec.structs.replace(found, reason=UNREPEATABLE)
        return checks.with_agreement(found, seen)
