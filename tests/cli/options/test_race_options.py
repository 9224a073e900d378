"""The formats that `race --write` knows are those that are written."""

from profiler_suite.cli.options.race_options import WRITTEN
from profiler_suite.report.formats.guard_document import FORMATS


def test_every_format_can_be_asked_for() -> None:
    assert sorted(WRITTEN) == sorted(FORMATS)
