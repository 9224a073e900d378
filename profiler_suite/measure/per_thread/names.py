"""Names of threads that stay the same from one evaluation to the next."""

import re
import threading
from collections import Counter
from typing import Any

from profiler_suite.model.threads import CALLING

_NUMBER = re.compile(r"[-_ ]*\d+")


def stem(name: str) -> str:
    """'ThreadPoolExecutor' of 'ThreadPoolExecutor-12_3', 'Thread (f)' of 'Thread-4 (f)'."""
    return _NUMBER.sub("", name).strip() or "thread"


class ThreadNames:
    """A context: notes which threads are there, and which are started in each evaluation.

    The second pool of an evaluation starts its first thread as the first one did in the
    evaluation before: they are counted in the order of their start.
    """

    def __init__(self) -> None:
        self.by_number = {
            each.native_id: each.name
            for each in threading.enumerate()
            if each.native_id is not None
        }
        self.by_number[threading.get_native_id()] = CALLING
        self.started: set[int] = set()
        """Numbers of the threads that the function itself has started."""
        self._counts: Counter[str] = Counter()
        self._start: Any = None

    def __enter__(self) -> "ThreadNames":
        start = self._start = threading.Thread.start

        def noted(thread: threading.Thread) -> None:
            start(thread)
            self._note(thread)

        kind: Any = threading.Thread
        kind.start = noted
        return self

    def __exit__(self, *_: object) -> None:
        kind: Any = threading.Thread
        kind.start = self._start

    def next_evaluation(self) -> None:
        """Count from the beginning."""
        self._counts.clear()

    def _note(self, thread: threading.Thread) -> None:
        if thread.native_id is None:
            return
        plain = stem(thread.name)
        self._counts[plain] += 1
        self.by_number[thread.native_id] = f"{plain} {self._counts[plain]}"
        self.started.add(thread.native_id)
