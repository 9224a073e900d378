"""The user's line behind a call, and the library function in between."""

import collections
import email
import linecache
import operator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy

from profiler_suite.measure.trace.sites import (
    Site,
    asks_for_array,
    here,
    is_library_file,
    is_standard_file,
    is_users_module,
)
from tests.measure.trace.operations import traced

X = np.arange(6.0)


def test_here_is_the_innermost_line_of_the_user() -> None:
    def inner() -> Any:
        return here()

    site = inner()
    assert site.file == __file__
    assert site.line == inner.__code__.co_firstlineno + 1
    assert site.via == ""


def test_python_in_between_is_not_the_user() -> None:
    kept: collections.defaultdict[int, Site] = collections.defaultdict(here)
    site = kept[0]
    assert site.file == __file__
    (mapped,) = map(operator.call, [here])
    assert (mapped.file, mapped.line) == (__file__, site.line + 2)


@pytest.mark.parametrize(
    ("function", "operation", "via"),
    [
        (lambda: np.sum(X), "np.add.reduce", "np.sum"),
        (lambda: X.mean(), "np.add.reduce", "ndarray.mean"),
        (lambda: X.max(), "np.maximum.reduce", "ndarray.max"),
        (lambda: np.linalg.norm(X), "np.sqrt", "np.linalg.norm"),
        (lambda: np.outer(X, X), "np.multiply", "np.outer"),
        (lambda: X + 1, "np.add", ""),
    ],
)
def test_the_outermost_library_function_goes_by_its_public_name(
    function: Any, operation: str, via: str
) -> None:
    assert traced(function, operation).via == via


def test_files_are_told_apart() -> None:
    assert is_library_file(np.linalg.__file__)
    assert is_library_file(scipy.__file__)
    assert not is_library_file(__file__)
    assert not is_library_file("/home/me/scipy/mine.py")
    assert is_standard_file(str(Path(email.__file__)))
    assert is_standard_file("<frozen importlib._bootstrap>")
    assert not is_standard_file(pytest.__file__)
    assert not is_standard_file(__file__)
    assert not is_standard_file("")


@pytest.mark.parametrize(
    ("name", "users"),
    [
        *(("__main__", True), (None, True), ("", True), (__name__, True), ("gone", True)),
        *(("numpy.linalg", False), ("json", False), ("pytest", False), ("scipy", False)),
        ("profiler_suite.measure.timing", False),
    ],
)
def test_modules_are_the_users_or_somebody_elses(name: str | None, users: bool) -> None:
    assert is_users_module(name) is users


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("found = ask(*'' or '', **{} if 'out=...' else {})", True),
        ("ä = 'ääää'; found = ask(**{} if 'out = ...' else {})", True),
        ("found = ask(\n    **{} if 'out=...' else {}\n)", True),
        ("found = ask() if 'out=...' else None", False),
        ("found = ask()  # out=...", False),
        ("x = 'out=...'; found = ask()", False),
    ],
)
def test_only_the_source_of_the_call_itself_says_what_it_asks_for(
    text: str, answer: bool
) -> None:
    file = f"<call {abs(hash(text))}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"ask": asks_for_array}
    try:
        exec(compile(text, file, "exec"), namespace)
    finally:
        del linecache.cache[file]
    assert namespace["found"] is answer


def test_source_that_cannot_be_had_asks_for_nothing() -> None:
    namespace: dict[str, Any] = {"ask": asks_for_array}
    exec(compile("found = ask()", "<nowhere>", "exec"), namespace)
    assert namespace["found"] is False
