"""A miss is a failure where nothing interferes, left open where something does."""

from collections.abc import Iterator

import pytest

from tests import interference


@pytest.fixture(params=[True, False], ids=["undisturbed", "disturbed"])
def quiet(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(interference, "undisturbed", lambda: request.param)
    return bool(request.param)


def test_what_is_true_holds_whatever_else_runs(quiet: bool) -> None:
    interference.holds(lambda: "")


def test_what_is_true_in_one_try_holds(quiet: bool) -> None:
    tries: Iterator[str] = iter(["wrong", "wrong", ""])
    interference.holds(lambda: next(tries))
    assert list(tries) == []


def test_what_is_never_true_fails_unless_it_could_not_be_judged(quiet: bool) -> None:
    expected = pytest.fail.Exception if quiet else pytest.skip.Exception
    with pytest.raises(expected, match="100 %" if quiet else "could not be judged here: 0 %"):
        interference.holds(lambda: "wrong")


def test_what_is_true_on_any_machine_is_always_judged(quiet: bool) -> None:
    with pytest.raises(pytest.fail.Exception, match="100 %" if quiet else "0 % undisturbed"):
        interference.holds(lambda: "wrong", on_any_machine=True)


def test_another_process_on_the_core_and_a_slow_one_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]

    def run() -> float:
        now[0] += 1e-4
        return 4e-5

    def seen(share: float, least_s: float) -> bool:
        monkeypatch.setattr(interference, "_least_s", [least_s])
        return interference.undisturbed(run, lambda: now[0], lambda: share * now[0])

    assert seen(share=0.99, least_s=4e-5)
    assert not seen(share=0.5, least_s=4e-5)
    assert not seen(share=0.99, least_s=2e-5)  # it was twice as fast before
