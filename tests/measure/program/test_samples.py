"""The sampler's file becomes stacks."""

import pytest

from profiler_suite.measure.program.samples import read_stacks


def test_functions_lines_and_symbols_are_told_apart() -> None:
    text = (
        'process 5:"python a.py";thread (5): MainThread;<module> (/x/a.py:3);A.f (/x/b.py:9);'
        "array_add (/v/numpy/u.so);foo(int, char) (/x/ext.cpp:7);0x7f00 (/l/libc.so.6) 12\n"
    )
    (stack,), processes = read_stacks(text)
    assert processes == {5: "python a.py"}
    assert stack.count == 12
    assert stack.first_thread
    assert [(f.name, f.line, f.compiled) for f in stack.frames] == [
        ("<module>", 3, False),
        ("A.f", 9, False),
        ("array_add", 0, True),
        ("foo(int, char)", 7, True),
        ("0x7f00", 0, True),
    ]


@pytest.mark.parametrize(
    "command", ["python -c import os; os.x", "python -c a = 1\nb = 2", 'python -c print("x";1)']
)
def test_a_command_line_may_hold_anything(command: str) -> None:
    text = "".join(
        f'process 5:"{command}";thread ({n}): T (a b);f (/x/a.py:1) {n}\n' for n in (6, 8)
    )
    stacks, processes = read_stacks(text)
    assert processes == {5: command}
    assert [(s.thread, s.thread_name, s.count, len(s.frames)) for s in stacks] == [
        ("6", "T (a b)", 6, 1),
        ("8", "T (a b)", 8, 1),
    ]


def test_a_child_process_is_the_innermost_that_is_named() -> None:
    text = 'process 5:"a";process 9:"b; c";thread (9);f (/x/a.py:1) 2\n'
    (stack,), processes = read_stacks(text)
    assert stack.process == 9
    assert stack.first_thread
    assert processes == {5: "a", 9: "b; c"}


def test_what_is_cut_off_or_empty_is_no_stack() -> None:
    assert read_stacks("") == ((), {})
    assert read_stacks('process 5:"a";thread (5);f (/x/a')[0] == ()


def test_a_stack_that_changed_while_it_was_read_is_none() -> None:
    torn = 'process 5:"a";thread (5);f (/x/a.py:1); (/x/a.py:7) 2\n'
    whole = 'process 5:"a";thread (5);f (/x/a.py:1); (/x/u.so) 3\n'
    assert [each.count for each in read_stacks(torn + whole)[0]] == [3]


@pytest.mark.parametrize("thread", ["thread (5)", "thread (5): Main Thread"])
def test_after_a_stack_without_frames_the_next_one_counts(thread: str) -> None:
    """It took the next with it: all of the time that a program slept, where that was next."""
    line = f'process 5:"a";{thread};f (/x/a.py:{{}}) {{}}\n'
    text = f'{line.format(1, 13)}process 5:"a";{thread} 1\n{line.format(2, 63)}'
    stacks, _ = read_stacks(text)
    assert [(each.count, each.thread) for each in stacks] == [(13, "5"), (63, "5")]
    assert {each.thread_name for each in stacks} == {thread[12:]}
