"""What only POSIX has is asked for where it is used: every module can be imported elsewhere."""

import subprocess
import sys

# Modules and names that Windows lacks. What other packages ask for at once stays.
SCRIPT = """
import asyncio, mmap, multiprocessing, os, select, signal, socket, subprocess, sys
import matplotlib, numpy, pandas, platformdirs, scipy
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty", "tty"):
    sys.modules[name] = None
lacking = {
    os: "fork wait4 killpg setsid sched_getaffinity tcgetpgrp O_CLOEXEC WNOHANG mkfifo sysconf",
    signal: "SIGKILL SIGHUP SIGQUIT SIGUSR1 SIGUSR2 SIGCHLD SIGALRM SIGBUS setitimer",
    select: "poll",
    socket: "AF_UNIX",
    mmap: "PROT_READ MAP_SHARED MAP_PRIVATE",
}
for module, names in lacking.items():
    for name in names.split():
        vars(module).pop(name, None)
import importlib, pkgutil
import profiler_suite
for found in pkgutil.walk_packages(profiler_suite.__path__, "profiler_suite."):
    if not found.name.endswith(("__main__", "sitecustomize")):
        try:
            importlib.import_module(found.name)
        except Exception as error:
            print(found.name, repr(error))
"""


def test_every_module_can_be_imported_without_what_only_posix_has() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
