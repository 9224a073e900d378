"""What a thread did: it ran, or it waited, and for what."""

import pytest

from profiler_suite.analysis.program import states
from profiler_suite.analysis.program.states import state_of
from profiler_suite.measure.program.samples import StackFrame
from tests.analysis.program.fake_program import LIBC, LIBPYTHON, UMATH

BLAS = "/v/site-packages/numpy.libs/libscipy_openblas64_.so"
STANDARD = "/usr/lib/python3.11"
MINE = "/home/me/main.py"


def compiled(*frames: tuple[str, str]) -> list[StackFrame]:
    return [StackFrame(name=n, file=f, line=0, compiled=True) for n, f in frames]


def python(name: str, file: str) -> StackFrame:
    return StackFrame(name=name, file=file, line=1, compiled=False)


@pytest.mark.parametrize(
    ("frames", "state"),
    [
        ([("DOUBLE_add", UMATH)], states.RUNNING),
        ([("clock_nanosleep", LIBC)], states.SLEEP),
        ([("__GI___wait4", LIBC)], states.RUNNING),
        ([("__wait4", LIBC)], states.CHILD),
        ([("epoll_wait", LIBC)], states.EVENTS),
        ([("__libc_read", LIBC)], states.IO),
        ([("pread64", LIBC)], states.IO),
        ([("internal", LIBC), ("syscall", LIBC), ("recvfrom", LIBC)], states.IO),
        ([("a", LIBC), ("b", LIBC), ("c", LIBC), ("read", LIBC)], states.RUNNING),
        ([("sem_clockwait", LIBC)], states.LOCK),
        ([("x", LIBC), ("PyThread_acquire_lock_timed", LIBPYTHON)], states.LOCK),
        ([("pthread_cond_timedwait", LIBC), ("take_gil", LIBPYTHON)], states.GIL),
        ([("pthread_cond_wait", LIBC), ("worker", "/v/lib/mine.so")], states.LOCK),
        ([("pthread_cond_wait", LIBC), ("exec_blas", BLAS)], states.TEAM),
        ([("dgemm_kernel", BLAS)], states.RUNNING),
        ([("reader", UMATH)], states.RUNNING),
    ],
)
def test_compiled_frames_tell(frames: list[tuple[str, str]], state: str) -> None:
    assert state_of(compiled(*frames), python("f", MINE)) == state


@pytest.mark.parametrize(
    ("name", "file", "state"),
    [
        ("Condition.wait", f"{STANDARD}/threading.py", states.LOCK),
        ("Queue.get", f"{STANDARD}/queue.py", states.LOCK),
        ("Popen._wait", f"{STANDARD}/subprocess.py", states.CHILD),
        ("EpollSelector.select", f"{STANDARD}/selectors.py", states.EVENTS),
        ("SocketIO.readinto", f"{STANDARD}/socket.py", states.IO),
        ("Thread.run", f"{STANDARD}/threading.py", states.RUNNING),
        ("wait", "/home/me/threading.py", states.RUNNING),
        ("f", MINE, states.RUNNING),
    ],
)
def test_where_only_python_is_seen_its_standard_library_tells(
    name: str, file: str, state: str
) -> None:
    import sysconfig

    stdlib = sysconfig.get_path("stdlib")
    assert state_of([], python(name, file.replace(STANDARD, stdlib))) == state


def test_nothing_seen_is_taken_for_running() -> None:
    assert state_of([], None) == states.RUNNING
