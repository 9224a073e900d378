"""Calls that may stand in a loop's body: what they compute of one iteration's values."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.expressions.curves import (
    curve_of,
    is_curve,
    on_curve,
)
from profiler_suite.analysis.explain.lifting.expressions.digits import digit_sum
from profiler_suite.analysis.explain.lifting.expressions.draws import drawn
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.expressions.extremes import place_of_extreme
from profiler_suite.analysis.explain.lifting.expressions.left_out import left_out
from profiler_suite.analysis.explain.lifting.expressions.matrices import (
    SAME_IN_NUMPY,
    along,
    fft,
    linalg,
    matrix_product,
    plain,
)
from profiler_suite.analysis.explain.lifting.expressions.new_arrays import new_array
from profiler_suite.analysis.explain.lifting.expressions.ordering import in_order
from profiler_suite.analysis.explain.lifting.expressions.parts import of_bounds
from profiler_suite.analysis.explain.lifting.expressions.prefixes import of_part
from profiler_suite.analysis.explain.lifting.expressions.reductions import REDUCTIONS, reduction
from profiler_suite.analysis.explain.lifting.expressions.row_functions import (
    bit_count,
    interpolated,
    most_frequent,
    occurrences,
    pearson,
    row_function,
)
from profiler_suite.analysis.explain.lifting.expressions.sampled import at_points
from profiler_suite.analysis.explain.lifting.expressions.selected import of_selected, places_of
from profiler_suite.analysis.explain.lifting.expressions.shapes import (
    flattened,
    length_of,
    lengths_of,
    reshaped,
)
from profiler_suite.analysis.explain.lifting.expressions.texts import is_text, method_of_text
from profiler_suite.analysis.explain.lifting.inlining import (
    arguments,
    inlined,
)
from profiler_suite.analysis.explain.lifting.loops.growth import as_array
from profiler_suite.analysis.explain.lifting.loops.iteration import comprehended
from profiler_suite.analysis.explain.lifting.mapping import mapped_call
from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    Core,
    Extend,
    Index,
    Label,
    Leaf,
    Part,
    Reduce,
    Refusal,
    Select,
    Term,
    View,
)

_UFUNCS = frozenset(
    (
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp"),
        *("exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "square", "abs"),
        *("absolute", "fabs", "floor", "ceil", "rint", "trunc", "sign", "isnan", "isfinite"),
        *("isinf", "conj", "conjugate", "real", "imag", "angle", "maximum", "minimum", "fmax"),
        *("fmin", "power", "mod", "remainder", "hypot", "arctan2", "logical_and", "sinc"),
        *("logical_or", "logical_not", "add", "subtract", "multiply", "divide", "negative"),
        *("floor_divide", "heaviside", "copysign", "deg2rad", "rad2deg", "clip", "where"),
        *(
            "reciprocal",
            "true_divide",
            "arcsinh",
            "arccosh",
            "arctanh",
            "logaddexp",
            "float_power",
        ),
        *("gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "invert"),
        *("right_shift", "logical_xor", "greater", "greater_equal", "less", "less_equal"),
        *("equal", "not_equal", "isclose", "radians", "degrees", "fmod", "nan_to_num"),
    )
)
_SIGNS_OF = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "power": "**",
    "mod": "%",
    "remainder": "%",
}
_MATH = {
    **{n: n for n in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "log2")},
    **{n: n for n in ("log10", "log1p", "expm1", "sqrt", "hypot", "isnan", "isinf")},
    **{n: n for n in ("isfinite", "fabs", "cbrt", "exp2")},
    **{"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"},
    **{"degrees": "rad2deg", "radians": "deg2rad", "pow": "float_power"},
}
_MATH |= {"copysign": "copysign", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
_SPECIAL = {"gamma": "gamma", "lgamma": "gammaln", "erf": "erf", "erfc": "erfc"}
_DOMAINS = ("log", "log2", "log10", "log1p", "sqrt", "arcsin", "arccos", "float_power", "exp")
_CASTS = {"float": "float", "int": "int", "bool": "bool", "complex": "complex"}
_NUMPY_CASTS = frozenset(
    (
        *("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8"),
        *("uint16", "uint32", "uint64", "complex128", "complex64", "bool_", "intp"),
    )
)
# Which argument is the number that is looked up; the others are the same for all.
_LOOKED_UP = {"searchsorted": 1, "digitize": 0, "interp": 0}
# Functions along the last axis that keep its length.
_ALONG = frozenset(("sort", "argsort", "cumsum", "cumprod", "unwrap"))


def called(reader: Reader, node: ast.Call) -> Term:
    """The term of a call."""
    random = drawn(reader, node)
    if random is not None:
        return random
    mapped = mapped_call(reader, node)
    if mapped is not None:
        return mapped
    place = place_of_extreme(reader, node)
    if place is not None:
        return place
    curve = reader.scope.curves.get(ast.unparse(node.func))
    if curve is None and isinstance(node.func, ast.Call) and is_curve(node.func):
        curve = curve_of(reader, node.func)
    if curve is not None and len(node.args) == 1 and not node.keywords:
        return on_curve(reader, curve, node.args[0])
    name = ast.unparse(node.func)
    owner, _, last = name.rpartition(".")
    if last == "map_coordinates" and not reader.scope.helpers.get(name):
        return at_points(reader, node)
    if isinstance(node.func, ast.Name) and last != "pearsonr":
        return _builtin(reader, node, node.func.id)
    if last == "pearsonr" and not reader.scope.helpers.get(name):
        return pearson(reader, node)
    if owner in ("np", "numpy", "math"):
        return _math(reader, node, last) if owner == "math" else _numpy(reader, node, last)
    if owner in ("np.linalg", "numpy.linalg"):
        return linalg(reader, node, last, name)
    if owner == "scipy.linalg" and last in SAME_IN_NUMPY:
        return linalg(reader, node, last, f"np.linalg.{last}")
    if owner in ("np.fft", "numpy.fft", "scipy.fft"):
        return fft(reader, node, last, name)
    if isinstance(node.func, ast.Attribute) and not _is_module(reader, node.func.value):
        return _method(reader, node, node.func)
    raise _unknown(node)


def _asked(reader: Reader, node: ast.Call, table: str, name: str) -> Term:
    """table.get(key), table.get(key, default)."""
    plain(node)
    if name not in ("get", "__getitem__") or not 0 < len(node.args) < 3:
        raise Refusal(f"{table}.{name} is not followed")
    more = "".join(f", {ast.unparse(each)}" for each in node.args[1:])
    varying = {n.id for e in node.args[1:] for n in ast.walk(e) if isinstance(n, ast.Name)}
    if varying & reader.scope.varying:
        raise Refusal(f"{table}.get has another default in every iteration")
    return reader.translated(table, f"{table}.{name}({{0}}{more})", node.args[0])


def _unknown(node: ast.Call) -> Refusal:
    name = ast.unparse(node.func)
    root = name.partition(".")[0]
    if "random" in name or "rng" in root:
        return Refusal(f"it draws random numbers with {name} in every iteration")
    return Refusal(f"it calls {name}, which may do anything")


def _is_module(reader: Reader, node: ast.expr) -> bool:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or root.id in reader.scope.env:
        return False
    return reader.facts.is_outer(root.id) and isinstance(node, ast.Name | ast.Attribute)


def _length(reader: Reader, only: ast.expr) -> Term | None:
    """How many elements it has along its first axis; None for a number."""
    if isinstance(only, ast.Name) and reader.facts.kind(only.id) in ("DataFrame", "Series"):
        return Index(reader.facts.extent(only.id, 0))
    if isinstance(only, ast.ListComp) and any(each.ifs for each in only.generators):
        _, labels, mask = comprehended(reader, only)
        assert mask is not None
        return Reduce("sum", mask, labels)
    inner = reader.read(only)
    if isinstance(inner, Extend):
        inner = as_array(inner)
    if isinstance(inner, Select):
        return Reduce("sum", inner.mask, inner.own)
    if isinstance(inner, Part):
        return length_of(inner)
    if is_text(inner):
        return Apply("NP.char.str_len({0})", (inner,), "astype int64")
    if inner.own:
        return Index(inner.own[0].count)
    return None


def _builtin(reader: Reader, node: ast.Call, name: str) -> Term:
    if name in ("sum", "max", "min", "any", "all") and len(node.args) == 1:
        return _of_iterable(reader, node, name)
    if name in ("max", "min") and len(node.args) > 1:
        plain(node)
        found = reader.read(node.args[0])
        if reader.scope.interior and len(node.args) == 2:
            other = reader.read(node.args[1])
            if isinstance(found, Index) and isinstance(other, Index):
                return _cut(reader, name, found, other)
        for each in node.args[1:]:
            found = larger(reader, name, found, reader.read(each))
        return found
    if name == "round" and len(node.args) == 2:
        return _rounded(reader, node)
    if name in ("abs", "round", *_CASTS) and len(node.args) == 1:
        plain(node)
        inner = reader.read(node.args[0])
        if name == "abs":
            return Apply("NP.abs({0})", (inner,), "abs")
        if name == "round":
            return Apply("NP.rint({0}).astype(int)", (inner,), "astype int")
        return cast(inner, _CASTS[name])
    if name == "complex" and len(node.args) == 2:
        plain(node)
        real, imaginary = (reader.read(each) for each in node.args)
        unit = Leaf("1j", weak="complex")
        turned = ops.apply("({0}) * ({1})", "*", unit, imaginary)
        return ops.apply("({0}) + ({1})", "+", real, turned)
    if name == "sorted":
        return in_order(reader, node)
    length = _length(reader, node.args[0]) if name == "len" and len(node.args) == 1 else None
    if length is not None:
        return length
    if name == "pow" and len(node.args) == 2:
        plain(node)
        return ops.apply("({0}) ** ({1})", "**", *(reader.read(a) for a in node.args))
    if name in reader.scope.helpers and not reader.facts.definitions.get(name):
        helper = reader.scope.helpers[name]
        return inlined(reader, helper, name, arguments(reader, helper, node, name))
    value = reader.facts.single(name)
    if isinstance(value, ast.Lambda):
        return inlined(reader, value, name, arguments(reader, value, node, name))
    if name == "range":
        raise Refusal("a range is used as a value")
    raise _unknown(node)


def _cut(reader: Reader, name: str, one: Index, other: Index) -> Index:
    """max(0, y - r) inside, where it is y - r."""
    moving, fixed = (one, other) if one.loops else (other, one)
    gap = moving.index - fixed.index
    reader.scope.constraints.append(gap if name == "max" else -gap)
    return moving


def larger(reader: Reader, name: str, left: Term, right: Term) -> Term:
    """max(left, right) or min(left, right)."""
    reader.scope.assume("no NaN is compared")
    return ops.apply(f"NP.{name}imum({{0}}, {{1}})", f"{name}imum", left, right)


def cast(inner: Term, kind: str) -> Term:
    """float(x), int(x): the identity where it changes nothing."""
    dtype = dtype_of(inner)
    if dtype is not None and str(dtype) in (
        kind,
        {"float": "float64", "int": "int64"}.get(kind),
    ):
        return inner
    if isinstance(inner, Leaf | Index) and not inner.loops:
        text = inner.text if isinstance(inner, Leaf) else inner.index.text()
        return Leaf(f"{kind}({text})", weak=kind)
    if dtype is not None and dtype.kind == "U":
        # Numbers from text are read faster by Python than by NumPy's own conversion.
        return Apply(f"NP.array(({{0}}).tolist(), dtype={kind})", (inner,), f"astype {kind}")
    return Apply(f"({{0}}).astype({kind})", (inner,), f"astype {kind}")


def _of_iterable(reader: Reader, node: ast.Call, name: str) -> Term:
    plain(node)
    given = node.args[0]
    part = of_part(reader, given, name)
    if part is not None:
        return part
    digits = digit_sum(reader, given) if name == "sum" else None
    if digits is not None:
        return digits
    if isinstance(given, ast.GeneratorExp | ast.ListComp):
        item, labels, mask = comprehended(reader, given)
        return over_loops(name, item, labels, mask)
    inner = reader.read(given)
    if isinstance(inner, Extend):
        inner = as_array(inner)
    if isinstance(inner, Part):
        return of_bounds(reader, node, name, inner, [])
    if isinstance(inner, Select) and name in ("sum", "max", "min"):
        return of_selected(reader, node, name, inner, [])
    if len(inner.own) != 1 and name != "sum":
        raise Refusal(f"{ast.unparse(node)!r} is no reduction of numbers")
    if not inner.own:
        raise Refusal(f"{ast.unparse(node)!r} is no reduction of numbers")
    return Reduce(name, inner, inner.own[:1], narrow=True)


def over_loops(name: str, item: Term, labels: tuple[Label, ...], mask: Term | None) -> Term:
    """A reduction over loops of a generator, with its condition."""
    if mask is None:
        return Reduce(name, item, labels, narrow=True)
    neutral = {"sum": "0", "any": "False", "all": "True"}.get(name)
    if neutral is None:
        raise Refusal(f"{name}() over a condition")
    weak = "int" if neutral == "0" else "bool"
    return Reduce(name, ops.where(mask, item, Leaf(neutral, weak=weak)), labels, narrow=True)


def _math(reader: Reader, node: ast.Call, name: str) -> Term:
    plain(node)
    args = [reader.read(each) for each in node.args]
    if name == "dist" and len(args) == 2 and all(len(each.own) == 1 for each in args):
        gap = ops.apply("({0}) - ({1})", "-", *args)
        return Reduce("norm", gap, gap.own)
    if any(each.own for each in args):
        raise Refusal(f"math.{name} takes no array")
    if name in ("floor", "ceil") and len(args) == 1:
        return Apply(f"NP.{name}({{0}}).astype(int)", (args[0],), "astype int")
    if name in ("gcd", "lcm") and len(args) == 2:
        return ops.apply(f"NP.{name}({{0}}, {{1}})", name, *args)
    if name in _SPECIAL and len(args) == 1:
        return Apply(f"scipy.special.{_SPECIAL[name]}({{0}})", (args[0],), f"math.{name}")
    if name in ("comb", "perm", "factorial"):
        holes = ", ".join(f"{{{k}}}" for k in range(len(args)))
        reader.scope.assume(f"math.{name} stays within 64 bits")
        return ops.apply(f"NP.vectorize(math.{name}, otypes=[int])({holes})", name, *args)
    if name not in _MATH or (name == "log" and len(args) != 1):
        raise Refusal(f"math.{name} has no counterpart in NumPy")
    if _MATH[name] in _DOMAINS:
        reader.scope.assume(f"no argument of math.{name} is outside its domain")
    # math computes in double precision whatever it gets.
    wide = [each if _is_double(each) else cast(each, "float") for each in args]
    holes = ", ".join(f"{{{k}}}" for k in range(len(args)))
    known = f"math.{_MATH[name]}" if not name.startswith("is") else name
    return ops.apply(f"NP.{_MATH[name]}({holes})", known, *wide)


def _rounded(reader: Reader, node: ast.Call) -> Term:
    """np.round(x, 2), and round(x, 2) of NumPy's own numbers, which call it."""
    inner = reader.read(node.args[0])
    given = [*node.args[1:], *(e.value for e in node.keywords if e.arg == "decimals")]
    if len(given) > 1 or len(node.args) + len(node.keywords) != len(given) + 1:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    digits = reader.facts.integer(given[0]) if given else Poly()
    if digits is None or digits.constant is None:
        raise Refusal(f"the number of digits of {ast.unparse(node)!r} is not known")
    if weak_of(inner) and isinstance(node.func, ast.Name):
        raise Refusal("Python rounds its own numbers in another way")
    more = f", {digits.constant}" if digits.constant else ""
    return Apply(f"NP.round({{0}}{more})", (inner,), "round")


def _is_double(term: Term) -> bool:
    dtype = dtype_of(term)
    return bool(weak_of(term)) or dtype is None or str(dtype) in ("float64", "int64")


def _numpy(reader: Reader, node: ast.Call, name: str) -> Term:
    if name == "argmax" and len(node.args) == 1 and not node.keywords:
        most = most_frequent(reader, node.args[0])
        if most is not None:
            return most
    if name in REDUCTIONS:
        if len(node.args) == 1 and not node.keywords:
            part = of_part(reader, node.args[0], {"amax": "max", "amin": "min"}.get(name, name))
            if part is not None:
                return part
        return reduction(reader, node, name, reader.read(node.args[0]), node.args[1:])
    if name in ("array", "asarray", "stack", "asanyarray", "fromiter") and (
        len(node.args) == 1 or (len(node.args) == 2 and name != "stack")
    ):
        return _made(reader, node)
    made = new_array(reader, node, name)
    if made is not None:
        return made
    if name in _ALONG and len(node.args) == 1 and not node.keywords:
        return along(reader.read(node.args[0]), f"NP.{name}({{0}}, axis=-1)")
    if name in _LOOKED_UP:
        return _looked_up(reader, node, name)
    if name in ("round", "around", "round_"):
        return _rounded(reader, node)
    if name == "delete":
        return left_out(reader, node)
    if name == "reshape" and len(node.args) > 1:
        return _reshaped(reader, node, reader.read(node.args[0]), node.args[1:])
    row = row_function(reader, node, name)
    if row is not None:
        return row
    plain(node)
    args = [reader.read(each) for each in node.args]
    if name in _SIGNS_OF and len(args) == 2:
        sign = _SIGNS_OF[name]
        return ops.apply(f"({{0}}) {sign} ({{1}})", sign, *args)
    if name in ("where", "nonzero") and len(args) == 1:
        return places_of(reader, args[0])
    if name == "where" and len(args) != 3:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    if name == "where":
        return ops.where(*args)
    if name == "flatnonzero" and len(args) == 1 and len(args[0].own) == 1:
        return places_of(reader, args[0]).args[0]
    if name in _UFUNCS:
        holes = ", ".join(f"{{{k}}}" for k in range(len(args)))
        return ops.apply(f"NP.{name}({holes})", name, *args)
    if name in _NUMPY_CASTS and len(args) == 1:
        return Apply(f"({{0}}).astype(NP.{name})", (args[0],), f"astype {name.rstrip('_')}")
    if name in ("dot", "matmul", "inner", "vdot", "outer") and len(args) == 2:
        return matrix_product(reader, name, *args)
    found = _of_axes(reader, name, args)
    if found is None:
        raise Refusal(f"np.{name} is not followed")
    return found


def _of_axes(reader: Reader, name: str, args: Sequence[Term]) -> Term | None:
    """Functions of rows and matrices that change their axes; None for others."""
    if name == "transpose" and len(args) == 1:
        return View(args[0], args[0].own[::-1])
    if name == "ravel" and len(args) == 1 and args[0].own:
        return flattened(reader.scope, args[0])
    if name == "trace" and len(args) == 1 and len(args[0].own) == 2:
        return Core("NP.trace({0}, axis1=-2, axis2=-1)", (args[0],), ())
    if name == "diff" and len(args) == 1 and len(args[0].own) == 1:
        shorter = reader.scope.label(args[0].own[0].count - 1)
        return Core("NP.diff({0}, axis=-1)", (args[0],), (shorter,))
    if name == "cross" and len(args) == 2 and all(len(each.own) == 1 for each in args):
        a, b = ops.agreed(args)
        return Core("NP.cross({0}, {1})", (a, b), a.own)
    return None


def _looked_up(reader: Reader, node: ast.Call, name: str) -> Term:
    """np.searchsorted(xs, v), np.interp(v, xs, ys): for all numbers at once."""
    place = _LOOKED_UP[name]
    tables = [each for k, each in enumerate(node.args) if k != place]
    fixed = all(isinstance(e, ast.Name) and e.id not in reader.scope.varying for e in tables)
    options = [f"{each.arg}={ast.unparse(each.value)}" for each in node.keywords]
    plain_options = all(
        isinstance(each.value, ast.Constant) and each.arg in ("side", "left", "right")
        for each in node.keywords
    )
    if name == "interp" and len(node.args) == 3 and not node.keywords and not fixed:
        return interpolated(reader, node)
    if name == "searchsorted" and len(node.args) == 2 and plain_options and not fixed:
        side = "<=" if options == ["side='right'"] else "<"
        return _in_each_row(reader, node, side)
    if len(node.args) != (3 if name == "interp" else 2) or not fixed or not plain_options:
        raise Refusal(f"np.{name} is not followed")
    value = reader.read(node.args[place])
    if value.own or not value.loops:
        raise Refusal(f"np.{name} of more than a number")
    texts = [ast.unparse(each) for each in tables]
    texts.insert(place, "{0}")
    call = f"NP.{name}({', '.join([*texts, *options])})"
    return Apply(call, (value,), name if name == "interp" else "astype int64")


def _in_each_row(reader: Reader, node: ast.Call, side: str) -> Term:
    """np.searchsorted in another row each time: how many of it are smaller."""
    row, value = (reader.read(each) for each in node.args)
    if len(row.own) != 1 or value.own:
        raise Refusal(f"{ast.unparse(node)!r} is not followed")
    return Reduce("sum", ops.apply(f"({{0}}) {side} ({{1}})", side, row, value), row.own)


def _made(reader: Reader, node: ast.Call) -> Term:
    kinds = [each.value for each in node.keywords if each.arg == "dtype"]
    counts = [each for each in node.keywords if each.arg == "count"]
    kinds += node.args[1:]
    if len(kinds) + len(counts) != len(node.keywords) + len(node.args) - 1 or len(kinds) > 1:
        raise Refusal(f"{ast.unparse(node)!r} has options that are not followed")
    inner = reader.read(node.args[0])
    inner = as_array(inner) if isinstance(inner, Extend) else inner
    return cast_to(inner, kinds[0]) if kinds else inner


def cast_to(inner: Term, kind: ast.expr) -> Term:
    """x.astype(dtype)."""
    text = ast.unparse(kind)
    shown = text.replace("numpy.", "NP.").replace("np.", "NP.")
    return Apply(f"({{0}}).astype({shown})", (inner,), f"astype {text.rpartition('.')[2]}")


def _reshaped(reader: Reader, node: ast.Call, inner: Term, given: Sequence[ast.expr]) -> Term:
    """x.reshape(-1, 3), of numbers that no loop changes."""
    found = [reader.read(each) for each in lengths_of(node, given)]
    numbers = [each.index for each in found if isinstance(each, Index) and not each.loops]
    if len(numbers) != len(found):
        raise Refusal(f"the shape of {ast.unparse(node)!r} is not known")
    return reshaped(reader.scope, inner, numbers, ast.unparse(node))


def _method(reader: Reader, node: ast.Call, function: ast.Attribute) -> Term:
    name = function.attr
    if isinstance(function.value, ast.Name):
        known = reader.facts.names.get(function.value.id)
        if known is not None and known.kind in ("Generator", "RandomState", "Random"):
            raise Refusal(f"it draws random numbers with {name} in every iteration")
    if isinstance(function.value, ast.Name) and reader.facts.kind(function.value.id) == "dict":
        return _asked(reader, node, function.value.id, name)
    if not node.args and not node.keywords:
        part = of_part(reader, function.value, name)
        if part is not None:
            return part
    if name == "argmax" and not node.args and not node.keywords:
        most = most_frequent(reader, function.value)
        if most is not None:
            return most
    bits = bit_count(reader, node, function)
    if bits is None:
        bits = occurrences(reader, node, function)
    if bits is not None:
        return bits
    inner = reader.read(function.value)
    if is_text(inner):
        text = method_of_text(node, name, inner, reader.read)
        if text is not None:
            return text
    if name in REDUCTIONS - {"median", "percentile", "quantile", "average"}:
        return reduction(reader, node, name, inner, node.args)
    if name == "dot" and len(node.args) == 1:
        return matrix_product(reader, "dot", inner, reader.read(node.args[0]))
    if name in ("argsort", "cumsum", "cumprod") and not node.args and not node.keywords:
        return along(inner, f"NP.{name}({{0}}, axis=-1)")
    if name in ("copy", "item") and not node.args:
        return Apply("({0}).copy()", (inner,), "copy") if inner.own else inner
    if name in ("conj", "conjugate") and not node.args:
        return Apply("NP.conj({0})", (inner,), "conj")
    if name == "transpose" and not node.args:
        return View(inner, inner.own[::-1])
    if name in ("ravel", "flatten") and not node.args and not node.keywords:
        return flattened(reader.scope, inner)
    if name == "reshape" and inner.own:
        return _reshaped(reader, node, inner, node.args)
    if name == "astype" and len(node.args) == 1 and not node.keywords:
        return cast_to(inner, node.args[0])
    raise _unknown(node)
