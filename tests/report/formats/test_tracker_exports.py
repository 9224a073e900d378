"""A sweep's times go to tools that keep them over commits."""

import json

import pytest

from profiler_suite.report.formats import tracker_exports
from profiler_suite.report.formats.exports import exported, formats
from tests.fake_run import make_run


@pytest.mark.parametrize("name", ["bencher", "github"])
def test_every_measured_point_is_in_it(name: str) -> None:
    run = make_run()
    text = exported(run, formats()[name])
    found = json.loads(text)
    names = {each["name"] for each in found} if isinstance(found, list) else set(found)
    assert names == {each.name for each in tracker_exports._times(run)}
    assert names
