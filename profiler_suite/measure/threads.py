"""Sets and reads back the threads of native libraries, and waits until idle ones sleep."""

import sys
from time import perf_counter, process_time, sleep

import threadpoolctl

# OpenBLAS's idle threads spin before they sleep; a visit that follows would be
# measured beside a busy core. Waiting in small steps ends as soon as they rest.
_REST_STEP_S = 0.002
_REST_LIMIT_S = 0.2
_BUSY_SHARE = 0.2


class NativeThreads:
    """The thread limit of every native library loaded in this process."""

    def __init__(self) -> None:
        self._controller = threadpoolctl.ThreadpoolController()
        self._modules = len(sys.modules)
        self._current = 0

    def limit(self, threads: int) -> dict[str, int]:
        """Set the limit (if it is not set already) and return what each library then says."""
        if len(sys.modules) != self._modules:
            # An import may have loaded another library with threads of its own.
            self._controller = threadpoolctl.ThreadpoolController()
            self._modules = len(sys.modules)
            self._current = 0
        if threads != self._current:
            was_parallel = self._current != 1
            self._controller.limit(limits=threads)
            self._current = threads
            if was_parallel:
                rest()
        return {
            f"{library.internal_api}:{library.prefix}": int(library.num_threads)
            for library in self._controller.lib_controllers
        }


def rest() -> None:
    """Wait until no thread of this process uses a core, for at most a fifth of a second."""
    end = perf_counter() + _REST_LIMIT_S
    while perf_counter() < end:
        wall, cpu = perf_counter(), process_time()
        sleep(_REST_STEP_S)
        if process_time() - cpu < _BUSY_SHARE * (perf_counter() - wall):
            return
