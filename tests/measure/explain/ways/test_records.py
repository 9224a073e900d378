"""What was measured of a way travels from its process as JSON."""

import msgspec

from profiler_suite.measure.explain.ways.records import (
    StoppingLine,
    WayRecord,
    WayRequest,
)
from profiler_suite.model.noun import to_json
from profiler_suite.model.way import Way, WayKind


def test_a_request_and_a_record_come_back() -> None:
    request = WayRequest(way=Way(kind=WayKind.NUMBA))
    assert msgspec.json.decode(to_json(request), type=WayRequest) == request
    record = WayRecord(
        way=request.way, reason="no", stopped_at=StoppingLine(file="f", line=3, text="x")
    )
    assert msgspec.json.decode(to_json(record), type=WayRecord) == record
