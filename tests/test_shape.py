"""The shape of the code: a function fits on a screen and has few parameters."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "profiler_suite"
MOST_LINES = 60
MOST_PARAMETERS = 8
# Declarations that users write: each keyword is a field of the noun they make, and a record in
# between would be a second name for it.
DECLARATIONS = {
    "workloads/registry.py": "implementation",
    "workloads/convolution/geometry.py": "problem",
}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many, without self and without those that gather the rest."""
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def offences(source: str) -> list[str]:
    found = []
    for each in functions(ast.parse(source)):
        lines = (each.end_lineno or each.lineno) - each.lineno + 1
        if lines > MOST_LINES:
            found.append(f"{each.name} has {lines} lines")
        if parameters(each) > MOST_PARAMETERS:
            found.append(f"{each.name} has {parameters(each)} parameters")
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_functions_fit_on_a_screen_and_have_few_parameters(path: Path) -> None:
    declared = DECLARATIONS.get(str(path.relative_to(PACKAGE)), "")
    found = offences(path.read_text())
    assert [
        each for each in found if not each.startswith(f"{declared} has") or "lines" in each
    ] == []


def test_a_long_function_and_one_of_many_parameters_are_found() -> None:
    long = "def long():\n" + "    pass\n" * 60
    many = "class Made:\n    def __init__(self, a, b, c, d, e, f, g, *, h, i): ..."
    few = "def few(a, b, c, d, e, f, g, h, *rest, **options): ..."
    assert offences(long) == ["long has 61 lines"]
    assert offences(many) == ["__init__ has 9 parameters"]
    assert offences(few) == []
