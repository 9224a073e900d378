"""What a guard races: functions named in a small TOML file, or tests with a marker."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from profiler_suite.errors import UsageError, unknown_name
from profiler_suite.measure.race.lockstep import GuardedFunction, Revision
from profiler_suite.model.noun import Noun

FUNCTIONS_FILE = "race.toml"
MARKER = "race"
"""Of tests that are raced between two revisions."""
_COLLECTING_S = 300.0
_EXAMPLE = '[[function]]\ntarget = "mypackage.core:smooth"\nsetup = "benchmarks/made.py:smooth"'


class GuardSettings(Noun, frozen=True, forbid_unknown_fields=True):
    """The file as a whole."""

    function: tuple["NamedFunction", ...] = ()
    path: tuple[str, ...] = ()
    """Folders below a check-out that modules are imported from; 'src' is found by itself."""
    share: tuple[str, ...] = ()
    """Files and folders that both sides take from the work tree, as they take the setups."""
    build: tuple[str, ...] = ()
    """Commands that are run in each check-out before anything is measured."""
    install: tuple[str, ...] = ()
    """Commands that fill an environment of its own, where a lock file differs."""
    lock: tuple[str, ...] = ()
    """Files that say what is installed; the usual ones are known."""


class NamedFunction(Noun, frozen=True, forbid_unknown_fields=True):
    """One function as the file names it."""

    target: str
    setup: str = ""
    name: str = ""


def read(file: Path) -> GuardSettings:
    """The settings in that file; UsageError with what is wrong and what to write."""
    try:
        plain = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}; write one such as\n{_EXAMPLE}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}") from error
    _check_keys(file, plain)
    try:
        return msgspec.convert(plain, GuardSettings)
    except msgspec.ValidationError as error:
        raise UsageError(f"{file}: {error}; write each function such as\n{_EXAMPLE}") from error


def _check_keys(file: Path, plain: dict[str, Any]) -> None:
    known = [field.name for field in msgspec.structs.fields(GuardSettings)]
    for name in plain:
        if name not in known:
            raise unknown_name(f"key in {file}:", name, known)


def functions_of(settings: GuardSettings) -> tuple[GuardedFunction, ...]:
    """Those that the file names; UsageError where two have one name."""
    found: dict[str, GuardedFunction] = {}
    for each in settings.function:
        name = each.name or each.target
        if name in found:
            raise UsageError(f"two functions are called {name!r}; give one of them a `name`")
        if ":" not in each.target:
            raise UsageError(
                f"{each.target!r} names no function; give MODULE:FUNCTION or a file and a "
                "function, as in pkg/core.py:smooth"
            )
        is_bare = each.setup and ":" not in each.setup
        module = each.target.rpartition(":")[0]
        setup = f"{module}:{each.setup}" if is_bare else each.setup
        found[name] = GuardedFunction(name=name, target=each.target, setup=setup)
    return tuple(found.values())


def shared(settings: GuardSettings) -> tuple[str, ...]:
    """What both sides take from the work tree: the same arguments for both."""
    setups = [each.setup.rpartition(":")[0] for each in functions_of(settings)]
    own = {each.target.rpartition(":")[0] for each in settings.function}
    files = [each for each in setups if each.endswith(".py") and each not in own]
    return tuple(dict.fromkeys((*settings.share, *files)))


def marked_tests(work: Revision, tests: str) -> tuple[GuardedFunction, ...]:
    """Tests of the work tree below that path that have the marker."""
    command = [
        *(work.python or sys.executable, "-m", "pytest", "--collect-only", "-q"),
        *("-o", "addopts=", "-p", "no:cacheprovider", "-m", MARKER, tests),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=work.folder,
            timeout=_COLLECTING_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError(
            f"pytest did not collect {tests} within {_COLLECTING_S:.0f} s"
        ) from error
    found = [line for line in done.stdout.splitlines() if re.match(r"\S+\.py::", line)]
    if done.returncode not in (0, 5):  # 5: none was found
        said = " ".join((done.stdout + done.stderr).split())[-400:]
        raise UsageError(f"pytest cannot collect {tests}: {said}")
    if not found:
        raise UsageError(
            f"no test below {tests} has the marker; write @pytest.mark.{MARKER} above a test"
        )
    return tuple(GuardedFunction(name=each, target=each, marked=True) for each in found)
