"""``pytest --explain``: tests ranked by time, the slowest calls explained, limits held."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from profiler_suite import units
from profiler_suite.errors import ProfilerSuiteError

if TYPE_CHECKING:
    from profiler_suite.analysis.explain.explanation import Explanation

_RANKED = 10
# What takes less is not worth the ten seconds that explaining it takes.
_WORTH_S = 0.01


class ExplainedTests:
    """What pytest calls while it runs tests that are to be explained."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times_s: dict[str, float] = {}
        self._again: str = ""
        """The test that is run once more to be explained."""
        self._found: list[tuple[str, Explanation | str]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        """Times the test's call; explains it where a limit or its rank asks for it."""
        begun = perf_counter()
        result = yield
        took = perf_counter() - begun
        call = partial(pyfuncitem.obj, **_arguments(pyfuncitem))
        if self._again == pyfuncitem.nodeid:
            self._found.append((pyfuncitem.nodeid, _explained(pyfuncitem, call)))
            return result
        self._times_s[pyfuncitem.nodeid] = took
        limits = _limits(pyfuncitem)
        if limits:
            _hold(pyfuncitem, limits)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """After all tests, the slowest run once more, with their fixtures made anew."""
        result = yield
        items = {item.nodeid: item for item in session.items}
        for name, took in _slowest(self._times_s)[: self._most]:
            item = items.get(name)
            if took < _WORTH_S or not isinstance(item, pytest.Function):
                continue
            self._again = name
            item._initrequest()
            runtestprotocol(item, nextitem=None, log=False)
        self._again = ""
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The ranking, and each explanation below."""
        if not self._times_s:
            return
        terminalreporter.section("where the time of the tests goes")
        for name, took in _slowest(self._times_s)[:_RANKED]:
            terminalreporter.write_line(f"{units.time(took):>9}  {name}")
        for name, found in self._found:
            terminalreporter.write_line("")
            terminalreporter.write_line(name, bold=True)
            terminalreporter.write_line(_in_words(found))


def _slowest(times_s: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(times_s.items(), key=lambda each: -each[1])


def _arguments(item: pytest.Function) -> dict[str, Any]:
    """What pytest calls the test with."""
    return {name: item.funcargs[name] for name in item._fixtureinfo.argnames}


def _explained(item: pytest.Function, call: "partial[Any]") -> "Explanation | str":
    """The costliest call that the test makes, else the test itself; or why there is none."""
    from profiler_suite.measure.lines.functions import python_function
    from profiler_suite.measure.program.one_call import caught, costliest_code
    from profiler_suite.notebook import explain

    test = python_function(item.obj)
    function: Callable[..., Any] = call
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    try:
        code = costliest_code(call, (test.__code__,)) if test else None
        made = caught(call, code) if code else None
        if made is not None:
            function, args, kwargs = made
        return explain(function, *args, **kwargs)
    except ProfilerSuiteError as error:
        return f"not explained: {str(error).splitlines()[0]}"
    except Exception as error:  # noqa: BLE001 - what a test holds may resist copying
        return f"not explained: {type(error).__name__}: {error}"


def _limits(item: pytest.Function) -> dict[str, float]:
    """The markers of a test with their largest allowed value."""
    found = {}
    for name in ("overhead_share", "page_faults"):
        marker = item.get_closest_marker(name)
        if marker is None:
            continue
        given = [*marker.args, *marker.kwargs.values()]
        if len(given) != 1 or set(marker.kwargs) - {"max"}:
            raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.{name} takes one number, max")
        found[name] = float(given[0])
    return found


def _hold(item: pytest.Function, limits: Mapping[str, float]) -> None:
    """Fail the test whose call has more than its markers allow."""
    from profiler_suite.analysis.explain.explanation import overhead_share
    from profiler_suite.measure import timing
    from profiler_suite.notebook import explain

    found = explain(item.obj, **_arguments(item))
    breakdown, faults = found.breakdown, found.explained.breakdown_record.minor_faults
    seen = {
        "page_faults": faults if timing.COUNTS_FAULTS else math.nan,
        "overhead_share": math.nan if breakdown is None else overhead_share(breakdown),
    }
    for name, most in limits.items():
        if math.isnan(seen[name]):
            pytest.fail(f"{name} could not be judged: {' '.join(found.notes)}", pytrace=False)
        if seen[name] > most:
            pytest.fail(
                f"{name} of a call is {seen[name]:.3g}, at most {most:g} is allowed\n{found}",
                pytrace=False,
            )


def _in_words(found: "Explanation | str") -> str:
    if isinstance(found, str):
        return f"  {found}"
    from profiler_suite.report.terminal.program_explanations import function_screen

    return function_screen(found, 80, color=False)
