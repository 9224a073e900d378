"""Where to look first: what a rewrite may spare comes before what takes long."""

import multiprocessing

import pytest

from profiler_suite.analysis.program.causes import cause, next_command
from profiler_suite.analysis.program.moments import moments
from profiler_suite.analysis.program.ranking import rank
from tests.analysis.program.fake_program import (
    IMPORTING,
    LIBC,
    LIBPYTHON,
    NUMPY,
    UMATH,
    run_of,
    stack,
)

MAIN = "<module> (/home/me/main.py:20)"
LOOP = "loop (/home/me/main.py:5)"
SUM = f"sum ({NUMPY}/_core/fromnumeric.py:2425)"
PRODUCT = "product (/home/me/main.py:9)"
BLAS = "dgemm_kernel_HASWELL (/v/site-packages/numpy.libs/libscipy_openblas64_.so)"


def test_small_calls_come_before_a_longer_product() -> None:
    found = rank(
        run_of(
            stack(MAIN, LOOP, count=10),
            stack(MAIN, LOOP, SUM, count=10),
            stack(MAIN, LOOP, SUM, f"PyUFunc_GenericReduction ({UMATH})", count=10),
            stack(MAIN, PRODUCT, BLAS, count=70),
            wall_s=2.0,
        )
    )
    first, second, caller = found.functions
    assert (first.function, first.line) == ("loop", 5)
    assert first.spent.avoidable_s == pytest.approx(0.6)
    assert first.self_s == pytest.approx(0.2)
    assert first.called == "numpy sum"
    assert "small calls of NumPy: 100 % is per-call cost" in cause(first.spent, first.called)
    assert (second.function, second.spent.avoidable_s) == ("product", 0.0)
    assert "100 % is arithmetic" in cause(second.spent)
    assert caller.total_s == pytest.approx(2.0)
    assert found.spent.breakdown["arithmetic"] == pytest.approx(1.4)
    assert found.others[0][0] == "NumPy's Python: sum"


def test_the_command_names_function_or_line_and_the_program() -> None:
    found = rank(run_of(stack(MAIN, count=5), stack(MAIN, LOOP, count=10)))
    first, second = found.functions
    command = next_command(first, found.run.target)
    assert command.startswith("python -m profiler_suite explain /home/me/main.py:loop --from ")
    assert command.endswith(""" --from 'main.py '"'"'a b'"'"''""")
    assert ":20 --from" in next_command(second, found.run.target)


def test_lines_outside_of_functions_are_rows_of_their_own() -> None:
    found = rank(
        run_of(
            stack("<module> (/home/me/main.py:3)", IMPORTING, count=50),
            stack("<module> (/home/me/main.py:11)", SUM, count=10),
            stack("<module> (/home/me/main.py:13)", BLAS, count=30),
        )
    )
    assert [each.line for each in found.functions if each.spent.total_s] == [11, 13]
    assert found.spent.breakdown["imports"] == pytest.approx(50 / 90)


def test_a_comprehension_belongs_to_its_function() -> None:
    inner = "C.method.<locals>.<listcomp> (/home/me/main.py:8)"
    found = rank(run_of(stack("C.method (/home/me/main.py:8)", inner, count=4)))
    assert [each.function for each in found.functions] == ["C.method"]


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ((f"pthread_cond_timedwait ({LIBC})",), "waits for the interpreter lock"),
        (
            (f"PyThread_acquire_lock_timed ({LIBPYTHON})", f"sem_clockwait ({LIBC})"),
            "waits for a lock",
        ),
        ((f"time_sleep ({LIBPYTHON})", f"clock_nanosleep ({LIBC})"), "sleeps"),
        ((f"os_waitpid ({LIBPYTHON})", f"wait4 ({LIBC})"), "waits for a child process"),
        ((f"select_poll ({LIBPYTHON})", f"epoll_wait ({LIBC})"), "waits for events"),
        ((f"sock_recv ({LIBPYTHON})", f"recv ({LIBC})"), "waits for input and output"),
        ((BLAS, f"pthread_cond_wait ({LIBC})"), "waits for other BLAS threads"),
        ((f"_aligned_contig_to_strided_size8 ({UMATH})",), "copies: 100 %"),
        ((f"array_empty ({UMATH})", f"malloc ({LIBC})"), "new arrays: 100 %"),
        ((), "Python bytecode: 100 %"),
    ],
)
def test_each_cause_is_said_in_plain_words(frames: tuple[str, ...], said: str) -> None:
    found = rank(run_of(stack(LOOP, *frames, count=10)))
    (function,) = found.functions
    assert said in cause(function.spent, function.called)


def test_waiting_is_put_down_to_who_runs_meanwhile() -> None:
    waits = (f"PyThread_acquire_lock_timed ({LIBPYTHON})",)
    run = run_of(
        stack(MAIN, *waits, count=80),
        stack(MAIN, count=20),
        stack("work (/home/me/main.py:3)", count=60, thread=8),
        stack("idle (/home/me/main.py:4)", *waits, count=100, thread=9),
        wall_s=10.0,
    )
    found = rank(run)
    assert sum(m.weight for m in moments(run.samples, 7)) == pytest.approx(100)
    assert [(e.function, round(e.spent.total_s, 6)) for e in found.functions] == [
        ("work", 6.0),
        ("<module>", 4.0),
    ]


def test_children_that_run_hold_up_a_program_that_waits_for_them() -> None:
    run = run_of(
        stack(MAIN, f"wait4 ({LIBC})", count=50),
        stack("job (/home/me/main.py:3)", count=100, thread=12, process=12),
        stack("job (/home/me/main.py:3)", count=100, thread=13, process=13),
    )
    assert rank(run).functions[0].spent.total_s == pytest.approx(1.0)
    assert list(run.samples.processes) == [7, 12, 13]


def test_without_compiled_frames_time_is_not_split_and_rows_say_no_more_than_where() -> None:
    found = rank(run_of(stack(LOOP, count=10), compiled=False))
    assert found.spent.breakdown == {"not split": pytest.approx(1.0)}
    spent = found.functions[0].spent
    assert cause(spent) == "in its own lines"
    assert cause(spent, "numpy mean") == "most in numpy mean"


def test_a_program_that_was_never_seen_has_an_empty_ranking() -> None:
    found = rank(run_of())
    assert (found.functions, found.lines, found.attributed_share) == ([], [], 0.0)


def test_the_line_that_begins_a_spawned_worker_is_nobodys_own() -> None:
    spawned = f"spawn_main ({multiprocessing.__path__[0]}/spawn.py:122)"
    waits = stack("<module> (/home/me/main.py:3)", f"poll ({LIBC})", count=50)
    works = stack("<module> (<string>:1)", spawned, LOOP, count=50, thread=9, process=9)
    found = rank(run_of(waits, works))
    assert [each.file for each in found.functions] == ["/home/me/main.py"]
    assert found.functions[0].function == "loop"
