"""Compiled code that was seen seldom is put below Python stacks that were seen often."""

from collections import Counter

from profiler_suite.measure.program.compiled import with_compiled
from profiler_suite.measure.program.samples import SampledStack, StackFrame, read_stacks

MAIN, WORK, INNER = "<module> (/x/a.py:9)", "work (/x/a.py:4)", "inner (/x/b.py:2)"
ADD, COPY = "array_add (/v/u.so)", "memcpy (/l/libc.so.6)"


def stacks(*lines: tuple[int, *tuple[str, ...]], process: int = 5) -> tuple[SampledStack, ...]:
    text = "".join(
        f'process {process}:"a";thread ({process});{";".join(frames)} {count}\n'
        for count, *frames in lines
    )
    return read_stacks(text)[0]


def innermost(found: tuple[SampledStack, ...]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in found:
        counts[each.frames[-1].name] += each.count
    return dict(counts)


def test_samples_of_a_stack_are_shared_as_its_compiled_code_was() -> None:
    seldom = stacks((3, MAIN, WORK, ADD), (1, MAIN, WORK, COPY))
    found = with_compiled(stacks((101, MAIN, WORK)), seldom)
    assert sum(each.count for each in found) == 101
    assert innermost(found) in (
        {"array_add": 76, "memcpy": 25},
        {"array_add": 75, "memcpy": 26},
    )
    assert all(each.compiled_seen for each in found)


def test_many_stacks_seen_once_are_shared_alike_and_not_all_given_to_the_most_frequent() -> (
    None
):
    seldom = stacks((6, MAIN, WORK, ADD), (4, MAIN, WORK, COPY))
    often = [(1, f"<module> (/x/a.py:{line})", WORK) for line in range(20, 70)]
    assert innermost(with_compiled(stacks(*often), seldom)) == {"array_add": 30, "memcpy": 20}


def test_the_nearest_stack_counts_and_a_caller_where_there_is_no_other() -> None:
    seldom = stacks(
        (1, MAIN, WORK, ADD),
        (9, "<module> (/x/a.py:7)", WORK, COPY),
        (1, MAIN, WORK, INNER, "tanh (/l/libm.so.6)"),
    )
    one = with_compiled(stacks((5, MAIN, WORK)), seldom)
    assert innermost(one) == {"array_add": 5}
    by_line = with_compiled(stacks((4, "other (/x/c.py:1)", MAIN, INNER)), seldom)
    assert innermost(by_line) == {"tanh": 4}
    by_caller = with_compiled(stacks((10, MAIN, "new (/x/a.py:2)")), seldom)
    assert innermost(by_caller) == {"array_add": 5, "tanh": 5}
    (by_function,) = with_compiled(stacks((3, MAIN, "inner (/x/b.py:7)")), seldom)
    assert by_function.frames[-1].name == "tanh"


def test_another_line_of_a_module_is_other_work() -> None:
    seldom = stacks((9, "<module> (/x/a.py:7)", ADD))
    (found,) = with_compiled(stacks((5, "<module> (/x/a.py:8)")), seldom)
    assert not found.compiled_seen
    (called,) = with_compiled(stacks((5, "<module> (/x/a.py:8)", WORK)), seldom)
    assert not called.compiled_seen


def test_compiled_code_between_python_functions_stays_where_the_stack_is_the_same() -> None:
    seldom = stacks((2, MAIN, "apply (/v/l.so)", WORK, ADD))
    (found,) = with_compiled(stacks((8, MAIN, WORK)), seldom)
    assert [frame.name for frame in found.frames] == [
        "<module>",
        "apply",
        "work",
        "array_add",
    ]


def test_plain_bytecode_has_no_compiled_code_below_and_is_known_to_have_none() -> None:
    (found,) = with_compiled(stacks((8, MAIN, WORK)), stacks((2, MAIN, WORK)))
    assert found.count == 8
    assert found.frames[-1].name == "work"
    assert found.compiled_seen


def test_what_was_never_stopped_in_is_not_split() -> None:
    (found,) = with_compiled(stacks((8, MAIN, WORK)), stacks((2, "f (/y/z.py:1)", ADD)))
    assert not found.compiled_seen
    assert found.frames[-1] == StackFrame(name="work", file="/x/a.py", line=4, compiled=False)


def test_a_function_that_calls_itself_counts_once() -> None:
    deep = ";".join([WORK] * 30)
    seldom = stacks((1, MAIN, deep, ADD), (1, MAIN, WORK, COPY))
    found = with_compiled(stacks((10, MAIN, "x (/q.py:1)")), seldom)
    assert innermost(found) == {"array_add": 5, "memcpy": 5}
