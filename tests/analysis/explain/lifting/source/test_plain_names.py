"""Functions under names of their own are read as parts of their modules."""

import ast

from profiler_suite.analysis.explain.lifting.source.plain_names import with_plain_names
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

BOUND = {
    "radians": "math.radians",
    "LA": "numpy.linalg",
    "m": "math",
    "norm": "numpy.linalg.norm",
    "np": "numpy",
    "mine": "own.mine",
}


def function(body: str) -> Function:
    text = f"def f(x):\n    return {body}\n"
    return Function(SourceText(file="f.py", function="f", first_line=1, text=text, bound=BOUND))


def shown(body: str) -> str:
    (statement,) = with_plain_names(function(body)).node.body
    assert isinstance(statement, ast.Return)
    assert statement.value is not None
    return ast.unparse(statement.value)


def test_names_of_functions_and_modules_are_written_out() -> None:
    assert shown("radians(x)") == "math.radians(x)"
    assert shown("norm(x) + LA.det(x)") == "np.linalg.norm(x) + np.linalg.det(x)"
    assert shown("m.sin(x)") == "math.sin(x)"


def test_names_of_anything_else_stay() -> None:
    plain = function("mine(np.sqrt(x))")
    assert with_plain_names(plain) is plain


def test_a_parameter_of_that_name_stays() -> None:
    text = "def f(norm):\n    return norm(1)\n"
    own = Function(SourceText(file="f.py", function="f", first_line=1, text=text, bound=BOUND))
    assert with_plain_names(own) is own


def test_the_function_itself_is_not_changed() -> None:
    before = function("radians(x)")
    with_plain_names(before)
    assert "math" not in ast.unparse(before.node)
