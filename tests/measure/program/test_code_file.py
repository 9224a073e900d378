"""Code that was given with -c has a file while it is looked at, and runs as it was given."""

import sys
from pathlib import Path

import msgspec
import pytest

from profiler_suite.analysis.program.causes import next_command, shown_path
from profiler_suite.analysis.program.ranking import rank
from profiler_suite.measure.program.captured import capture
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.code_file import in_a_file, named
from profiler_suite.measure.program.elsewhere import InputPlace
from profiler_suite.measure.program.request import ProgramTarget, command
from profiler_suite.measure.program.trying import try_program
from profiler_suite.measure.program.watching import ProgramRun
from tests.analysis.program.fake_program import run_of, stack

CODE = """import sys
found = []
for i in range(9):
    found.append(i)

def work(x):
    return x

print(work(sum(found)), sys.argv, __name__)
"""
TARGET = ProgramTarget(kind="code", name=CODE, arguments=("a",))


def _run_of(target: ProgramTarget, *stacks: str) -> ProgramRun:
    return msgspec.structs.replace(run_of(*stacks), target=target)


def test_lines_of_code_are_those_of_its_file() -> None:
    with in_a_file(TARGET) as target:
        run = _run_of(
            target,
            stack("<module> (<string>:3)", count=10),
            stack("<module> (<string>:4)", count=60),
            stack("<module> (<string>:9)", "work (<string>:7)", count=20),
            stack("<module> (<string>:9)", "__init__ (<string>:3)", count=5),
        )
        found = rank(named(run))
        loop = found.functions[0]
        assert (loop.line, loop.lines) == (4, (2, 4))
        assert loop.total_s == pytest.approx(70 / 95)
        assert Path(loop.file).read_text() == CODE
        assert shown_path(loop.file) == "-c"
        assert next_command(loop, target) == ""
        files = {each.function: each.file for each in found.functions}
        assert files["work"] == loop.file
        assert files["__init__"] == "<string>"  # what a library has made
    assert not Path(loop.file).exists()


def test_a_script_needs_no_other_file() -> None:
    script = ProgramTarget(kind="script", name="main.py")
    with in_a_file(script) as target:
        assert target is script
    assert script.from_file is script
    run = _run_of(script, stack("<module> (<string>:3)", count=10))
    assert named(run) is run


@pytest.mark.skipif(sys.platform == "win32", reason="no process forks")
def test_calls_of_code_are_caught(capfd: pytest.CaptureFixture[str]) -> None:
    with in_a_file(TARGET) as target:
        lines = CallWish(file=target.file, first=2, last=4)
        function = CallWish(file=target.file, qualname="work")
        with capture(target, [lines, function]) as found:
            assert found.end.exit_code == 0
            assert [each.calls for each in found.caught] == [1, 1]
        assert command(target)[-3:] == ["-c", CODE, "a"]
    assert capfd.readouterr().out == "36 ['-c', 'a'] __main__\n"


def test_rewritten_code_is_tried_as_code() -> None:
    with in_a_file(TARGET) as target:
        same = CODE.replace("found.append(i)", "found.append(i + 0)")
        trial = try_program(target, {target.file: same}, InputPlace())
        assert trial.difference == ""
        other = CODE.replace("found.append(i)", "found.append(i + 1)")
        trial = try_program(target, {target.file: other}, InputPlace())
        assert trial.difference == "it printed something else"
