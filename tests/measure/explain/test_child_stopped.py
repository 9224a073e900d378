"""A child whose time is over is stopped; what was measured before stands."""

import io
import os
import threading
import time
from typing import BinaryIO

import pytest

from profiler_suite.errors import FunctionError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import LoadReply, LoadRequest, Stage, Trial
from profiler_suite.model.noun import to_json
from profiler_suite.model.trial import TrialKind


class Silent:
    """A process that gives some answers and then none until it is ended."""

    def __init__(self, *answers: LoadReply | Stage) -> None:
        self.requests: BinaryIO = io.BytesIO()
        read, self._write = os.pipe()
        self.answers: BinaryIO = os.fdopen(read, "rb")
        os.write(self._write, b"".join(to_json(each) + b"\n" for each in answers))
        self.ends: list[int] = []
        self._lock = threading.Lock()

    def end(self) -> None:
        # Who waits for it and whose time is over may both end it.
        with self._lock:
            if not self.ends:
                os.close(self._write)
            self.ends.append(1)

    def how_it_ended(self) -> str:
        return "it was killed"

    def close(self) -> None:
        self.end()
        self.answers.close()


def test_one_that_does_not_even_load_is_stopped() -> None:
    process, begun = Silent(Stage(text="loading")), time.monotonic()
    with pytest.raises(FunctionError, match="stopped while loading: its time was over"):
        ExplainChild(LoadRequest("x.py:f"), lambda _: None, lambda: process, 0.2)
    assert process.ends
    assert time.monotonic() - begun < 20


def test_what_is_tried_when_it_is_stopped_is_not_known_and_nothing_more_is_tried() -> None:
    process = Silent(LoadReply())
    trial = Trial(kind=TrialKind.THREADS)
    with ExplainChild(LoadRequest("x.py:f"), lambda _: None, lambda: process, 0.3) as child:
        for _ in range(2):
            found = child.attempt(trial)
            assert not found.same
            assert found.reason.startswith("not tried: no time was left")


def test_one_that_is_done_in_time_is_not_stopped() -> None:
    process = Silent(LoadReply())
    with ExplainChild(LoadRequest("x.py:f"), lambda _: None, lambda: process, 0.2) as child:
        time.sleep(0.01)
        assert not process.ends
    assert len(process.ends) == 1
    time.sleep(0.3)
    assert len(process.ends) == 1
    assert child is not None
