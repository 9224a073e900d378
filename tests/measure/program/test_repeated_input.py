"""Each call reads standard input from where the first one did."""

import builtins
import copy
import io
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.measure.program import repeated_input
from profiler_suite.measure.program.catching.copies import places_of_files
from profiler_suite.measure.program.repeated_input import (
    RepeatedInput,
    kept_input,
    repeat_input,
)


def made(file: str) -> Callable[[Callable[[], Any]], Any]:
    """A function that calls another, as if it stood in that file of the suite."""
    held: dict[str, Any] = {}
    place = Path(repeated_input.__file__).parents[1] / file
    exec(compile("def calls(f): return f()", str(place), "exec"), held)
    found: Callable[[Callable[[], Any]], Any] = held["calls"]
    return found


timing = made("timing.py")


@pytest.fixture(autouse=True)
def open_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the process of the tests, not a copy of a program."""
    for owner in (builtins, io):
        monkeypatch.setattr(owner, "open", open)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> RepeatedInput:
    file: Any = RepeatedInput("2\nä b\nc\n", "utf-8", "strict")
    monkeypatch.setattr(sys, "stdin", file)
    given: RepeatedInput = file
    return given


def test_each_call_begins_anew_and_reads_on_within(given: RepeatedInput) -> None:
    def asks() -> list[str]:
        return [input() for _ in range(int(input()))]

    def rest() -> list[str]:
        return [sys.stdin.readline(), next(sys.stdin), *sys.stdin, sys.stdin.read()]

    assert [timing(asks) for _ in range(3)] == [["ä b", "c"]] * 3
    assert [timing(rest) for _ in range(2)] == [["2\n", "ä b\n", "c\n", ""]] * 2
    assert timing(lambda: sys.stdin.buffer.read()) == "2\nä b\nc\n".encode()
    assert timing(lambda: sys.stdin.readlines()) == ["2\n", "ä b\n", "c\n"]


def test_a_call_that_is_traced_within_belongs_to_the_one_around_it(
    given: RepeatedInput,
) -> None:
    tracing = made("trace/calls.py")

    def reads() -> list[str]:
        return [sys.stdin.readline(), tracing(lambda: sys.stdin.readline())]

    assert [timing(reads) for _ in range(2)] == [["2\n", "ä b\n"]] * 2


def test_it_is_a_file_without_a_descriptor_and_one_for_all(given: RepeatedInput) -> None:
    with pytest.raises(OSError, match="fileno"):
        sys.stdin.fileno()
    assert sys.stdin.readable()
    assert not sys.stdin.isatty()
    assert copy.deepcopy(given) is given


def test_a_file_is_read_at_a_place_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_text("a\nb\nc\n")
    with (tmp_path / "in").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert file.readline() == "a\n"
        place = file.tell()
        there = os.lseek(file.fileno(), 0, os.SEEK_CUR)
        assert repeat_input(file.fileno(), place)
        assert timing(lambda: list(sys.stdin)) == ["b\n", "c\n"]
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == there
        assert file.read() == "b\nc\n"


def test_a_file_of_descriptor_0_is_the_input_of_each_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_text("a\nb\nc\n")
    with (tmp_path / "in").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert repeat_input(file.fileno(), 2)
        for _ in range(2):
            with open(0) as given:
                assert list(given) == ["b\n", "c\n"]
            with open(0, "rb") as given:
                assert given.read() == b"b\nc\n"
            with open(0, encoding="ascii") as given:
                assert given.encoding == "ascii"
    assert (tmp_path / "in").read_text() == "a\nb\nc\n"


def test_a_program_without_standard_input_has_nothing_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_text("a\n")
    with (tmp_path / "in").open() as file:
        frame: Any = types.SimpleNamespace(f_locals={})
        monkeypatch.setattr(sys, "stdin", file)
        assert places_of_files(frame) == {id(file): 0}
        monkeypatch.delattr(sys, "stdin")
        assert places_of_files(frame) == {}
        assert kept_input({}) == -1


def test_what_has_no_place_is_not_kept_or_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a\n"))
    assert kept_input({}) == -1
    assert not repeat_input(-1, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    assert not repeat_input(nothing, 0)
    os.close(nothing)
    assert list(sys.stdin) == ["a\n"]
    monkeypatch.setattr(repeated_input, "_MOST_BYTES", 1)
    number = os.open(__file__, os.O_RDONLY)
    assert not repeat_input(number, 0)
    os.close(number)
    copied = kept_input({id(sys.stdin): 0})
    assert copied > 0
    os.close(copied)
