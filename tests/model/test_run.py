"""Which checks of a selfcheck are defects, and which could not be judged."""

from typing import Any

import msgspec

from profiler_suite.model.run import Check, Environment, SelfCheck
from tests.fake_machine import FACTS


def check(name: str, **fields: Any) -> Check:
    given: dict[str, Any] = {
        "group": "clock",
        "name": name,
        "error": 0.2,
        "unit": "share",
        "limit": 0.1,
        "ok": False,
        "of_suite": True,
        "sample": "80 pairs",
    }
    return Check(**(given | fields))


def test_a_defect_is_a_miss_of_the_suite_that_nothing_interfered_with() -> None:
    found = SelfCheck(
        fingerprint="f",
        suite_version="1",
        measured_at="",
        duration_s=1.0,
        checks=(
            check("fine", ok=True),
            check("defect"),
            check("machine", of_suite=False),
            check("open", undisturbed=0.2),
            check("never undisturbed", undisturbed=0.0),
        ),
        verdict=(),
    )
    assert [each.name for each in found.defects] == ["defect"]
    assert [each.name for each in found.unjudged] == ["open", "never undisturbed"]


def test_an_environment_is_read_as_it_was_written() -> None:
    found = Environment(python_executable="/π/python", fingerprint="f", facts=FACTS)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Environment) == found
