"""What an expression of a function holds: dtype and shape, as far as names and forms tell."""

import ast
import itertools
import re
from collections.abc import Sequence

import msgspec
import numpy as np

from profiler_suite.analysis.explain.rewriting import Function, number
from profiler_suite.model.noun import Noun

_ARRAY = re.compile(r"^(?P<dtype>.+) \((?P<shape>[\d, ]*)\)(?:, (?P<order>[a-z ]+))?$")
_NO_ARRAY = re.compile(r"^(str|list|tuple|dict|set|bytes)\b")
_PYTHON = ("int", "float", "complex", "bool")


class Form(Noun, frozen=True):
    """What an expression holds."""

    kind: str
    """'array', 'number' of NumPy, 'python' number, or 'other'."""
    dtype: str = ""
    """'float64', 'object', …; the type's name where it is no array."""
    shape: tuple[int, ...] = ()
    """-1 for a length that is not known."""
    order: str = ""
    """'', 'column order' or 'strided'."""

    @property
    def letter(self) -> str:
        """NumPy's letter of the kind of dtype: 'f', 'i', 'u', 'b', 'c', 'O', 'V', …"""
        if self.kind == "python":
            return {"int": "i", "float": "f", "complex": "c", "bool": "b"}[self.dtype]
        try:
            return np.dtype(self.dtype).kind if self.kind != "other" else ""
        except (TypeError, ValueError, SyntaxError):
            return "V" if self.dtype.startswith(("[", "(")) else ""

    @property
    def size(self) -> int:
        """Number of elements; 0 when a length is not known."""
        return int(np.prod([max(n, 0) for n in self.shape], dtype=float)) if self.shape else 1


def in_form(words: str) -> Form | None:
    """The form that these words describe, such as 'float64 (500, 3072), column order'."""
    if not words:
        return None
    match = None if _NO_ARRAY.match(words) else _ARRAY.match(words)
    if match:
        shape = tuple(int(n) for n in match["shape"].split(",") if n.strip())
        return Form(kind="array", dtype=match["dtype"], shape=shape, order=match["order"] or "")
    first, _, rest = words.partition(" ")
    if rest == "number":
        return Form(kind="number", dtype=first)
    if first in _PYTHON and rest:
        return Form(kind="python", dtype=first)
    return Form(kind="other", dtype=first)


def of(function: Function, node: ast.expr) -> Form | None:
    """What the expression holds; None when names and forms do not tell."""
    if isinstance(node, ast.Name):
        return in_form(function.source.names.get(node.id, ""))
    if isinstance(node, ast.NamedExpr):
        return of(function, node.target) or of(function, node.value)
    if isinstance(node, ast.Constant):
        kind = type(node.value).__name__
        known = kind in _PYTHON
        return Form(kind="python" if known else "other", dtype=kind)
    if isinstance(node, ast.Attribute):
        return _attribute(function, node)
    if isinstance(node, ast.Subscript):
        return _indexed(function, node)
    if isinstance(node, ast.BinOp):
        return _binary(of(function, node.left), of(function, node.right), node.op)
    if isinstance(node, ast.UnaryOp):
        inner = of(function, node.operand)
        return inner if not isinstance(node.op, ast.Not) else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides = [of(function, node.left), of(function, node.comparators[0])]
        arrays = [s for s in sides if s and s.kind == "array"]
        return Form(kind="array", dtype="bool", shape=arrays[0].shape) if arrays else None
    if isinstance(node, ast.Call):
        return _called(function, node)
    return None


_CONSTANTS = frozenset(
    [*(f"math.{n}" for n in ("pi", "e", "tau", "inf")), *(f"numpy.{n}" for n in ("pi", "e"))]
)


def _attribute(function: Function, node: ast.Attribute) -> Form | None:
    if function.qualified(node) in _CONSTANTS:
        return Form(kind="python", dtype="float")
    if isinstance(node.value, ast.Name):
        held = in_form(function.source.names.get(f"{node.value.id}.{node.attr}", ""))
        if held is not None:
            return held
    inner = of(function, node.value)
    if inner is None or inner.kind != "array":
        return None
    if node.attr == "T":
        order = {"": "column order", "column order": ""}.get(inner.order, inner.order)
        return Form(
            kind="array",
            dtype=inner.dtype,
            shape=inner.shape[::-1],
            order=order if len(inner.shape) > 1 else inner.order,
        )
    return Form(kind="python", dtype="int") if node.attr in ("size", "ndim") else None


def _indexed(function: Function, node: ast.Subscript) -> Form | None:
    inner = of(function, node.value)
    if inner is None or inner.kind != "array":
        return None
    parts = _without_ellipsis(node.slice, len(inner.shape))
    shape: list[int] = []
    left = list(inner.shape)
    looked_up = 0
    for part in parts:
        if isinstance(part, ast.Constant) and part.value is None:
            shape.append(1)
            continue
        if (isinstance(part, ast.Constant) and part.value is Ellipsis) or not left:
            return None
        length = left.pop(0)
        if isinstance(part, ast.Slice):
            shape.append(_length_of(part, length))
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            return None
        else:
            index = of(function, part)
            if index is not None and index.kind == "array":
                looked_up += 1
                shape += index.shape if index.letter != "b" else (-1,)
                if index.letter == "b":  # a mask takes as many axes as it has
                    del left[: len(index.shape) - 1]
    if looked_up > 1:  # they share their axes, which may come first
        return None
    shape += left
    kind = "array" if shape else "number"
    return Form(kind=kind, dtype=inner.dtype, shape=tuple(shape))


def _without_ellipsis(node: ast.expr, rank: int) -> list[ast.expr]:
    """The parts of an index, with a whole slice for each axis that one `...` stands for."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    dots = [isinstance(part, ast.Constant) and part.value is Ellipsis for part in parts]
    new = sum(isinstance(part, ast.Constant) and part.value is None for part in parts)
    if sum(dots) != 1 or len(parts) == 1:
        return parts
    place = dots.index(True)
    left = max(0, rank - (len(parts) - 1 - new))
    return [*parts[:place], *[ast.Slice() for _ in range(left)], *parts[place + 1 :]]


def _length_of(part: ast.Slice, length: int) -> int:
    """How many elements a slice takes of so many; -1 where that is not written out."""
    bounds = []
    for bound in (part.lower, part.upper, part.step):
        value = None if bound is None else number(bound)
        if bound is not None and (value is None or int(value) != value):
            return -1
        bounds.append(None if value is None else int(value))
    whole = bounds == [None, None, None]
    if length < 0 or bounds[2] == 0:
        return length if whole else -1
    return len(range(*slice(*bounds).indices(length)))


def _binary(left: Form | None, right: Form | None, operator: ast.operator) -> Form | None:
    if left is None or right is None or "other" in (left.kind, right.kind):
        return None
    if left.kind == right.kind == "python":
        wider = max(left.dtype, right.dtype, key=_PYTHON_ORDER.index)
        if isinstance(operator, ast.Div):
            wider = max(wider, "float", key=_PYTHON_ORDER.index)
        elif wider == "bool" and not isinstance(operator, _OF_BITS):
            wider = "int"
        return Form(kind="python", dtype=wider)
    if isinstance(operator, ast.MatMult):
        dtype = _result_type((left, right))
        shape = (
            (*left.shape[:-1], *right.shape[-1:]) if len(right.shape) > 1 else left.shape[:-1]
        )
        return Form(kind="array" if shape else "number", dtype=dtype, shape=shape)
    dtype = _result_type((left, right))
    if isinstance(operator, ast.Div) and dtype and np.dtype(dtype).kind in "iub":
        dtype = "float64"
    shape = _broadcast(left.shape, right.shape)
    arrays = "array" in (left.kind, right.kind)
    return Form(kind="array" if arrays else "number", dtype=dtype, shape=shape)


def _broadcast(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape; a length that is not known may be 1."""
    pairs = itertools.zip_longest(reversed(left), reversed(right), fillvalue=1)
    lengths = [b if a == 1 else a if b == 1 else max(a, b) for a, b in pairs]
    return tuple(reversed(lengths))


_OF_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
_PYTHON_ORDER = ("bool", "int", "float", "complex")
_EXAMPLES = {"bool": True, "int": 1, "float": 1.0, "complex": 1j}


def _result_type(sides: Sequence[Form]) -> str:
    given = [_EXAMPLES[s.dtype] if s.kind == "python" else s.dtype for s in sides]
    try:
        return str(np.result_type(*given))
    except (TypeError, ValueError, SyntaxError):
        return ""


# What Python makes of whatever it is given.
_PYTHON_NUMBERS = {
    **{f"builtins.{each}": each for each in ("int", "float", "complex", "bool")},
    "builtins.len": "int",
}


# Of all elements one number, of floating-point ones again such.
_AVERAGES = frozenset(
    f"numpy.{each}" for each in ("average", "mean", "sum", "max", "min", "median", "std", "var")
)
# NumPy's functions of each element: of floating-point numbers again such, and truth values.
_OF_ITS_DTYPE = frozenset(
    [
        *("sqrt", "exp", "log", "sin", "cos", "tanh", "absolute", "square", "floor", "ceil"),
        *("trunc", "rint", "log1p", "expm1", "log2", "log10", "exp2", "tan", "arctan", "cbrt"),
        *("arcsin", "arccos", "sinh", "cosh", "radians", "degrees", "deg2rad", "rad2deg"),
    ]
)
_OF_TWO = frozenset(
    f"numpy.{each}"
    for each in ("arctan2", "hypot", "maximum", "minimum", "fmax", "fmin", "logaddexp")
)
_TRUTHS = frozenset(["isnan", "isfinite", "isinf", "logical_not", "signbit"])


def _called(function: Function, node: ast.Call) -> Form | None:
    name = function.qualified(node.func)
    if name in _PYTHON_NUMBERS:
        return Form(kind="python", dtype=_PYTHON_NUMBERS[name])
    if name == "builtins.abs" and len(node.args) == 1:
        return _absolute(of(function, node.args[0]))
    if name in ("numpy.eye", "numpy.identity") and not node.keywords and len(node.args) < 3:
        return Form(kind="array", dtype="float64", shape=(-1, -1))
    if name in _AVERAGES and len(node.args) == 1 and not _has_axis(node):
        inner = of(function, node.args[0])
        known = inner is not None and inner.kind == "array" and inner.letter == "f"
        return Form(kind="number", dtype=inner.dtype) if known and inner else None
    if name in ("numpy.asarray", "numpy.ascontiguousarray") and len(node.args) == 1:
        given = of(function, node.args[0])
        if given is None or given.kind != "array" or name == "numpy.asarray":
            return given
        return msgspec.structs.replace(given, order="")
    if name.rpartition(".")[2] in _OF_ITS_DTYPE:
        inner = of(function, node.args[0]) if len(node.args) == 1 else None
        if inner is not None and name.startswith("math."):
            return Form(kind="python", dtype="float") if not inner.shape else None
        if inner is not None and inner.kind in ("array", "number") and inner.letter == "f":
            return inner
    if name in _OF_TWO and len(node.args) == 2:
        made = _binary(of(function, node.args[0]), of(function, node.args[1]), ast.Add())
        floats = made is not None and made.kind in ("array", "number") and made.letter == "f"
        return made if floats else None
    owner, _, own = name.rpartition(".")
    if owner == "numpy" and own in _TRUTHS and len(node.args) == 1:
        inner = of(function, node.args[0])
        known = inner is not None and inner.kind == "array"
        return Form(kind="array", dtype="bool", shape=inner.shape) if known and inner else None
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("ravel", "copy", "flatten"):
        inner = of(function, node.func.value)
        if inner is not None and inner.kind == "array":
            flat = node.func.attr != "copy"
            size = inner.size if min(inner.shape, default=0) >= 0 else -1
            shape = (size,) if flat else inner.shape
            return Form(kind="array", dtype=inner.dtype, shape=shape)
    return None


def _has_axis(node: ast.Call) -> bool:
    return any(each.arg in (None, "axis", "keepdims", "dtype") for each in node.keywords)


def _absolute(given: Form | None) -> Form | None:
    """What `abs` makes of it: of complex numbers their lengths, of False and True 0 and 1."""
    if given is None or given.kind == "other":
        return None
    if given.kind == "python":
        dtype = {"complex": "float", "bool": "int"}.get(given.dtype, given.dtype)
        return msgspec.structs.replace(given, dtype=dtype)
    return given if given.letter in ("b", "i", "u", "f") else None
