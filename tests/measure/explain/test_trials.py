"""What is tried never takes the explanation along."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.explain import trials
from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.answers.checks import Agreement
from profiler_suite.measure.explain.records import Trial
from profiler_suite.measure.explain.substitution import UntriableError
from profiler_suite.measure.explain.trials import attempt, converted
from profiler_suite.model.trial import TrialKind
from tests.made_race import visit

X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("value", "to", "expected"),
    [
        (X.T, "row order", np.ascontiguousarray(X.T)),
        (X, "column order", np.asfortranarray(X)),
        (X.astype(">f8"), "native", X),
        (X + 0j, "real", X),
        (X, "float32", X.astype(np.float32)),
        (np.array([1, 2], object), "int64", np.array([1, 2])),
        (np.array([1.5, 2], object), "float64", np.array([1.5, 2.0])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arrays_in_another_form_hold_the_same_values(
    value: Any, to: str, expected: Any
) -> None:
    made = converted(value, to)
    assert made.dtype == expected.dtype
    assert made.dtype.isnative
    assert made.flags.c_contiguous == expected.flags.c_contiguous
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize(
    ("value", "to", "reason"),
    [
        (X + 1j, "real", "imaginary part is not zero"),
        (np.array([1.5, 2], object), "int64", "its values are no int64"),
    ],
)
def test_numbers_that_would_change_are_not_converted(value: Any, to: str, reason: str) -> None:
    with pytest.raises(UntriableError, match=reason):
        converted(value, to)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UntriableError("it cannot be built again"), "it cannot be built again"),
        (
            ZeroDivisionError("division by zero"),
            "it raised ZeroDivisionError: division by zero",
        ),
        (SystemExit(3), "it raised SystemExit: 3"),
        (TypeError("no\n" + "dtype " * 99), f"it raised TypeError: no {'dtype ' * 19}…"),
    ],
)
def test_what_goes_wrong_is_the_reason(
    error: BaseException, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raises(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(trials, "_guarded", raises)
    subject: Any = SimpleNamespace()
    trial = Trial(kind=TrialKind.REWRITE)
    found = attempt(subject, (), trial)
    assert (found.trial, found.same, found.reason) == (trial, False, reason)
    assert (found.before, found.after) == ((), ())


def test_a_person_who_stops_it_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(trials, "_guarded", stopped)
    subject: Any = SimpleNamespace()
    with pytest.raises(KeyboardInterrupt):
        attempt(subject, (), Trial(kind=TrialKind.REWRITE))


def test_what_is_tried_again_is_timed_again_and_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[Any] = []
    called: list[Any] = []

    def agreement(*_: Any, **__: Any) -> Agreement:
        checked.append(1)
        return Agreement(same=True, checked=5)

    def rewritten(*given: Any) -> None:
        called.append(given)

    visits = ((visit(2e-3),), (visit(1e-3),))
    monkeypatch.setattr(checks, "agreement", agreement)
    monkeypatch.setattr(trials, "_other", lambda *_: (rewritten, {}))
    monkeypatch.setattr(trials, "glance", lambda *_: 2.0)
    monkeypatch.setattr(trials, "pairs", lambda *_, **__: visits)
    monkeypatch.setattr(trials, "_peaks", lambda *_: (float(len(checked)), 3.0))
    plan = SimpleNamespace(call_s=0.0)
    subject: Any = SimpleNamespace(function=abs, arguments=lambda: (1,), tried={}, plan=plan)
    one, other = Trial(kind=TrialKind.REWRITE), Trial(kind=TrialKind.REWRITE, one_size=True)
    found = [trials._compared(subject, each) for each in (one, one, other)]
    assert len(checked) == 2
    assert called == [(1,)]  # what it keeps is made before it is timed again
    assert [each.checked for each in found] == [5, 5, 5]
    assert [each.peak_bytes for each in found] == [(1.0, 3.0), (1.0, 3.0), (2.0, 3.0)]
    assert all((each.before, each.after) == visits for each in found)


@pytest.mark.parametrize(
    ("restored", "conversions", "shared"),
    [(False, (), True), (True, (), False), (False, (("x", "float32"),), False)],
    ids=["as they are", "changed by the function", "converted"],
)
def test_both_sides_have_the_same_copy_where_neither_changes_it(
    restored: bool, conversions: tuple[tuple[str, str], ...], shared: bool
) -> None:
    def arguments() -> tuple[Any, ...]:
        made = (np.ones(3),)
        return RestoredArguments.of(made, lambda: None) if restored else made

    subject: Any = SimpleNamespace(function=abs, arguments=arguments)
    trial = Trial(kind=TrialKind.REWRITE, conversions=conversions)
    (_, one), (_, other) = trials._sides(subject, trial, abs, lambda given: given)
    assert (one[0] is other[0]) is shared
