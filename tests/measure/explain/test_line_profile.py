"""The lines of a function that is explained: the other passes stand without them."""

from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.measure.explain import line_profile
from profiler_suite.measure.explain.line_profile import profile, sources


def helper(x: Any) -> Any:
    return x + 1


def function(x: Any) -> Any:
    y = helper(x)
    return y * 2


def subject(*, fits: bool = True, long: bool = False, lines_s: float = 1.0) -> Any:
    plan = SimpleNamespace(
        fits_lines=lambda: fits, fits_names=lambda: not long, thrifty=False, long=long
    )
    return SimpleNamespace(
        effort=SimpleNamespace(lines_s=lines_s),
        plan=plan,
        sampling_allowed=True,
        function=function,
        arguments=lambda: (3,),
        notes=[],
        called=SimpleNamespace(name="f", given=(3,)),
    )


def session_that(found: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    closed: list[str] = []

    class Session:
        def __init__(self, *, sampling: bool) -> None: ...

        def profile(self, *_: Any) -> Any:
            if isinstance(found, Exception):
                raise found
            return found

        def close(self) -> None:
            closed.append("closed")

    monkeypatch.setattr(line_profile, "LineSession", Session)
    monkeypatch.setattr(line_profile, "records", lambda each, *_: each.lines)
    return closed


@pytest.mark.parametrize(
    ("found", "note"),
    [
        (ValueError("mine"), "no line profile: ValueError: mine"),
        (None, "no line profile: it is compiled and has no Python lines"),
    ],
)
def test_what_goes_wrong_is_a_note(
    found: Any, note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = session_that(found, monkeypatch)
    this = subject()
    assert profile(this, 1e-3) == ()
    assert this.notes == [note]
    assert closed == ["closed"]


def test_lines_that_were_not_sampled_are_said_to_be_modelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = session_that(SimpleNamespace(lines=("a",), note="no room"), monkeypatch)
    this = subject()
    found: tuple[Any, ...] = profile(this, 1e-3)
    assert found == ("a",)
    assert this.notes == ["line times are modelled, not sampled: no room"]
    assert closed == ["closed"]


@pytest.mark.parametrize("given", [{"fits": False}, {"lines_s": 0.0}])
def test_without_time_for_it_nothing_is_begun(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = session_that(None, monkeypatch)
    this = subject(**given)
    assert profile(this, 1e-3) == ()
    assert (this.notes, closed) == ([], [])


@pytest.mark.parametrize("long", [False, True])
def test_sources_are_those_of_every_function_and_names_those_of_one_more_call(
    long: bool,
) -> None:
    found = {each.function: each for each in sources(subject(long=long))}
    assert set(found) == {"function", "helper"}
    assert found["helper"].text == "def helper(x: Any) -> Any:\n    return x + 1\n"
    # Of a long one what its arguments tell.
    assert found["function"].names == {"x": "int 3", **({} if long else {"y": "int 4"})}
