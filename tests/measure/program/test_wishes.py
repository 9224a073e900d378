"""What a target names is found in the file before the program has run."""

from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.program.wishes import loops_outside_functions, wish_for

SOURCE = """
import numpy as np

def outer(a):
    def inner(b):
        return b
    return inner(a)

class Model:
    def fit(self, x):
        return x

if True:
    def conditional():
        pass

async def waits():
    pass

for i in range(3):
    for j in range(4):
        outer(i * j)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.py"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize(
    "name", ["outer", "outer.inner", "outer.<locals>.inner", "Model.fit", "conditional"]
)
def test_functions_methods_and_inner_functions_have_names(file: Path, name: str) -> None:
    wish = wish_for(f"{file}:{name}")
    assert wish.qualname == name.replace(".<locals>", "")
    assert wish.file == str(file.resolve())


@pytest.mark.parametrize("line", [20, 21, 22])
def test_a_line_names_the_whole_statement_that_stands_in_no_function(
    file: Path, line: int
) -> None:
    wish = wish_for(f"{file}:{line}")
    assert (wish.first, wish.last) == (20, 22)
    assert wish.target == "some.py:lines 20 to 22"


def test_a_module_is_asked_when_the_program_runs() -> None:
    wish = wish_for("package.module:Class.method")
    assert (wish.module, wish.qualname) == ("package.module", "Class.method")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Model.fti", "did you mean 'Model.fit'"),
        ("inner", "unknown function"),
        ("waits", "is a coroutine function"),
        ("5", "is empty, or in a function and in no loop"),
        ("1", "is empty, or in a function and in no loop"),
    ],
)
def test_a_name_that_is_not_there_is_refused(file: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        wish_for(f"{file}:{name}")


def test_a_file_that_is_not_there_or_no_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        wish_for(f"{tmp_path}/none.py:f")
    (tmp_path / "bad.py").write_text("def f(:\n")
    with pytest.raises(UsageError, match="cannot be read as Python"):
        wish_for(f"{tmp_path}/bad.py:f")
    with pytest.raises(UsageError, match="names no function"):
        wish_for("f")


def test_loops_outside_of_functions_are_statements_of_their_own(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "def f():\n    for _ in range(3):\n        pass\n\n\n"
        "x = [i for i in range(9)]\nprint(x)\n"
        "if __name__ == '__main__':\n    for i in x:\n        for j in x:\n            f()\n"
        "    while x:\n        x.pop()\n"
    )
    found = loops_outside_functions(str(script))
    assert [(each.first, each.last) for each in found] == [(6, 6), (9, 11), (12, 13)]
    assert {each.file for each in found} == {str(script.resolve())}
    script.write_text("".join("for _ in 'a':\n    pass\n" for _ in range(40)))
    assert len(loops_outside_functions(str(script))) == 12
    assert loops_outside_functions(str(tmp_path / "none.py")) == []
    script.write_text("for (")
    assert loops_outside_functions(str(script)) == []


def test_a_source_may_be_in_another_encoding(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_bytes(b"# -*- coding: latin-1 -*-\nx = '\xe9'\ndef f():\n    return x\n")
    assert wish_for(f"{script}:f").qualname == "f"
    script.write_bytes(b"# -*- coding: none-such -*-\ndef f():\n    return 1\n")
    with pytest.raises(UsageError, match="cannot be read as Python"):
        wish_for(f"{script}:f")


def test_a_name_of_letters_that_the_compiler_exchanges_is_found(tmp_path: Path) -> None:
    path = tmp_path / "letters.py"
    path.write_text("def in_\u00b5s(x): return x\n", "utf-8")
    assert wish_for(f"{path}:in_\u00b5s").qualname == "in_\u03bcs"
