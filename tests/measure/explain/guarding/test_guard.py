"""What a function raises or changes in a pass is said with the pass, and put back."""

import errno
import os
from pathlib import Path

import pytest

import profiler_suite
from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.guarding import forks, guard
from profiler_suite.measure.explain.guarding.guard import FIRST_CALL, FunctionGuard
from profiler_suite.measure.explain.records import Stage


def test_what_a_function_raises_names_the_pass() -> None:
    function = compile("def f():\n    raise ValueError('odd')\n", "mine.py", "exec")
    space: dict[str, object] = {}
    exec(function, space)
    own = space["f"]
    assert callable(own)
    with FunctionGuard("mine.py:f") as guarding:
        said = r"(?s)odd.*\(while timing\)"
        with pytest.raises(FunctionError, match=said), guarding.stage("timing"):
            own()
        with pytest.raises(UsageError, match="ours"), guarding.stage("timing"):
            raise UsageError("ours")


def test_what_a_pass_changes_of_the_process_is_put_back_and_named_once() -> None:
    name = "PROFILER_SUITE_TEST_OF_GUARD"
    with FunctionGuard("mine.py:f") as guarding:
        for _ in range(2):
            with guarding.stage("timing"):
                os.environ[name] = "1"
            assert name not in os.environ
    assert len([note for note in guarding.notes if "environ" in note]) == 1


def test_stages_are_told_with_their_limits() -> None:
    told: list[Stage] = []
    with FunctionGuard("mine.py:f", 20.0, told.append) as guarding:
        with guarding.one_call(FIRST_CALL):
            pass
        guarding.returned(0.5)
        with guarding.stage("timing", expected_s=2.0):
            pass
    first, *_, last = told
    assert (first.text, first.limit_s) == (FIRST_CALL, 20.0)
    assert last.text == "timing"
    assert 2.0 < last.limit_s <= 22.0


def test_no_file_left_is_a_sentence() -> None:
    opened = pytest.raises(FunctionError, match="leaves files open")
    with opened, FunctionGuard("mine.py:f"):
        raise OSError(errno.EMFILE, "too many")


def test_the_suite_s_own_files_are_those_of_the_package() -> None:
    package = Path(profiler_suite.__file__).resolve().parent
    assert str(package) == guard._OURS
    assert f"{package}{os.sep}" == forks._PACKAGE
