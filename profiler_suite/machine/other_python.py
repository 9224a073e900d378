"""Asks another Python on this machine what it has; run as a module in it, it answers."""

import subprocess
import sys
from pathlib import Path

import msgspec

from profiler_suite import child
from profiler_suite.errors import UsageError
from profiler_suite.model.run import Environment

_OLDEST = (3, 11)
_PATIENCE_S = 60.0
_ASK = (
    "import sys; sys.path[:1] = []; import importlib.util as u; print(*sys.version_info[:2],"
    " *[name for name in ('numpy', 'msgspec') if u.find_spec(name)])"
)


def introduce(path: Path) -> Environment:
    """What that interpreter, or that folder's, has; UsageError says what it lacks."""
    python = _interpreter(path)
    words = _ask(python)
    version = (int(words[0]), int(words[1]))
    called = f"{python} (Python {version[0]}.{version[1]})"
    if version < _OLDEST:
        raise UsageError(
            f"{called} is too old to be measured: give one of Python 3.11 or newer"
        )
    # Its extension module only fits the version of Python that it was built for.
    wanted = [
        name
        for name in ("numpy", "msgspec")
        if name not in words[2:] and (name == "numpy" or version != sys.version_info[:2])
    ]
    if wanted:
        raise UsageError(
            f"{called} has no {' and no '.join(wanted)}; install it there: "
            f"{python} -m pip install {' '.join(wanted)}"
        )
    process = child.start(
        "profiler_suite.machine.other_python", python=python, stderr=subprocess.PIPE
    )
    try:
        answer, complaints = process.communicate(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.end(process)
        process.communicate()
        raise UsageError(f"{called} does not answer within {_PATIENCE_S:.0f} s") from None
    try:
        found = msgspec.json.decode(answer, type=Environment)
    except msgspec.DecodeError:
        last = complaints.decode(errors="replace").strip().splitlines()[-1:]
        raise UsageError(
            f"{called} cannot run the suite: {' '.join(last) or 'it says nothing'}"
        ) from None
    return msgspec.structs.replace(found, python_executable=python)


def _interpreter(path: Path) -> str:
    """The interpreter as it is named: resolving a link would leave its environment."""
    inside = (path / "bin" / "python", path / "Scripts" / "python.exe")
    python = next((p for p in inside if p.is_file()), path)
    if not python.is_file():
        raise UsageError(
            f"there is no Python at {str(path)!r}; give the path of an interpreter, such as "
            "other/.venv/bin/python"
        )
    return str(python.absolute())


def _ask(python: str) -> list[str]:
    try:
        done = subprocess.run(
            [python, "-c", _ASK], capture_output=True, text=True, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise UsageError(f"{python} does not run: {error}; is it a Python?") from error
    words = done.stdout.split()
    if done.returncode or len(words) < 2 or not (words[0] + words[1]).isdigit():
        raise UsageError(f"{python} does not answer like a Python; give another path")
    return words


def main() -> None:
    """In the other interpreter: its facts as one JSON document."""
    from profiler_suite.machine.facts import read_facts
    from profiler_suite.machine.fingerprint import fingerprint

    facts = read_facts()
    found = Environment(
        python_executable=sys.executable, fingerprint=fingerprint(facts), facts=facts
    )
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
