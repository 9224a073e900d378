"""A program whose time is over is asked to end, then ended."""

import os
import signal
import subprocess
import sys
import time

import pytest

from profiler_suite.measure.program.limit import ProgramLimit, send
from profiler_suite.measure.program.request import parse
from profiler_suite.measure.program.running import run_program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
IGNORING = "import signal, sys, time\n"
READY = "print('ready', flush=True)\nfor _ in range(600):\n    time.sleep(0.05)\n"


def ended_by(source: str) -> int:
    """How a program that says when it is ready ended."""
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        with ProgramLimit(process, 0.05, pause_s=0.3) as limit:
            code = process.wait(30)
        assert limit.reached
    return code


def test_it_is_asked_as_ctrl_c_does_and_may_end_in_its_own_way() -> None:
    own = "signal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n"
    assert ended_by(IGNORING + own + READY) == 7


@pytest.mark.parametrize(
    ("ignored", "code"),
    [
        (("SIGINT",), -signal.SIGTERM),
        (("SIGINT", "SIGTERM"), -signal.SIGKILL),
    ],
)
def test_one_that_does_not_hear_is_ended_more_firmly(
    ignored: tuple[str, ...], code: int
) -> None:
    deaf = "".join(f"signal.signal(signal.{name}, signal.SIG_IGN)\n" for name in ignored)
    assert ended_by(IGNORING + deaf + READY) == code


def test_one_that_ends_before_hears_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        with ProgramLimit(process, 60.0) as limit:
            assert process.wait(30) == 0
        send(process, signal.SIGKILL)
    assert not limit.reached


def test_a_limited_run_says_so_and_an_unlimited_one_does_not() -> None:
    begun = time.monotonic()
    end = run_program(parse(["-c", "import time; time.sleep(60)"]), limit_s=0.3)
    assert end.limited
    assert not end.interrupted
    assert end.exit_code == -signal.SIGINT
    assert 0.3 <= end.wall_s < 30
    assert time.monotonic() - begun < 50
    assert not run_program(parse(["-c", "pass"]), limit_s=60.0).limited
