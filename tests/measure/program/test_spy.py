"""One sampler beside a program: when it is ready, what it says, how it is ended."""

import os
import sys
import time
from pathlib import Path

import pytest

from profiler_suite.measure.program.spy import SpyProcess

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="scripts are run by their first line"
)
SAYS_SO = "print('py-spy> Sampling process 100 times a second', flush=True)\n"
WRITES = "open(sys.argv[sys.argv.index('--output') + 1], 'w').write(' '.join(sys.argv[1:]))\n"


def spy(folder: Path, source: str, *, stopping: bool = False) -> SpyProcess:
    file = folder / "spy"
    file.write_text(f"#!{sys.executable}\nimport signal, sys, time\n{source}")
    file.chmod(0o755)
    made = SpyProcess(str(file), folder / "out", 100.0, stopping=stopping)
    made.begin(os.getpid())
    return made


@pytest.mark.parametrize(
    ("stopping", "option", "other"),
    [(True, "--native", "--nonblocking"), (False, "--nonblocking", "--native")],
)
def test_it_is_told_what_to_look_at_and_its_text_is_read(
    tmp_path: Path, stopping: bool, option: str, other: str
) -> None:
    made = spy(tmp_path, SAYS_SO + WRITES, stopping=stopping)
    assert made.is_ready()
    words = made.finish().split()
    assert words[:3] == ["record", "--pid", str(os.getpid())]
    assert words[words.index("--rate") + 1] == "100"
    assert option in words
    assert other not in words


@pytest.mark.parametrize(
    ("said", "share"), [("Samples: 200 Errors: 30", 0.15), ("nothing", 0.0), ("", 0.0)]
)
def test_samples_that_came_to_nothing_are_counted(
    tmp_path: Path, said: str, share: float
) -> None:
    held_up = "for _ in range(3000):\n    print('1.53s behind in sampling')\n"
    made = spy(tmp_path, f"{SAYS_SO}{held_up}{WRITES}print('Wrote data. {said}')\n")
    assert made.is_ready()
    made.finish()
    assert made.lost_share == share


def test_one_that_cannot_look_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    made = spy(tmp_path, "print('\\nPermission Denied: try sudo')\nsys.exit(1)\n")
    assert not made.is_ready()
    assert made.said == "Permission Denied: try sudo"
    assert made.finish() == ""


def test_one_that_cannot_be_run_says_so(tmp_path: Path) -> None:
    made = SpyProcess(str(tmp_path / "none"), tmp_path / "out", 100.0, stopping=False)
    made.begin(os.getpid())
    assert not made.is_ready()
    assert "cannot be run" in made.said
    assert made.finish() == ""
    made.end()


def test_one_that_follows_a_child_that_lives_on_is_asked_to_end(tmp_path: Path) -> None:
    asked = "def end(*_):\n    " + WRITES.strip() + "\n    sys.exit()\n\n"
    hears = "signal.signal(signal.SIGINT, end)\n"
    made = spy(tmp_path, asked + hears + SAYS_SO + "time.sleep(60)\n")
    assert made.is_ready()
    begun = time.monotonic()
    assert "record" in made.finish()
    assert time.monotonic() - begun < 30
