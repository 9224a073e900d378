"""The arguments of a function that is explained: copied, shared, named."""

import threading
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.given_arguments import GivenArguments
from profiler_suite.workloads.user_function import FunctionCall


def given(*args: Any, copy: bool = True, memory_bytes: float = 0.0, **kwargs: Any) -> Any:
    def function(x: Any, y: Any = None, *, scale: float = 1.0) -> None: ...

    notes: list[str] = []
    called = FunctionCall(name="f", setup="", function=function, args=args, kwargs=kwargs)
    made = GivenArguments(called, copy=copy, memory_bytes=memory_bytes, notes=notes)
    return made, notes


def test_each_pass_has_a_copy_of_its_own() -> None:
    x = np.arange(6.0)
    made, notes = given(x)
    (one,), (other,) = made.fresh(), made.fresh()
    assert not np.shares_memory(one, x)
    assert not np.shares_memory(one, other)
    assert made.nbytes == x.nbytes
    assert notes == []


def test_what_is_not_to_be_copied_or_too_large_is_shared_and_said() -> None:
    x = np.arange(6.0)
    assert given(x, copy=False)[0].fresh()[0] is x
    made, notes = given(x, memory_bytes=4.0 * x.nbytes)
    assert made.fresh()[0] is x
    assert notes == ["its arguments are too large to copy: all passes share them"]


def test_what_cannot_be_copied_is_shared_and_said_once() -> None:
    made, notes = given(threading.Lock())
    assert made.fresh() == made.fresh()
    assert len(notes) == 1
    assert "cannot be copied" in notes[0]


def test_a_change_is_named_and_undone_for_the_next_pass() -> None:
    made, notes = given(np.arange(6.0), np.ones(2))
    (x, y) = made.fresh()
    x[0] = 9.0
    assert made.changed_in((x, y))
    assert "it changes its arguments (x)" in notes[0]
    assert not made.changed_in(made.fresh())


def test_arguments_are_said_with_their_names_and_those_with_gaps_are_named() -> None:
    wide = np.ones((4, 8))
    made, _ = given(wide[:, ::2], wide, scale=2.0)
    words = made.in_words()
    assert words[0].startswith("x float64 (4, 4)")
    assert words[1].startswith("y float64 (4, 8)")
    assert words[2].startswith("scale ")
    assert made.strided() == ("x",)


def test_what_a_star_takes_is_numbered() -> None:
    def function(first: Any, *operands: Any, optimize: bool = False) -> None: ...

    notes: list[str] = []
    args = ("ij,jk", np.ones((2, 2)), np.ones((2, 3)))
    called = FunctionCall(name="f", setup="", function=function, args=args, kwargs={})
    made = GivenArguments(called, copy=True, memory_bytes=0.0, notes=notes)
    assert [words.split()[0] for words in made.in_words()] == [
        *("first", "operands[0]", "operands[1]")
    ]
    after = made.fresh()
    after[2][0] = 9.0
    assert made.changed_in(after)
    assert "it changes its arguments (operands[1])" in notes[0]
