"""What an expression is for given values of what it reads: arithmetic and waves, no more."""

import ast
import cmath
import math
from collections.abc import Callable, Mapping

from profiler_suite.analysis.explain.rewriting import Function

_CALLED: dict[str, Callable[[complex], complex]] = {
    **dict.fromkeys(("numpy.cos", "math.cos", "cmath.cos"), cmath.cos),
    **dict.fromkeys(("numpy.sin", "math.sin", "cmath.sin"), cmath.sin),
    **dict.fromkeys(("numpy.exp", "math.exp", "cmath.exp"), cmath.exp),
    **dict.fromkeys(("builtins.complex", "builtins.float"), lambda value: value),
}
_CONSTANTS = {
    **dict.fromkeys(("numpy.pi", "math.pi", "cmath.pi"), math.pi),
    **dict.fromkeys(("math.tau", "cmath.tau"), 2 * math.pi),
}
_OPERATORS: dict[type[ast.operator], Callable[[complex, complex], complex]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def value_of(
    function: Function, node: ast.expr, known: Mapping[str, complex]
) -> complex | None:
    """Its value, of those of names and elements as written; None where more is in it."""
    text = ast.unparse(node)
    if text in known:
        return known[text]
    match node:
        case ast.Constant(value) if isinstance(value, int | float | complex):
            return value
        case ast.UnaryOp(ast.USub(), operand):
            inner = value_of(function, operand, known)
            return None if inner is None else -inner
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            sides = [value_of(function, each, known) for each in (left, right)]
            return _combined(_OPERATORS[type(operator)], sides)
        case ast.Call(called, [argument], []):
            wave = _CALLED.get(function.qualified(called))
            inner = value_of(function, argument, known)
            return None if wave is None or inner is None else wave(inner)
        case ast.Call(called, [real, imaginary], []):
            if function.qualified(called) != "builtins.complex":
                return None
            sides = [value_of(function, each, known) for each in (real, imaginary)]
            return _combined(lambda a, b: a + 1j * b, sides)
        case ast.Name() | ast.Attribute():
            return _CONSTANTS.get(function.qualified(node))
    return None


def _combined(
    operator: Callable[[complex, complex], complex], sides: list[complex | None]
) -> complex | None:
    left, right = sides
    if left is None or right is None:
        return None
    try:
        return operator(left, right)
    except (ArithmeticError, ValueError):
        return None
