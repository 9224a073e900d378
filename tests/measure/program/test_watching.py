"""A program is watched: from outside where the system lets us, else from inside."""

import sys
from pathlib import Path

import msgspec
import pytest

from profiler_suite.measure.program import sampler, watching
from profiler_suite.measure.program.elsewhere import InputPlace
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.running import ProgramEnd
from profiler_suite.measure.program.samples import ProgramSamples, SampledStack
from profiler_suite.measure.program.watching import ProgramRun, watch_program

PROGRAM = """
import time

def busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(50))

def idle():
    time.sleep(0.03)

for _ in range(20):
    busy(0.05)
    idle()
"""
"""In turns, and long enough: who is held up for a while misses neither altogether."""


@pytest.fixture(autouse=True)
def buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As programs usually are; without a buffer they are not stopped."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


def watched(tmp_path: Path, source: str = PROGRAM) -> ProgramRun:
    program = tmp_path / "main.py"
    program.write_text(source)
    return watch_program(ProgramTarget(kind="script", name=str(program)))


def share(run: ProgramRun, function: str) -> float:
    first = [each for each in run.samples.stacks if each.first_thread]
    having = [each for each in first if any(f.name == function for f in each.frames)]
    return sum(e.count for e in having) / sum(e.count for e in first)


@pytest.mark.skipif(bool(sampler.why_not()), reason=sampler.why_not())
def test_python_and_compiled_functions_are_seen_together(tmp_path: Path) -> None:
    run = watched(tmp_path)
    assert run.samples.compiled
    # On a busy machine it looks less often, which it says; it lacks nothing else.
    assert all("rough" in each for each in run.samples.missing)
    # Which has more is not said: the sampler may be held up during either.
    assert min(share(run, "busy"), share(run, "idle")) > 0
    assert share(run, "busy") + share(run, "idle") > 0.6
    frames = {f.name: f for each in run.samples.stacks for f in each.frames}
    assert frames["busy"].line in (5, 6, 7)
    assert any("nanosleep" in name for name in frames)


def test_where_no_other_process_may_look_functions_are_seen_from_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "why_not", lambda: sampler.ABSENT)
    run = watched(tmp_path)
    assert not run.samples.compiled
    assert run.samples.missing[0] == sampler.ABSENT
    # Which has more is not said: the sampler may be held up during either.
    assert min(share(run, "busy"), share(run, "idle")) > 0
    assert share(run, "busy") + share(run, "idle") > 0.6


def test_a_sampler_that_is_refused_is_named_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "spy"
    refusing.write_text("#!/bin/sh\necho 'Permission Denied: try sudo'\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(sampler, "why_not", lambda: "")
    monkeypatch.setattr(sampler, "find", lambda: str(refusing))
    run = watched(tmp_path)
    assert "Permission Denied" in run.samples.missing[0]
    # How often is not said: the sampler may be held up.
    assert share(run, "busy") > 0


def test_a_sampler_that_says_much_is_not_held_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talking = tmp_path / "spy"
    talking.write_text(
        f"#!{sys.executable}\nimport sys\nprint('Sampling process', flush=True)\n"
        "for _ in range(5000):\n    print('1.53s behind in sampling', flush=True)\n"
        "file = sys.argv[sys.argv.index('--output') + 1]\npid = sys.argv[3]\n"
        'open(file, "w").write(f\'process {pid}:"x";thread ({pid});f (x.py:1) 50\\n\')\n'
    )
    talking.chmod(0o755)
    monkeypatch.setattr(sampler, "why_not", lambda: "")
    monkeypatch.setattr(sampler, "find", lambda: str(talking))
    run = watched(tmp_path)
    assert [each.count for each in run.samples.stacks] == [50]


@pytest.mark.parametrize(
    ("errors", "counts", "said"),
    [(3, [80], ""), (30, [20], "30 % of the samples came to nothing")],
)
def test_where_many_samples_come_to_nothing_those_count_for_which_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, errors: int, counts: list[int], said: str
) -> None:
    losing = tmp_path / "spy"
    losing.write_text(
        f"#!{sys.executable}\nimport sys\nprint('Sampling process', flush=True)\n"
        "file = sys.argv[sys.argv.index('--output') + 1]\npid = sys.argv[3]\n"
        "count = 20 if '--native' in sys.argv else 80\n"
        "line = f'process {pid}:\"x\";thread ({pid});f (x.py:1) {count}\\n'\n"
        "open(file, 'w').write(line)\n"
        f"print('Samples: 100 Errors: ' + ('0' if count == 20 else '{errors}'))\n"
    )
    losing.chmod(0o755)
    monkeypatch.setattr(sampler, "why_not", lambda: "")
    monkeypatch.setattr(sampler, "find", lambda: str(losing))
    run = watched(tmp_path)
    assert [each.count for each in run.samples.stacks] == counts
    assert said in run.samples.missing[0] if said else True
    assert run.samples.rate_hz == (20.0 if said else 100.0)


def test_a_sampler_that_this_system_cannot_run_is_named_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "spy"
    foreign.write_bytes(b"\x7fELF of another processor")
    foreign.chmod(0o755)
    monkeypatch.setattr(sampler, "why_not", lambda: "")
    monkeypatch.setattr(sampler, "find", lambda: str(foreign))
    run = watched(tmp_path)
    assert f"{foreign} cannot be run" in run.samples.missing[0]
    # How often is not said: the sampler may be held up.
    assert share(run, "busy") > 0


@pytest.mark.skipif(bool(sampler.why_not()), reason=sampler.why_not())
def test_a_program_that_would_lose_output_is_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "stopping_harms", lambda: True)
    run = watched(tmp_path)
    assert not run.samples.compiled
    assert "PYTHONUNBUFFERED" in run.samples.missing[0]
    # How often is not said: the sampler may be held up.
    assert share(run, "busy") > 0


def test_a_program_that_is_over_at_once_says_so(tmp_path: Path) -> None:
    run = watched(tmp_path, "import os\nos._exit(4)\n")
    assert run.end.exit_code == 4
    assert "ended after only a few samples" in run.samples.missing[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_beginnings_of_libraries_are_read() -> None:
    found = watching._beginnings("self")
    assert any("libc" in path for path in found)
    assert watching._beginnings(2**30) == {}


COUNTING = """
from pathlib import Path

ran = Path(__file__).with_name("ran")
ran.write_text(ran.read_text() + "x" if ran.exists() else "x")
print("seen once")

def work():
    return sum(range(400_000))

work()
raise SystemExit({later} if ran.read_text() == "xx" else 0)
"""


def test_a_short_program_is_looked_at_closely_in_a_second_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = watched(tmp_path, COUNTING.format(later=0))
    close = watching.watch_closely(first, InputPlace())
    assert (tmp_path / "ran").read_text() == "xx"
    assert capfd.readouterr().out == "seen once\n"
    assert close.end == first.end


def test_times_of_a_close_look_are_shares_of_the_first_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = watched(tmp_path)
    slowed = msgspec.structs.replace(first.end, wall_s=3 * first.end.wall_s)
    again = msgspec.structs.replace(first, end=slowed)
    rates_hz = []

    def seen(_: ProgramTarget, rate_hz: float, **__: object) -> ProgramRun:
        rates_hz.append(rate_hz)
        return again

    monkeypatch.setattr(watching, "watch_program", seen)
    close = watching.watch_closely(first, InputPlace())
    assert rates_hz == [1000.0]
    assert close.samples.rate_hz == pytest.approx(3 * first.samples.rate_hz)


def test_a_second_run_that_ends_otherwise_is_not_believed(tmp_path: Path) -> None:
    first = watched(tmp_path, COUNTING.format(later=5))
    assert watching.watch_closely(first, InputPlace()) == first


@pytest.mark.parametrize(("busy_s", "believed"), [(0.3, False), (0.9, True)])
def test_a_second_run_that_has_less_to_do_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy_s: float, believed: bool
) -> None:
    """Its input came through a pipe, or it keeps in a file what it has computed once."""
    run = watched(tmp_path)
    first = msgspec.structs.replace(
        run, end=msgspec.structs.replace(run.end, user_s=0.9, system_s=0.1)
    )
    short = msgspec.structs.replace(first.end, user_s=busy_s, system_s=0.0, wall_s=9.0)
    again = msgspec.structs.replace(first, end=short)
    monkeypatch.setattr(watching, "watch_program", lambda *_, **__: again)
    assert (watching.watch_closely(first, InputPlace()) != first) is believed


def test_ctrl_c_in_the_second_run_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = watched(tmp_path)
    stopped = msgspec.structs.replace(first.end, interrupted=True, exit_code=-2)
    again = msgspec.structs.replace(first, end=stopped)
    monkeypatch.setattr(watching, "watch_program", lambda *_, **__: again)
    close = watching.watch_closely(first, InputPlace())
    assert close.end.interrupted
    assert close.end.exit_code == 0
    assert close.samples == first.samples


def test_a_program_that_never_ends_is_watched_as_long_as_was_asked_for(tmp_path: Path) -> None:
    program = tmp_path / "main.py"
    program.write_text("while True:\n    sum(range(50))\n")
    run = watch_program(ProgramTarget(kind="script", name=str(program)), limit_s=0.8)
    assert run.end.limited
    assert any(f.file == str(program) for s in run.samples.stacks for f in s.frames)


def test_an_interpreter_that_does_not_load_us_is_no_watched_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        watching, "run_program", lambda *_, **__: ProgramEnd(exit_code=0, wall_s=1.0)
    )
    run = watched(tmp_path, "print(1)\n")
    assert run.samples.missing[0] in (sampler.NOT_REACHED, sampler.why_not())


@pytest.mark.parametrize(
    ("samples", "stopped", "said"),
    [
        (19, 9, "few samples (19)"),
        (40, 9, "held up"),
        (99, 7, "compiled code was seen in 7 samples only"),
        (99, 8, ""),
    ],
)
def test_what_was_seen_seldom_is_said(samples: int, stopped: int, said: str) -> None:
    stack = SampledStack(process=7, thread="7", thread_name="", frames=(), count=samples)
    seen = ProgramSamples(
        stacks=(stack,), rate_hz=100.0, processes={7: "x"}, compiled=True, stopped=stopped
    )
    found = watching._sentences(seen, ProgramEnd(exit_code=0, wall_s=1.0))
    assert len(found) == bool(said)
    assert said in "".join(found)


@pytest.mark.parametrize(
    ("rate_hz", "stopped_hz"), [(10.0, 10.0), (20.0, 10.0), (100.0, 20.0), (1000.0, 500.0)]
)
def test_the_program_is_stopped_seldom_unless_it_is_looked_at_closely(
    tmp_path: Path, rate_hz: float, stopped_hz: float
) -> None:
    assert sampler.Sampler(tmp_path, rate_hz).stopped_hz == stopped_hz
