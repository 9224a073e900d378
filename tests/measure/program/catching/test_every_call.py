"""Calls of all functions of a program are caught in its only run, within what that may cost."""

import os
import sys
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import pytest

from profiler_suite.measure.program.captured import Capture
from profiler_suite.measure.program.catching import every_call
from profiler_suite.measure.program.catching.every_call import EveryCall
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.running import ProgramEnd, run_program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="copies are forked")


def code_named(name: str, source: str) -> CodeType:
    """The code of a function of a source, wherever it stands in it."""
    waiting = [compile(source, "x.py", "exec")]
    while waiting:
        code = waiting.pop()
        if code.co_qualname == name:
            return code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    raise AssertionError(name)


SOURCE = """
def work(x):
    def inner():
        return x
    return inner, lambda: x, [i for i in (1, 2)]

class A:
    def step(self):
        yield 1

async def later():
    pass
"""


@pytest.mark.parametrize("name", ["work", "work.<locals>.inner", "A.step"])
def test_functions_methods_and_generators_of_the_program_are_wanted(name: str) -> None:
    choice = EveryCall([])
    code = code_named(name, SOURCE)
    wish = choice.wish_for(code, os.path.realpath(__file__))
    assert wish is not None
    assert wish.qualname == name.replace(".<locals>", "")
    assert choice.wish_for(code, os.path.realpath(__file__)) is wish


@pytest.mark.parametrize("name", ["<module>", "work.<locals>.<lambda>", "later"])
def test_what_cannot_be_explained_alone_is_not(name: str) -> None:
    choice = EveryCall([])
    assert choice.wish_for(code_named(name, SOURCE), os.path.realpath(__file__)) is None


def test_code_of_others_is_not(tmp_path: Path) -> None:
    choice = EveryCall([str(tmp_path / "lib")])
    code = code_named("work", SOURCE)
    for place in ("lib/a.py", "v/site-packages/b.py", "v/dist-packages/c/d.py"):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        assert choice.wish_for(code, str(file)) is None
    assert choice.wish_for(code, str(tmp_path / "<stdin>")) is None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    found = SimpleNamespace(now=0.0)
    monkeypatch.setattr(every_call, "perf_counter", lambda: found.now)
    return found


def wish_of(choice: EveryCall, **known: Any) -> Any:
    wish = choice.wish_for(code_named("work", SOURCE), os.path.realpath(__file__))
    for name, value in known.items():
        setattr(wish, name, value)
    return wish


def test_the_first_call_is_kept_and_later_ones_of_what_takes_much_time(
    clock: SimpleNamespace,
) -> None:
    choice = EveryCall([])
    clock.now = 10.0
    assert choice.may_keep(wish_of(choice, calls=1))
    assert not choice.may_keep(wish_of(choice, calls=900, total_s=0.01))
    assert choice.may_keep(wish_of(choice, calls=901, total_s=0.5))


def test_a_short_call_is_let_go_unless_its_function_takes_much_time(
    clock: SimpleNamespace,
) -> None:
    choice = EveryCall([])
    clock.now = 10.0
    assert choice.lets_go(wish_of(choice, total_s=0.001), 0.001)
    assert not choice.lets_go(wish_of(choice, total_s=0.001), 0.1)
    assert not choice.lets_go(wish_of(choice, total_s=0.5), 0.001)


def test_copies_take_a_bounded_share_of_the_time_and_are_few(clock: SimpleNamespace) -> None:
    choice = EveryCall([])
    wish = wish_of(choice, calls=1)
    choice.forked(0.4)
    assert not choice.may_keep(wish)
    clock.now = 10.0
    assert choice.may_keep(wish)
    wish.kept = list(range(64))
    assert not choice.may_keep(wish)


PROGRAM = """
import signal, sys, time

seen = []
signal.signal(signal.SIGCHLD, lambda *_: seen.append(1))

def short(x):
    return x + 1

def long(x, pause):
    time.sleep(pause)
    return short(x)

class Model:
    def fit(self, n):
        return [long(i, 0.05) for i in range(n)]

for i in range(300):
    short(i)
total = 0
for i in range(3):
    total += i
fitted = Model().fit(3)
sys.exit(fitted != [1, 2, 3] or bool(seen))
"""


def caught(
    source: str, folder: Path, wishes: tuple[CallWish, ...] = ()
) -> tuple[ProgramEnd, Capture]:
    script = folder / "main.py"
    script.write_text(source)
    found = Capture(wishes)
    target = ProgramTarget(kind="script", name=str(script))
    end = run_program(target, (found.probe_of_all(),))
    found.hear_all()
    return end, found


def test_a_program_that_runs_once_leaves_calls_of_its_functions(tmp_path: Path) -> None:
    script = str(tmp_path / "main.py")
    loop = CallWish(file=script, first=21, last=22)
    end, found = caught(PROGRAM, tmp_path, (loop,))
    with found:
        assert end.exit_code == 0, "it sees no child of ours"
        assert found.of(loop).representative is not None
        fit = found.of(CallWish(file=script, qualname="Model.fit"))
        assert (fit.calls, len(fit.kept)) == (1, 1)
        assert fit.words() == "explained by its only call in the program"
        slow = found.of(CallWish(file=script, qualname="long"))
        assert slow.calls == 3
        assert slow.representative is not None
        assert slow.median_s >= 0.05
        quick = found.of(CallWish(file=script, qualname="short"))
        assert quick.calls > 0
        assert not quick.kept
        nothing = found.of(CallWish(file=script, qualname="other"))
        assert (nothing.calls, nothing.representative) == (0, None)


NEIGHBOURS = """
import json, msgspec, profiler_suite

def work(x):
    import time
    time.sleep(0.1)
    return json.mine + msgspec.mine + profiler_suite.mine + x

print(work(1))
"""


def test_neighbours_named_as_what_a_copy_needs_do_not_harm_it(tmp_path: Path) -> None:
    for name in ("json", "msgspec", "profiler_suite"):
        (tmp_path / f"{name}.py").write_text("mine = 1\n")
    end, found = caught(NEIGHBOURS, tmp_path)
    with found:
        assert end.exit_code == 0
        calls = found.of(CallWish(file=str(tmp_path / "main.py"), qualname="work"))
        assert calls.calls == 1
        process = found.session(calls, 30.0)
        process.close()


@pytest.mark.skipif(sys.platform != "linux", reason="as getrusage counts on Linux")
def test_page_faults_and_growth_of_a_function_are_counted(tmp_path: Path) -> None:
    source = (
        "import mmap\n"
        "def fill(n):\n    with mmap.mmap(-1, n * mmap.PAGESIZE) as m:\n"
        "        for i in range(n):\n            m[i * mmap.PAGESIZE] = 1\n\n"
        "def little():\n    return sum(range(100))\n\n"
        "kept = bytes([1]) * 2**27\n"
        "for _ in range(40):\n    fill(5000)\n    little()\n"
    )
    end, found = caught(source, tmp_path)
    with found:
        assert end.exit_code == 0
        script = str(tmp_path / "main.py")
        fill = found.of(CallWish(file=script, qualname="fill"))
        # Of shared memory the system may give several pages at once.
        assert 5000 / 16 <= fill.memory.page_faults < 20_000, fill.memory
        assert 2**22 < fill.memory.grown_bytes < 2**27, fill.memory
        assert "page faults" in fill.memory.words
        little = found.of(CallWish(file=script, qualname="little"))
        assert little.memory.words == ""


def test_a_program_that_fills_its_stack_sees_nothing_of_what_catches_its_calls(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    end, found = caught("def f(n):\n    return f(n + 1)\n\n\nf(0)\n", tmp_path)
    found.close()
    said = capfd.readouterr().err
    assert end.exit_code == 1
    assert "RecursionError: maximum recursion depth exceeded" in said
    assert "profiler_suite" not in said
