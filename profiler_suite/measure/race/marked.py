"""The process that runs one marked test of a revision: pytest prepares it, then it is visited.

Answers go out through the pipe alone; what pytest and the test print goes nowhere.
"""

import os
import sys
from typing import Any, BinaryIO

import pytest

from profiler_suite.measure.children.serve import answers_alone, send
from profiler_suite.measure.explain.records import FailureReply, LoadReply, LoadRequest
from profiler_suite.measure.explain.served import serve_call
from profiler_suite.model.noun import to_json
from profiler_suite.workloads import user_function
from profiler_suite.workloads.sizes import size_of
from profiler_suite.workloads.user_function import FunctionCall

# A project's own options may be for plugins that run tests in parallel, or stop them.
_OPTIONS = ("-q", "-x", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:timeout")


class ServedTest:
    """What pytest calls: in place of the test, requests for it are answered."""

    def __init__(self, requests: BinaryIO, output: BinaryIO) -> None:
        self._requests, self._output = requests, output
        self.served = False
        self.reason = ""
        """Why the test could not be prepared."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Serve the test with its fixtures; it counts as run."""
        given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
        call = FunctionCall(name=pyfuncitem.nodeid, function=pyfuncitem.obj, kwargs=given)
        self.served = True
        serve_call(lambda ask: (call, _loaded(ask, call)), self._requests, self._output)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps why a fixture failed."""
        if report.failed or report.skipped:
            self.reason = self.reason or _last_line(report.longreprtext)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keeps why its file cannot be read."""
        if report.failed:
            self.reason = self.reason or _last_line(report.longreprtext)


def _loaded(_: LoadRequest, call: FunctionCall) -> LoadReply:
    return LoadReply(
        sizes=(size_of(call.args, call.kwargs, ""),),
        file=user_function.file_of(call.function),
        line=user_function.line_of(call.function),
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def run(test: str, requests: BinaryIO, output: BinaryIO) -> None:
    """Let pytest prepare that test, and answer requests for it."""
    served = ServedTest(requests, output)
    code: Any = pytest.main([test, *_OPTIONS], plugins=[served])
    if not served.served:
        why = served.reason or f"pytest ended with {code!r}"
        reason = f"the test {test} cannot be run here: {why}"
        send(output, to_json(FailureReply(usage=True, reason=reason)))


def main() -> None:
    """Serve on standard input and output; what is printed goes elsewhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    output = answers_alone(nothing)
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    os.dup2(nothing, sys.stdin.fileno())
    os.dup2(nothing, sys.stderr.fileno())
    run(sys.argv[1], requests, output)


if __name__ == "__main__":
    main()
