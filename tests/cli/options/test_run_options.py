"""The options of `run` end where the program begins, and some exclude each other."""

import pytest

from profiler_suite.cli.options.run_options import RunOptions
from profiler_suite.cli.run import run_command
from profiler_suite.errors import UsageError
from profiler_suite.measure.program import captured


def options(*words: str) -> RunOptions:
    return RunOptions(**run_command.make_context("run", list(words)).params)


@pytest.mark.parametrize(
    ("words", "program"),
    [
        (["x.py", "--once", "-q"], ("x.py", "--once", "-q")),
        (["--limit", "5", "-m", "p", "--limit", "7"], ("-m", "p", "--limit", "7")),
        (["-q", "--", "-x.py"], ("-x.py",)),
        (["--once", "-cprint()"], ("-cprint()",)),
        (["--limit=5", "x.py"], ("x.py",)),
    ],
)
def test_whatever_follows_the_program_is_its_own(
    words: list[str], program: tuple[str, ...]
) -> None:
    assert options(*words).program == program


def test_a_limit_is_seconds() -> None:
    assert options("--limit", "2.5", "x.py").limit == 2.5
    assert options("x.py").limit is None


@pytest.mark.parametrize(
    ("words", "explains"),
    [
        ([], True),
        (["--top", "0"], False),
        (["-q"], False),
        (["-q", "--json", "a.json"], True),
        (["-q", "--try"], True),
        (["-q", "--patch", "p"], True),
    ],
)
def test_functions_are_explained_unless_nobody_would_see_it(
    words: list[str], explains: bool
) -> None:
    assert options(*words, "x.py").explains is explains


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--top", "0", "--try"], "--top 0 explains none"),
        (["--top", "0", "--patch", "p"], "--top 0 explains none"),
        (["--once", "--try"], "--once is to run it once"),
    ],
)
def test_options_that_exclude_each_other_are_told(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        options(*words, "x.py").check()


def test_where_no_process_forks_nothing_can_be_caught_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(captured, "can_catch", lambda: False)
    with pytest.raises(UsageError, match="leave --once out"):
        options("--once", "x.py").check()
    options("x.py").check()
