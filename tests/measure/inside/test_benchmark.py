"""The benchmark of call facts generates 200 calls whose layouts and casts are as they say."""

import pytest

from profiler_suite.measure.inside import access
from profiler_suite.measure.inside.changes import casts_of
from tests.benchmarks.call_facts import DTYPES, GeneratedCall, generated

CALLS = list(generated())


def test_there_are_two_hundred_of_different_names() -> None:
    assert len(CALLS) == len({each.name for each in CALLS}) == 200


@pytest.mark.parametrize("dtype", DTYPES)
def test_facts_that_need_no_samples_are_right(dtype: str) -> None:
    def told(call: GeneratedCall) -> tuple[str, float, bool]:
        found = access.accesses(call.args, {}, None)[0]
        casts = casts_of((call.function, call.args, {}))
        return found.layout, found.used_bytes, bool(casts)

    calls = [each for each in CALLS if f", {dtype}," in each.name]
    assert len(calls) == 40
    for call in calls:
        assert told(call) == (call.layout, call.used_bytes, call.casts), call.name
