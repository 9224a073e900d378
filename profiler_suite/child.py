"""Starts a Python child process that runs a module of this very package.

The child must import the same files as its parent, also from a checkout that
is not installed, and nothing from the folder it happens to be started in.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

_BOOT = (
    "import sys, runpy; parent = sys.argv.pop(1); module = sys.argv.pop(1);"
    "sys.path.insert(0, parent); import profiler_suite; sys.path.remove(parent);"
    "runpy.run_module(module, run_name='__main__', alter_sys=True)"
)


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `module` (dotted, inside this package) in a new process."""
    parent = str(Path(__file__).resolve().parents[1])
    return [sys.executable, "-P", "-c", _BOOT, parent, module, *arguments]


def start(module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start `module` as a child with pipes for its standard input and output."""
    return subprocess.Popen(
        command(module, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        **options,
    )
