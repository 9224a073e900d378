"""Mistakes around a user's function end in one message with the user's own line."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from profiler_suite.errors import FunctionError, UsageError, unknown_name
from profiler_suite.workloads import user_function

ROOT = Path(__file__).resolve().parents[2]
SOURCE = dedent(
    """
    import os
    import sys
    import numpy as np

    def good(x, scale=2.0):
        return x * scale

    def raises():
        a = np.ones(3)
        return a @ np.ones(4)

    def setup_tuple():
        return np.ones(3), 4.0

    def setup_dict():
        return {"x": np.ones(3)}

    def setup_pair():
        return [np.ones(3)], {"scale": 5.0}

    def setup_one(dtype="float64"):
        return np.ones(3, dtype)

    def setup_raises():
        raise KeyError("nope")

    def dies():
        os.abort()

    def exits():
        sys.exit(0)

    value = 3

    def forever():
        while True:
            try:
                x = np.ones(3)
            except Exception:
                pass

    count = 0

    def later():
        global count
        count += 1
        if count > 30:
            raise BaseException("too often")

    async def waits():
        return 1

    def setup_yields():
        yield np.ones(3)

    class Model:
        def run(self):
            return 1

    def odd():
        class Odd(Exception):
            def __str__(self):
                raise RuntimeError

        raise Odd

    def colours():
        raise ValueError("a\\x1b[31mb\\x00c")
    """
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own_code.py"
    path.write_text(SOURCE)
    (tmp_path / "notes.txt").write_text("def good(): pass")
    return path


@pytest.fixture(autouse=True)
def forget_modules() -> None:
    for name in ("own_code", "broken", "profiler_suite_user_own_code"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("setup", "arguments", "keywords"),
    [
        ("setup_tuple", 2, {}),
        ("setup_dict", 0, {"x"}),
        ("setup_pair", 1, {"scale"}),
        ("setup_one", 1, {}),
    ],
)
def test_a_setup_returns_arguments_in_any_common_form(
    file: Path, setup: str, arguments: int, keywords: set[str]
) -> None:
    called = user_function.load(f"{file}:good", setup)
    assert len(called.args) == arguments
    assert set(called.kwargs) == set(keywords)
    called.function(*called.args, **called.kwargs)


def test_the_dtype_reaches_a_setup_that_takes_one(file: Path) -> None:
    called = user_function.load(f"{file}:good", "setup_one", "float32")
    assert called.args[0].dtype == np.float32


@pytest.mark.parametrize(
    ("target", "setup", "dtype", "said"),
    [
        ("{file}", "", "", "names a file but no function"),
        ("nothing", "", "", "names no function"),
        ("{file}x.py:good", "", "", "does not exist"),
        ("{file}:goof", "", "", "did you mean 'good'"),
        ("{file}:value", "", "", "is of type int, not a function"),
        ("no_such_module_at_all:good", "", "", "module 'no_such_module_at_all'"),
        ("{file}:good", "", "", "give --setup FUNCTION"),
        ("{file}:good", "setup_typo", "", "'setup_typo'"),
        ("{file}:good", "setup_raises", "", "KeyError: 'nope'\n    raise KeyError"),
        ("{file}:raises", "setup_tuple", "", "does not fit"),
        ("{file}:good", "setup_tuple", "float32", "takes no parameter 'dtype'"),
        ("{file}:raises", "", "float32", "needs a setup"),
        ("{file}:good", "{file}", "", "names a file but no function"),
        ("{file}:good", "setup_yields", "", "gives a generator"),
        ("{file}:waits", "", "", "is a coroutine function"),
        ("{file}:Model.run", "", "", "is a method"),
        ("{folder}:good", "", "", "is a folder"),
        (".:good", "", "", "neither the name of a module nor a file"),
        ("{folder}/notes.txt:good", "", "", "is not a Python file"),
    ],
)
def test_wrong_names_and_setups_are_usage_errors(
    file: Path, target: str, setup: str, dtype: str, said: str
) -> None:
    places = {"file": file, "folder": file.parent}
    with pytest.raises(UsageError) as caught:
        user_function.load(target.format(**places), setup.format(**places), dtype)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [("odd", "in odd: Odd\n    raise Odd"), ("colours", "ValueError: a [31mb c\n")],
)
def test_whatever_an_error_says_is_safe_to_print(file: Path, name: str, said: str) -> None:
    called = user_function.load(f"{file}:{name}")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - a class of the user's own
        called.function()
    assert said in str(user_function.failure(caught.value, name))


def test_many_known_names_are_cut_short() -> None:
    assert str(unknown_name("thing", "q", map(str, range(100, 130)))).endswith("111, …")


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("x = 1\ndef f(:\n    pass\n")
    with pytest.raises(UsageError) as caught:
        user_function.load(f"{path}:f")
    assert f"{path}, line 2: not valid Python" in str(caught.value)


def test_an_exception_while_importing_names_the_users_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("import math\n\nx = math.sqrt(-1)\n")
    with pytest.raises(UsageError) as caught:
        user_function.load(f"{path}:f")
    assert f"{path}, line 3, in <module>: ValueError" in str(caught.value)


def test_a_failure_tells_the_innermost_line_of_the_user(file: Path) -> None:
    called = user_function.load(f"{file}:raises")
    with pytest.raises(ValueError, match="matmul") as caught:
        called.function()
    error = user_function.failure(caught.value, "own_code.py:raises")
    assert isinstance(error, FunctionError)
    assert "line 11, in raises: ValueError" in str(error)
    assert "return a @ np.ones(4)" in str(error)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["{file}:raises"], 3, "return a @ np.ones(4)"),
        (["{file}:exits"], 3, "SystemExit"),
        (["{file}:dies"], 3, "SIGABRT"),
        (["{file}:forever", "--timeout", "1"], 3, "in forever: no answer after 1 s"),
        (["{file}:later"], 3, "BaseException: too often"),
        (["{file}:goof"], 2, "did you mean 'good'"),
        (["{file}"], 2, "names no function"),
        (["{file}:raises", "--threads", "9999"], 2, "9999 threads cannot be used"),
        (["{file}:raises", "--html", "no/such/folder/x.html"], 2, "there is no folder"),
        (["seed", "--lines"], 2, "has its own functions"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_command_ends_with_one_message_and_its_exit_code(
    file: Path, arguments: list[str], code: int, said: str
) -> None:
    if ("SIG" in said or "--timeout" in arguments) and os.name != "posix":
        pytest.skip("signals are POSIX's")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "profiler_suite",
            "explain",
            *[each.format(file=file) for each in arguments],
            "-q",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
