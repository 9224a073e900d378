"""A person's own function is loaded with its arguments, or one sentence says what is wrong."""

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.workloads import user_function

SOURCE = """
import asyncio
VALUE = 3
def one(x): return x
def two(x, y=1, *, scale=1): return (x + y) * scale
def none(): return 0
async def later(): return 1
class Model:
    def fit(self, x): return x
    @staticmethod
    def plain(x): return x
def single(): return [5][0]
def a_list(): return [5]
def both(): return (1, 2), {"scale": 3}
def words(): return {"x": 1, "scale": 2}
def typed(dtype="float64"): return (dtype,)
def needs(size): return (size,)
def lazy(): yield 1
def breaks(): return 1 // 0
def three(): return 1, 2, 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "loaded_by_test.py"
    path.write_text(SOURCE)
    before = (set(sys.modules), list(sys.path))
    yield path
    for name in set(sys.modules) - before[0]:
        del sys.modules[name]
    sys.path[:] = before[1]


@pytest.mark.parametrize(
    ("function", "setup", "dtype", "args", "kwargs"),
    [
        ("none", "", "", (), {}),
        ("one", "single", "", (5,), {}),
        ("one", "a_list", "", (5,), {}),
        ("two", "both", "", (1, 2), {"scale": 3}),
        ("two", "words", "", (), {"x": 1, "scale": 2}),
        ("one", "typed", "", ("float64",), {}),
        ("one", "typed", "float32", ("float32",), {}),
        ("Model.plain", "single", "", (5,), {}),
    ],
)
def test_a_setup_gives_arguments_in_each_form(
    file: Path, function: str, setup: str, dtype: str, args: tuple[Any, ...], kwargs: Any
) -> None:
    found = user_function.load(f"{file}:{function}", setup, dtype)
    assert (found.args, found.kwargs) == (args, kwargs)
    found.function(*found.args, **found.kwargs)


@pytest.mark.parametrize(
    ("function", "setup", "dtype", "said"),
    [
        ("onee", "", "", r"did you mean.*one|one"),
        ("VALUE", "", "", "is of type int, not a function"),
        ("later", "", "", "is a coroutine function"),
        ("one", "", "", r"needs arguments .*--setup FUNCTION"),
        ("Model.fit", "", "", "is a method"),
        ("Model.fit", "single", "", "is a method"),
        ("one", "three", "", "what three returns does not fit"),
        ("one", "needs", "", "setup needs cannot be called without arguments"),
        ("one", "lazy", "", "gives a generator; return the arguments"),
        ("one", "breaks", "", r"the setup breaks raised: .*line \d+, in breaks: ZeroDivision"),
        ("one", "", "float32", "needs a setup that takes a parameter 'dtype'"),
        ("one", "single", "float32", "takes no parameter 'dtype'"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    file: Path, function: str, setup: str, dtype: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        user_function.load(f"{file}:{function}", setup, dtype)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("loop", "'loop' names no function"),
        ("loop.py", "'loop.py' names a file but no function"),
        (":f", "names no function"),
        ("a.py:", "names no function"),
        ("missing.py:f", "the file 'missing.py' does not exist"),
        ("./:f", "is a folder"),
        ("not-a-module:f", "neither the name of a module nor a file"),
        ("math:cosine_of", "math"),
    ],
)
def test_a_target_that_is_none_says_how_one_is_named(target: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        user_function.load(target)


def test_a_file_with_a_fault_is_named_with_its_line_and_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "fault_in_it.py"
    path.write_text("x = 1\ndef f(:\n")
    with pytest.raises(UsageError, match=r"fault_in_it.py, line 2: not valid Python"):
        user_function.load(f"{path}:f")
    assert "fault_in_it" not in sys.modules


def test_compiled_functions_are_loaded_by_module() -> None:
    assert user_function.load("math:gcd").function(12, 18) == 6


def raised(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except Exception as error:  # noqa: BLE001
        return error
    raise AssertionError("nothing was raised")


def test_what_a_function_raised_is_said_in_one_printable_line() -> None:
    def own() -> None:
        raise ValueError("a\n\x1b[31m b")

    found = user_function.failure(raised(own), "f")
    assert isinstance(found, FunctionError)
    assert "f raised: " in str(found)
    assert "in own: ValueError: a [31m b" in str(found)
    assert user_function.is_of_user(raised(own))


def test_an_error_whose_text_cannot_be_had_is_named_by_its_kind() -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def own() -> None:
        raise OddError

    assert "in own: OddError" in str(user_function.failure(raised(own), "f"))


async def _later() -> None: ...


@pytest.mark.parametrize("name", ["gr\u00f6\u00dfe_\u00b5", "\u212bngstrom", "\ufb01lter"])
def test_a_name_may_be_typed_as_it_stands_in_the_file(tmp_path: Path, name: str) -> None:
    # The compiler keeps the Greek letter for the micro sign, and so on.
    path = tmp_path / "letters.py"
    path.write_text(f"def {name}(): return 1\ndef setup_{name}(): return ()\n", "utf-8")
    call = user_function.load(f"{path}:{name}", f"setup_{name}")
    assert call.function() == 1


@pytest.mark.parametrize("name", ["<script>", "a b", "\u00b5"])
def test_a_name_that_only_a_dictionary_can_hold_is_found(tmp_path: Path, name: str) -> None:
    path = tmp_path / "held.py"
    path.write_text(f"globals()[{name!r}] = lambda: 1\n", "utf-8")
    assert user_function.load(f"{path}:{name}").function() == 1


@pytest.mark.parametrize("function", [_later, functools.partial(_later)])
def test_a_coroutine_function_is_refused_in_each_wrapping(
    function: Callable[..., Any],
) -> None:
    with pytest.raises(UsageError, match="does not run it"):
        user_function.refuse_coroutine(function, "f")


def test_a_coroutine_as_result_is_closed_and_refused() -> None:
    result = _later()
    with pytest.raises(UsageError, match="coroutine function"):
        user_function.refuse_coroutine_result(result, "f")
    user_function.refuse_coroutine_result(3, "f")
