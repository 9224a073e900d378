"""What the parent and the timing child say to each other."""

import msgspec
import pytest

from profiler_suite.measure.sweep.protocol import (
    Completion,
    ErrorReply,
    PrepareRequest,
    Reply,
    Request,
    VisitReply,
    VisitRequest,
)
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Status, Visit, WorkerRecord
from tests.fake_run import make_run

POINT = make_run().provenance.points[0]
VISIT = Visit(
    point=POINT.id,
    at_s=1.0,
    sample_times_s=(1e-3,),
    canaries_s={"ufunc": (4e-5, 4e-5)},
    minor_faults=0.0,
)


@pytest.mark.parametrize(
    "said",
    [
        PrepareRequest(point=POINT, worker=3, check=True, canaries=("ufunc",), untimed=2),
        VisitRequest(point=POINT.id),
        Completion(record=WorkerRecord(point=POINT.id, worker=3, status=Status.OK)),
        VisitReply(visit=VISIT),
        ErrorReply(reason="ValueError: bad\nnews"),
    ],
    ids=lambda said: type(said).__name__,
)
def test_one_line_says_it_and_is_understood(said: Noun) -> None:
    line = msgspec.json.encode(said)
    assert b"\n" not in line
    union = Request if isinstance(said, PrepareRequest | VisitRequest) else Reply
    assert msgspec.json.decode(line, type=union) == said


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b'{"type":"taken"}', b'{"type":"take"}', b'{"type":"other","point":"p"}'],
)
def test_what_is_no_request_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(line, type=Request)
