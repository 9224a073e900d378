"""What happens at the wanted calls: which are counted and kept, and what is said of them."""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from profiler_suite.measure.program.catching import catcher as catcher_module
from profiler_suite.measure.program.catching import hooks, own_memory
from profiler_suite.measure.program.catching import wish as wish_module
from profiler_suite.measure.program.catching.by_name import ByName
from profiler_suite.measure.program.catching.catcher import Catcher
from profiler_suite.measure.program.catching.wish import Wish

pytestmark = pytest.mark.skipif(os.name != "posix", reason="copies are forked")


class Model:
    def score(self) -> FrameType:
        return sys._getframe()


def outer() -> FrameType:
    return sys._getframe()


FRAME = outer()
METHOD = Model().score()


class Told(Catcher):
    """Forks nothing and notes what it would have said."""

    def __init__(self, *wishes: dict[str, Any], room: bool = True) -> None:
        super().__init__({"wishes": wishes, "socket": "", "package": ""}, ByName())
        self.kept: list[int] = []
        self.told: list[tuple[str, Any]] = []
        self.room = room
        self.wishes = self._wishes

    def _keep(self, wish: Wish, frame: FrameType, call: int) -> None:
        self.kept.append(call)

    def _tell(self, kind: str, wish: Wish, **more: Any) -> None:
        self.told.append((kind, more.get("call")))

    def _has_room(self) -> bool:
        return self.room


WISH = {"file": __file__, "qualname": "Model.score"}


def calls(catcher: Told, number: int) -> None:
    (wish,) = catcher.wishes
    for _ in range(number):
        assert catcher.begins(wish, METHOD)
        catcher.ends(wish, METHOD)


def test_the_first_calls_are_all_kept_and_later_ones_take_their_places() -> None:
    catcher = Told(WISH)
    calls(catcher, 4)
    assert catcher.kept == [1, 2, 3, 4]
    calls(catcher, 200)
    (wish,) = catcher.wishes
    assert (wish.calls, len(wish.kept)) == (204, 4)
    dropped = [call for kind, call in catcher.told if kind == "dropped"]
    weighed = {wish.weighed} - {0}
    assert sorted([*dropped, *wish.kept, *weighed]) == sorted(catcher.kept)
    assert len(catcher.kept) < 50
    assert [call for kind, call in catcher.told if kind == "cost"] == catcher.kept
    assert wish.total_s >= sum(sorted(wish.costs)[:1])
    assert len(wish.costs) == 204 - len([n for n in catcher.kept if n > 4])


def test_the_choice_is_fair_to_all_calls() -> None:
    catcher = Told(WISH)
    (wish,) = catcher.wishes
    late = 0
    for _ in range(300):
        wish.calls, wish.kept = 0, []
        calls(catcher, 40)
        late += sum(call > 20 for call in wish.kept)
    assert 0.44 < late / 1200 < 0.56


def test_the_calls_that_take_the_time_are_found_among_many_short_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(catcher_module, "perf_counter", lambda: now)
    monkeypatch.setattr(wish_module, "perf_counter", lambda: now)
    catcher = Told(WISH)
    (wish,) = catcher.wishes
    found = 0
    for number in range(3000):
        assert catcher.begins(wish, METHOD)
        now += 1.0 if number % 20 == 7 else 1e-4
        catcher.ends(wish, METHOD)
        found += wish.weighed % 20 == 8
    assert found > 1500
    dropped = [call for kind, call in catcher.told if kind == "dropped"]
    assert sorted([*dropped, *wish.kept, wish.weighed]) == sorted(catcher.kept)
    assert wish.tries < 0.2 * 3000


def test_copies_of_calls_further_in_are_no_time_of_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(catcher_module, "perf_counter", lambda: now)
    monkeypatch.setattr(wish_module, "perf_counter", lambda: now)
    catcher = Told(WISH)
    (wish,) = catcher.wishes
    assert catcher.begins(wish, METHOD)
    now, catcher._copying_s = 5.0, 4.0
    catcher.ends(wish, METHOD)
    assert wish.costs == [1.0]


def test_looking_ends_after_its_time_once_a_call_of_each_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(catcher_module, "perf_counter", lambda: now)
    asked = {"wishes": [WISH], "socket": "", "package": "", "looking_s": 3.0}
    catcher = Catcher(asked, ByName())
    (wish,) = catcher._wishes
    now = 4.0
    assert not catcher.is_enough()
    wish.kept = [1]
    assert catcher.is_enough()
    now = 2.0
    assert not catcher.is_enough()
    catcher.looks_no_more()
    assert wish.uncounted


def test_without_room_only_the_first_are_kept() -> None:
    catcher = Told(WISH, room=False)
    calls(catcher, 100)
    assert catcher.kept == [1, 2, 3, 4]


def test_of_a_recursion_the_outermost_call_is_the_call() -> None:
    catcher = Told(WISH)
    (wish,) = catcher.wishes
    here = sys._getframe()

    def deeper() -> None:
        assert not catcher.begins(wish, sys._getframe())
        catcher.ends(wish, sys._getframe())

    assert catcher.begins(wish, here)
    deeper()
    assert wish.calls == 1
    assert wish.costs == []
    catcher.ends(wish, here)
    assert len(wish.costs) == 1


def test_each_thread_has_calls_of_its_own() -> None:
    catcher = Told(WISH)
    (wish,) = catcher.wishes
    assert catcher.begins(wish, METHOD)
    other = threading.Thread(target=calls, args=(catcher, 1))
    other.start()
    other.join()
    assert (wish.calls, len(wish.costs), len(wish.open)) == (2, 1, 1)


def test_after_very_many_calls_nobody_looks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ByName, "most_calls", 3)
    catcher = Told(WISH)
    (wish,) = catcher.wishes
    calls(catcher, 3)
    assert not catcher.begins(wish, METHOD)
    assert wish.over


def test_the_memory_of_costs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catcher_module, "_COSTS", 5)
    catcher = Told(WISH)
    calls(catcher, 50)
    (wish,) = catcher.wishes
    assert len(wish.costs) == 5
    assert wish.total_s >= max(wish.costs)


def test_page_faults_are_those_of_calls_of_which_no_copy_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = iter(range(0, 10_000, 7))
    monkeypatch.setattr(own_memory, "usage", lambda: (next(counts), 0))
    catcher = Told(WISH)
    calls(catcher, 4)
    (wish,) = catcher.wishes
    assert wish.faults == []
    calls(catcher, 60)
    assert set(wish.faults) == {7}
    assert len(wish.faults) == 64 - len(catcher.kept)


def test_growth_of_the_peak_is_the_sum_over_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = iter([10, 30, 30, 35])
    monkeypatch.setattr(own_memory, "usage", lambda: (0, next(peaks)))
    catcher = Told(WISH)
    calls(catcher, 2)
    assert catcher.wishes[0].grown == 25


def test_what_the_choice_lets_go_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    catcher = Told(WISH)
    monkeypatch.setattr(catcher.choice, "lets_go", lambda wish, took: wish.calls == 2)
    calls(catcher, 3)
    assert catcher.wishes[0].kept == [1, 3]
    assert ("dropped", 2) in catcher.told


def test_lines_of_a_module_are_caught_once_where_the_first_of_them_runs() -> None:
    first = sys._getframe().f_lineno
    near = {"file": __file__, "first": first, "last": first + 9}
    catcher = Told(near, {"file": __file__, "first": 1, "last": 2})
    assert catcher.line(catcher.wishes, sys._getframe())
    assert catcher.line(catcher.wishes, sys._getframe())
    assert catcher.kept == [1]
    assert [wish.calls for wish in catcher.wishes] == [1, 0]
    assert not catcher.line(catcher.wishes[:1], sys._getframe())


def test_a_code_that_nobody_wants_has_no_wishes() -> None:
    catcher = Told(WISH)
    assert catcher.wishes_of(METHOD.f_code, METHOD) == catcher.wishes
    assert catcher.wishes_of(FRAME.f_code, FRAME) == []
    frozen: CodeType = FRAME.f_code.replace(co_filename="<frozen importlib._bootstrap>")
    assert catcher.wishes_of(frozen, FRAME) == []
    assert set(catcher.found) == {id(c) for c in (METHOD.f_code, FRAME.f_code, frozen)}


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        server.settimeout(20)
        yield server


def test_at_the_end_it_says_what_was_seen(listening: socket.socket) -> None:
    asked = {"wishes": [WISH], "socket": listening.getsockname(), "package": ""}
    catcher = Catcher(asked, ByName())
    (wish,) = catcher._wishes
    wish.calls, wish.total_s, wish.costs = 3, 0.6, [0.1, 0.3, 0.2]
    catcher.finish()
    talk, _ = listening.accept()
    with talk:
        told = json.loads(talk.makefile().read())
    assert told == {
        "kind": "seen",
        "wish": 0,
        "program": os.getpid(),
        "calls": 3,
        "total_s": 0.6,
        "median_s": 0.2,
        "mean_s": pytest.approx(0.2),
        "uncounted": False,
        "faults": -1,
        "grown": 0,
        "file": os.path.realpath(__file__),
        "qualname": "Model.score",
    }


def test_a_forked_process_of_the_programs_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catcher = Told(WISH)
    catcher.finish()
    assert catcher.told == [("seen", None)]
    own = os.getpid()
    monkeypatch.setattr(catcher_module, "_getpid", lambda: own + 1)
    catcher.finish()
    assert len(catcher.told) == 1


def test_where_nobody_listens_the_program_goes_on(tmp_path: Path) -> None:
    asked = {"wishes": [WISH], "socket": str(tmp_path / "none"), "package": ""}
    catcher = Catcher(asked, ByName())
    (wish,) = catcher._wishes
    assert catcher.begins(wish, METHOD)
    catcher.ends(wish, METHOD)
    catcher.finish()
    assert wish.calls == 1


def test_it_is_done_when_a_call_of_all_is_kept_and_enough_were_seen() -> None:
    catcher = Told(WISH, {"file": __file__, "qualname": "outer"})
    often, once = catcher.wishes
    assert not catcher.is_done()
    assert catcher.begins(once, FRAME)
    assert not catcher.is_done()
    often.over = True
    assert catcher.is_done()
    catcher.ends(once, FRAME)
    assert not catcher.is_done(), "it may be called again"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="code is looked at one by one there")
def test_nothing_is_looked_at_any_more_once_it_is_done() -> None:
    catcher = Told({"file": __file__, "first": 10, "last": 12})
    hook = hooks.TraceHook(catcher)
    (wish,) = catcher.wishes
    before = sys.gettrace()
    try:
        hook.start()
        assert sys.gettrace() is not None
        hook._stop_if_done(wish)
        assert sys.gettrace() is not None
        wish.over = True
        hook._stop_if_done(wish)
        assert sys.gettrace() is None
    finally:
        sys.settrace(before)
