"""A frame as it begins gives the function and the arguments that it was called with."""

import builtins
import copy
import fileinput
import inspect
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, cast

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.explain.records import LoadRequest
from profiler_suite.measure.program.catching.copies import places_of_files
from profiler_suite.measure.program.caught_call import arguments_of, call_of, function_of
from tests.measure.program.test_repeated_input import timing


@pytest.fixture(autouse=True)
def open_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the process of the tests, not a copy of a program."""
    for owner in (builtins, io):
        monkeypatch.setattr(owner, "open", open)


def caught(call: Callable[[], Any], name: str) -> tuple[FrameType, Any]:
    """The frame of the first call of that name, as it begins, and what the whole call gave."""
    found: list[FrameType] = []
    held: list[Any] = []

    def hook(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_name == name and not found:
            found.append(frame)
            # A frame that has ended forgets what its parameters held.
            held.append((function_of(frame), arguments_of(frame)))

    before = sys.gettrace()
    sys.settrace(hook)
    try:
        call()
    finally:
        sys.settrace(before)
    return found[0], held[0]


@pytest.fixture(autouse=True)
def copies_of_this_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking a call changes how its process copies: meant for a process that ends with it."""
    monkeypatch.setattr(copy, "_deepcopy_dispatch", dict(copy._deepcopy_dispatch))  # type: ignore[attr-defined]


class Model:
    def __init__(self) -> None:
        self.weights = np.arange(3.0)
        self.lock = threading.Lock()

    def score(self, x: Any, /, *more: int, scale: float = 2.0, **rest: Any) -> float:
        return float(self.weights @ x) * scale + sum(more)

    def weigh(self) -> float:
        return float(self.weights.sum())


def scaled(factor: float) -> Callable[[float], float]:
    def inner(value: float) -> float:
        return factor * value

    return inner


def doubled(values: Any) -> Iterator[Any]:
    for each in values:
        yield 2 * each


def total(values: Iterator[float]) -> float:
    return sum(values)


def test_a_method_is_called_with_its_receiver_and_with_every_kind_of_parameter() -> None:
    model, x = Model(), np.ones(3)
    _, (function, (args, kwargs)) = caught(
        lambda: model.score(x, 1, 2, scale=3.0, a=4), "score"
    )
    assert function is Model.score
    assert args[0] is model
    assert args[1] is x
    assert args[2:] == (1, 2)
    assert kwargs == {"scale": 3.0, "a": 4}


@pytest.mark.parametrize("kept", [True, False])
def test_a_closure_keeps_its_own_variables(kept: bool) -> None:
    functions = [scaled(2.0), scaled(5.0)]
    _, (function, (args, _)) = caught(lambda: functions[1](3.0), "inner")
    if not kept:  # nothing refers to it any more: it is made of its frame
        functions.clear()
    assert function(*args) == 15.0


def test_a_generator_is_caught_at_its_first_value() -> None:
    _, (function, (args, _)) = caught(lambda: list(doubled([1, 2])), "doubled")
    assert function is doubled
    assert args == ([1, 2],)


class Waiting:
    """A frame's parts that do not end."""

    def __init__(self, function: Callable[..., Any], *values: Any) -> None:
        self.f_code: Any = function.__code__
        self.f_globals = function.__globals__
        names = list(inspect.signature(function).parameters)
        self.f_locals = dict(zip(names, values, strict=False))


def call(function: Callable[..., Any], *values: Any) -> Any:
    frame: Any = Waiting(function, *values)
    return call_of(frame, LoadRequest(target=f"here.py:{function.__name__}"), {})


def test_a_lock_or_an_open_file_in_the_receiver_is_shared_and_the_rest_is_copied() -> None:
    from profiler_suite.measure.explain.answers.same_answer import copied

    model = Model()
    (again,) = copied((call(Model.weigh, model).args[0],))
    assert again.lock is model.lock
    assert again.weights is not model.weights


def test_a_generator_among_the_arguments_gives_its_values_to_every_call() -> None:
    from profiler_suite.measure.explain.answers.same_answer import copied

    found = call(total, (float(n) for n in range(4)))
    assert [sum(copied(found.args)[0]) for _ in range(2)] == [6.0, 6.0]


def lines(file: Any) -> list[str]:
    return [str(line) for line in file]


def test_an_open_file_among_the_arguments_is_read_by_every_call_from_where_it_stood(
    tmp_path: Path,
) -> None:
    from profiler_suite.measure.explain.answers.same_answer import copied

    path = tmp_path / "table.txt"
    path.write_text("head\nä\nb\n", encoding="latin-1")
    with path.open(encoding="latin-1") as text, path.open("rb") as binary:
        text.readline()
        for file, rest in ((text, ["ä\n", "b\n"]), (binary, ["b'head\\n'"])):
            frame: Any = Waiting(lines, file)
            places = places_of_files(frame)
            file.read()  # the program goes on
            found = call_of(frame, LoadRequest(target="here.py:lines"), {}, places)
            for _ in range(2):
                assert lines(*copied(found.args))[: len(rest)] == rest
        path.unlink()
        frame = Waiting(lines, text)
        found = call_of(frame, LoadRequest(target="here.py:lines"), {}, {id(text): 5})
        assert found.args == (text,), "what is gone cannot be read again"


def test_a_file_that_is_written_or_is_being_iterated_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    with path.open("w") as file:
        file.write("a\nb\n")
        assert not places_of_files(cast(Any, Waiting(lines, file)))
    with path.open() as file:
        next(iter(file))
        assert not places_of_files(cast(Any, Waiting(lines, file)))


def test_lines_of_a_module_read_its_open_file_in_every_call(tmp_path: Path) -> None:
    from profiler_suite.measure.explain.answers.same_answer import copied

    script, table = tmp_path / "main.py", tmp_path / "table.txt"
    script.write_text("found = []\nfor line in file:\n    found.append(line)\nprint(found)\n")
    table.write_text("a\nb\n")
    with table.open() as file:
        frame: Any = Waiting(lines, file)
        frame.f_code = compile(script.read_text(), str(script), "exec")
        frame.f_globals = frame.f_locals
        order = {"first": 1, "last": 3}
        places = places_of_files(frame)
        found = call_of(frame, LoadRequest(target="main.py:1"), order, places)
    assert [found.function(*copied(found.args)) for _ in range(2)] == [["a\n", "b\n"]] * 2


def asks() -> list[str]:
    return [input(), *sys.stdin]


def opens() -> list[str]:
    with open(0) as given:
        return list(given)


def inputs() -> list[str]:
    return list(fileinput.input())


@pytest.mark.parametrize("reads", [asks, opens, inputs])
def test_what_reads_standard_input_cannot_be_repeated(
    reads: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py"])
    with pytest.raises(UsageError, match=rf"here.py:{reads.__name__} reads standard input"):
        call(reads)


def test_files_that_are_named_are_no_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py", "a.txt"])
    call(inputs)


@pytest.mark.parametrize("is_opened_anew", [False, True])
def test_standard_input_that_a_parameter_holds_is_read_from_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_opened_anew: bool
) -> None:
    given = tmp_path / "given.txt"
    given.write_text("first\na\nb\n")
    with given.open() as stdin, given.open() as other:
        again: Any = other
        monkeypatch.setattr(sys, "stdin", stdin)
        again.buffer.raw.name = 0  # as open(0) has it
        file: Any = again if is_opened_anew else stdin
        file.readline()
        frame: Any = Waiting(lines, file)
        places = places_of_files(frame)
        kept = os.dup(stdin.fileno())
        found = call_of(frame, LoadRequest(target="main.py:lines"), {"input": kept}, places)
    calls = [timing(lambda: found.function(*copy.deepcopy(found.args))) for _ in range(2)]
    os.close(kept)
    assert calls == [["a\n", "b\n"]] * 2


class Stubborn:
    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("a connection is no copy")


def test_what_cannot_be_copied_is_named_in_one_sentence() -> None:
    with pytest.raises(UsageError, match=r"here.py:total: its argument 'values' \(Stubborn\)"):
        call(total, Stubborn())


async def waits(x: Any) -> Any:
    return x


def test_a_coroutine_function_is_refused() -> None:
    with pytest.raises(UsageError, match="is a coroutine function"):
        call(waits, 1)
