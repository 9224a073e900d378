"""Reading another process's line: where frames are found, and what samples become."""

import ctypes
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.measure.lines import sampling
from profiler_suite.measure.lines.requests import FrameSamples, SampleCounts
from profiler_suite.measure.reading import layout, peek
from tests.interference import holds

ROOT = Path(__file__).resolve().parents[3]


def available() -> bool:
    try:
        library = peek.libc()
        word = (ctypes.c_uint64 * 1)(7)
        return peek.may_read(library, 1, ctypes.addressof(word)) is not None
    except peek.PeekError:
        return False


pytestmark = pytest.mark.measures
needs_peek = pytest.mark.skipif(not available(), reason="memory cannot be read here")


def two_lines(n: int) -> int:
    total = sum(range(n * 9))
    total += sum(range(n))
    return total


def some_line(code: Any, line: int) -> int:
    """Offset of an instruction of a line, as a look reports it."""
    start = next(start for start, _, at in code.co_lines() if at == line)
    return layout.code_offset() + int(start)


@needs_peek
def test_the_layout_is_found_at_any_depth_and_always_the_same() -> None:
    def deeper(depth: int) -> layout.Layout:
        return deeper(depth - 1) if depth else layout.find()

    assert layout.find() == deeper(1) == deeper(7)


def test_lines_are_found_by_instruction() -> None:
    code = two_lines.__code__
    first = code.co_firstlineno
    for start, _, line in code.co_lines():
        if line is not None:
            assert layout.line_at(code, start) == line
    assert layout.line_at(code, -2) is None
    assert layout.line_at(code, 10_000) is None
    assert layout.line_at(code, some_line(code, first + 1) - layout.code_offset()) == first + 1


def test_samples_become_counts_of_lines() -> None:
    code, other = two_lines.__code__, some_line.__code__
    first = code.co_firstlineno
    inner = other.co_firstlineno + 2
    at = some_line(code, first + 1)
    answer = SampleCounts(
        frame_samples=(
            FrameSamples(at={0: at}, count=5),
            FrameSamples(at={1: some_line(other, inner), 0: at}, count=3),
            FrameSamples(at={}, count=2),
        ),
        lost=1,
    )
    found = sampling.seen(answer, [code, other])
    assert found.samples == 8
    assert found.outside == 2
    assert found.lines == {(0, first + 1): 8, (1, inner): 3}
    assert found.calling == {(0, first + 1): 3}
    assert found.lost == 1


def test_a_generator_that_runs_after_its_function_has_returned_is_sampled() -> None:
    maker, body = some_line.__code__, two_lines.__code__
    line = body.co_firstlineno + 1
    answer = SampleCounts(
        frame_samples=(FrameSamples(at={1: some_line(body, line)}, count=40),)
    )
    found = sampling.seen(answer, [maker, body])
    assert (found.samples, found.outside) == (40, 0)
    assert found.lines == {(1, line): 40}


def test_entering_a_function_belongs_to_the_first_line_of_its_body() -> None:
    # Until 3.12 a new frame points one instruction before its code.
    answer = SampleCounts(
        frame_samples=(FrameSamples(at={0: layout.code_offset() - 2}, count=1),)
    )
    found = sampling.seen(answer, [two_lines.__code__])
    assert found.lines == {(0, two_lines.__code__.co_firstlineno + 1): 1}
    one_line = (lambda: None).__code__
    found = sampling.seen(answer, [one_line])
    assert found.lines == {(0, one_line.co_firstlineno): 1}


@pytest.fixture
def watching() -> Iterator[sampling.SamplerProcess]:
    started = sampling.SamplerProcess()
    yield started
    started.close()


def looked_at(
    watching: sampling.SamplerProcess, function: Callable[..., Any]
) -> sampling.LineSamples:
    watching.begin([function.__code__])
    for _ in range(3):
        watching.evaluate(function, (2000,), 250)
    return watching.end()


@needs_peek
@pytest.mark.parametrize("sharing", [False, True])
def test_samples_find_the_line_that_takes_the_time(sharing: bool) -> None:
    """In turns on one core, and by stopping the process for each look."""
    watching = sampling.SamplerProcess(sharing)
    first = two_lines.__code__.co_firstlineno

    def wrong() -> str:
        found = looked_at(watching, two_lines)
        right = (
            found.samples > 100
            and 0.8 < found.lines[0, first + 1] / found.samples < 0.98  # nine in ten
            and found.lost < 0.05 * found.samples
        )
        return "" if right else str(found)

    try:
        holds(wrong)
    finally:
        watching.close()


@needs_peek
def test_the_watching_process_serves_one_function_after_the_other(
    watching: sampling.SamplerProcess,
) -> None:
    def sorts(n: int) -> list[int]:
        return sorted(range(n))

    def wrong() -> str:
        both = [looked_at(watching, each) for each in (sorts, two_lines)]
        right = all({number for number, _ in found.lines} == {0} for found in both)
        return "" if right else str(both)

    holds(wrong)


@needs_peek
def test_an_exception_of_the_watched_function_comes_through(
    watching: sampling.SamplerProcess,
) -> None:
    def raises(n: int) -> None:
        raise ValueError(n)

    watching.begin([raises.__code__])
    with pytest.raises(ValueError, match="3"):
        watching.evaluate(raises, (3,), 1)
    assert watching.end().samples >= 0


@needs_peek
def test_a_watching_process_that_died_is_an_error_in_words(
    watching: sampling.SamplerProcess,
) -> None:
    watching._reader._process.kill()
    watching._reader._process.wait()
    with pytest.raises(peek.PeekError, match="has ended"):
        looked_at(watching, two_lines)


@needs_peek
def test_watching_leaves_the_cores_as_they_were(watching: sampling.SamplerProcess) -> None:
    before = os.sched_getaffinity(0)
    looked_at(watching, two_lines)
    assert os.sched_getaffinity(0) == before


@needs_peek
def test_where_no_iterations_are_given_the_process_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sampling, "_SLOWEST_TURN_S", 0.0)
    watching = sampling.SamplerProcess()

    def wrong() -> str:
        found = looked_at(watching, two_lines)
        return "" if found.samples > 0 else str(found)

    try:
        assert not watching._sharing
        holds(wrong)
    finally:
        watching.close()


@needs_peek
def test_the_watching_process_ends_with_the_one_it_watches() -> None:
    text = textwrap.dedent(
        """
        import os, sys
        from profiler_suite.measure.lines.sampling import SamplerProcess
        watch = SamplerProcess()
        print(watch._reader.pid, flush=True)
        watch.begin([])
        watch._control[0] = 1
        watch._reader.request(b"look\\n")
        sum(range(3_000_000))
        os._exit(3)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.returncode == 3
    pid = done.stdout.strip()
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        subprocess.run([sys.executable, "-c", "import time; time.sleep(0.1)"], check=True)
    pytest.fail("the sampling process is still there")


def test_elsewhere_than_on_linux_the_reason_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(peek.PeekError, match="needs 64-bit Linux, this is darwin"):
        peek.libc()
