"""One call of compiled code in this process: what is refused, and a view of it."""

from typing import Any

import msgspec
import pytest

from profiler_suite import one_call
from profiler_suite.errors import UsageError
from tests.fake_machine import MACHINE
from tests.stored_explanation import stored_explanation


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_call, "read_facts", lambda: MACHINE.facts)
    monkeypatch.setattr(one_call, "kept_machine", lambda name: None)


@pytest.mark.parametrize("threads", [0, -1, 3])
def test_threads_that_the_process_may_not_use_are_refused(threads: int) -> None:
    with pytest.raises(UsageError, match=f"{threads} threads .* may use 1 to 2"):
        one_call.explain_call(abs, -1, profiler_threads=threads)


def test_a_result_in_the_place_of_a_function_is_refused() -> None:
    result: Any = abs(-1)
    with pytest.raises(UsageError, match=r"explain_call\(f, x\), not explain_call\(f\(x\)\)"):
        one_call.explain_call(result)


def test_a_machine_that_was_not_measured_has_no_roofs() -> None:
    found, known = one_call._machine()
    assert not known
    assert (found.ceilings, found.call_costs, found.facts) == ((), (), MACHINE.facts)


def test_a_kept_machine_has_the_facts_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    old = msgspec.structs.replace(
        MACHINE, facts=msgspec.structs.replace(MACHINE.facts, host="renamed since")
    )
    monkeypatch.setattr(one_call, "kept_machine", lambda name: old)
    found, known = one_call._machine()
    assert known
    assert found.facts.host == "host"
    assert found.ceilings == MACHINE.ceilings


def test_a_view_without_calls_inside_says_so() -> None:
    stored = stored_explanation()
    record = msgspec.structs.replace(stored.explained, inside=())
    view = one_call.CallExplanation(record, stored.machine, None, stored.baselines_s)
    assert repr(view).endswith(": nothing inside>")
    assert "No call takes enough of the time to be worth a look inside." in str(view)
