"""Iteration spaces: the headers of loops and comprehensions as labels."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from profiler_suite.analysis.explain.lifting.expressions.digits import bits_as_numbers
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.operations import (
    apply,
    condition,
    joined,
    picked,
)
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    At,
    Core,
    Extend,
    Index,
    Label,
    Refusal,
    Row,
    Stack,
    Term,
)
from profiler_suite.analysis.explain.lifting.source.headers import (
    PAIRS,
    different,
    plain_header,
)


def _of_different(reader: Reader, iterated: ast.expr) -> ast.expr:
    """A loop over different values, np.unique(x) or that backwards, as one over their name."""
    if isinstance(iterated, ast.Subscript):
        inner = _of_different(reader, iterated.value)
        same = inner is iterated.value
        return iterated if same else ast.Subscript(inner, iterated.slice, ast.Load())
    keys = reader.scope.different_values(different(iterated))
    return ast.Name(keys, ast.Load()) if keys else iterated


def entered(
    reader: Reader, target: ast.expr, iterated: ast.expr
) -> tuple[list[Label], list[Term]]:
    """Binds the variables of a loop's header; its labels and the conditions it implies."""
    iterated = plain_header(iterated)
    iterated = _of_different(reader, iterated)
    name = _called(iterated)
    if name in PAIRS:
        return _pairs(reader, target, iterated, name)
    if name == "range":
        return _range(reader, target, iterated)
    if name in ("np.ndindex", "numpy.ndindex", "ndindex", "product", "itertools.product"):
        return _product(reader, target, iterated, name)
    if name == "enumerate":
        return _enumerate(reader, target, iterated)
    if name in ("np.ndenumerate", "numpy.ndenumerate"):
        return _elements(reader, target, iterated)
    if name == "zip":
        return _zip(reader, target, iterated)
    if name in ("pairwise", "itertools.pairwise") and isinstance(iterated, ast.Call):
        return _zip(reader, target, neighbours(iterated))
    if name == "reversed" and isinstance(iterated, ast.Call) and len(iterated.args) == 1:
        return _reversed(reader, target, iterated.args[0])
    if name.endswith((".iterrows", ".itertuples")):
        return _frame_rows(reader, target, iterated, name)
    tail = _tail(reader, target, iterated)
    if tail is not None:
        return tail
    if name.endswith((".ravel", ".flatten", ".reshape")):
        value = reader.read(iterated)
        if isinstance(value, Core) and value.form == "FLAT" and len(value.own) == 1:
            return _each_element(reader, target, value.args[0]), []
    label = _over(reader, target, iterated, None)
    return [label], []


def _each_element(reader: Reader, target: ast.expr, whole: Term) -> list[Label]:
    """All elements of a computed value, one after another: a loop along each of its axes."""
    scope = reader.scope
    axes, labels = whole.own, []
    for each in axes:
        label = scope.label(each.count, _hint(target), len(scope.loops))
        labels.append(label)
        scope.loops.append(label)
    for axis, label in zip(axes, labels, strict=True):
        whole = picked(whole, axis, label.index, tuple(scope.loops))
    _bind(reader, target, whole)
    return labels


def _pairs(
    reader: Reader, target: ast.expr, iterated: ast.expr, name: str
) -> tuple[list[Label], list[Term]]:
    """itertools.combinations(x, 2): two loops, of which the second is ahead."""
    assert isinstance(iterated, ast.Call)
    two = len(iterated.args) == 2 and ast.unparse(iterated.args[1]) == "2"
    if not two or iterated.keywords:
        raise Refusal(f"{ast.unparse(iterated)} is not of pairs")
    names: list[ast.expr] = [ast.Name("@first", ast.Store()), ast.Name("@second", ast.Store())]
    if isinstance(target, ast.Tuple):
        if len(target.elts) != 2:
            raise Refusal(f"{ast.unparse(iterated)} is not of pairs")
        names = target.elts
    labels: list[Label] = []
    guards: list[Term] = []
    for each in names:
        new, more = entered(reader, each, iterated.args[0])
        labels += new
        guards += more
    if len(labels) != 2:
        raise Refusal(f"{ast.unparse(iterated)} is of several axes")
    sign = PAIRS[name]
    one, other = (Index(each.index, tuple(reader.scope.loops)) for each in labels)
    guards.append(apply(f"({{0}}) {sign} ({{1}})", sign, one, other))
    if isinstance(target, ast.Name):
        both = tuple(reader.scope.env[key] for key in ("@first", "@second"))
        reader.scope.env[target.id] = Stack(both, reader.scope.label(Poly.number(2)))
    return labels, guards


def _tail(
    reader: Reader, target: ast.expr, iterated: ast.expr
) -> tuple[list[Label], list[Term]] | None:
    """`for b in x[i + 1:]` inside a loop over i: all rows, from there on; None for others."""
    if not isinstance(iterated, ast.Subscript) or not isinstance(iterated.slice, ast.Slice):
        return None
    part = iterated.slice
    if part.lower is None or part.upper is not None or part.step is not None:
        return None
    first = reader.read(part.lower)
    if not isinstance(first, Index) or not first.loops:
        return None
    label = _over(reader, target, iterated.value, None)
    at = Index(label.index, tuple(reader.scope.loops))
    return [label], [apply("({0}) >= ({1})", ">=", at, first)]


def _frame_rows(
    reader: Reader, target: ast.expr, iterated: ast.expr, name: str
) -> tuple[list[Label], list[Term]]:
    """The rows of a DataFrame."""
    frame, _, how = name.partition(".")
    if reader.facts.kind(frame) != "DataFrame":
        raise Refusal(f"{frame} is no DataFrame")
    scope = reader.scope
    label = scope.label(Poly.atom(f"{frame}.shape[0]"), "row", len(scope.loops))
    scope.loops.append(label)
    row = Row(frame, label)
    if how == "itertuples":
        _bind(reader, target, row)
        return [label], []
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        raise Refusal("iterrows with one variable")
    index = Access(f"{frame}.index.to_numpy()", (At(label.index),), tuple(scope.loops))
    _bind(reader, target.elts[0], index)
    _bind(reader, target.elts[1], row)
    return [label], []


def _called(node: ast.expr) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _hint(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else ""


def _bind(reader: Reader, target: ast.expr, value: Term) -> None:
    if isinstance(target, ast.Name):
        reader.scope.env[target.id] = value
        return
    if isinstance(target, ast.Tuple | ast.List):
        for place, each in enumerate(target.elts):
            if isinstance(value, Stack):
                _bind(reader, each, value.args[place])
            else:
                part: list[ast.expr] = [ast.Constant(place)]
                _bind(reader, each, reader.subscripted(value, part, ast.unparse(target)))
        return
    raise Refusal(f"the loop variable is {ast.unparse(target)!r}")


def _whole(reader: Reader, node: ast.expr) -> Poly:
    fixed = _fixed(reader, node)
    try:
        found = reader.read(node)
    except Refusal:
        if fixed is None:
            raise
        return fixed
    if isinstance(found, Index):
        return found.index
    if fixed is None:
        raise Refusal(f"the bound {ast.unparse(node)!r} of the range is not a fixed number")
    return fixed


_WHOLE = ("int", "len", "max", "min", "round", "math.ceil", "math.floor", "math.isqrt")


def _fixed(reader: Reader, node: ast.expr) -> Poly | None:
    """A bound that no iteration changes, as it stands: `labels.max() + 1`, `int(n / 2)`."""
    scope = reader.scope
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and (each.id in scope.varying or each.id in scope.env):
            return None
        if not isinstance(each, ast.Call):
            continue
        method = isinstance(each.func, ast.Attribute) and each.func.attr in ("max", "min")
        if each.keywords or not (method or ast.unparse(each.func) in _WHOLE):
            return None
    calls = any(isinstance(each, ast.Call) for each in ast.walk(node))
    return Poly.atom(f"({ast.unparse(node)})") if calls else None


def extreme(number: Poly, loops: Sequence[Label], lowest: bool) -> Poly:
    """The least or largest value of a number while these loops run."""
    for label in loops:
        coefficient = number.of(label.name)
        if not coefficient.monomials:
            continue
        sign = coefficient.constant
        if sign is None:
            raise Refusal("a bound of the range grows by an unknown step")
        at_first = (sign > 0) == lowest
        number = number.put(label.name, Poly() if at_first else label.count - 1)
    return number


def _range(
    reader: Reader, target: ast.expr, iterated: ast.expr
) -> tuple[list[Label], list[Term]]:
    assert isinstance(iterated, ast.Call)
    bounds = [_whole(reader, each) for each in iterated.args]
    start = bounds[0] if len(bounds) > 1 else Poly()
    stop = bounds[1] if len(bounds) > 1 else bounds[0]
    step = bounds[2] if len(bounds) > 2 else Poly.number(1)
    return counted(reader, target, start, stop, step)


def counted(
    reader: Reader, target: ast.expr, start: Poly, stop: Poly, step: Poly
) -> tuple[list[Label], list[Term]]:
    """A loop whose variable runs through a range."""
    scope = reader.scope
    outer = list(scope.loops)
    stride = step.constant
    if stride == 0 or step.atoms & {each.name for each in outer}:
        raise Refusal("the step of the range is not fixed")
    upwards = stride is None or stride > 0
    if stride is None:
        scope.assume(f"{scope.facts.text(step)} is positive")
    first, last = start, stop
    if (stop - start).atoms & {each.name for each in outer}:
        first = extreme(start, outer, lowest=upwards)
        last = extreme(stop, outer, lowest=not upwards)
    ragged = first != start or last != stop
    if ragged and stride != 1:
        raise Refusal("the range changes from iteration to iteration and has a step")
    span = last - first if upwards else first - last
    if span.constant is not None and span.constant < 0:
        span = Poly()  # it does not run at all
    size = step if upwards else -step
    known = span.over(size)
    if known is not None and span.constant is not None:
        count = Poly.number(known)
    elif size.constant == 1:
        count = span
    elif span.constant is not None and size.constant:
        count = Poly.number(-(-span.constant // size.constant))
    else:
        count = Poly.atom(f"-(-({scope.facts.text(span)}) // {_atom(scope.facts.text(size))})")
    label = replace(scope.label(count, _hint(target), len(outer)), span=span, step=size)
    scope.labels[label.name] = label
    value = Index(first + label.index * step, (*outer, label))
    scope.loops.append(label)
    _bind(reader, target, value)
    guards: list[Term] = []
    around = tuple(outer)
    if start != first:
        guards.append(apply("({0}) >= ({1})", ">=", value, Index(start, around)))
    if stop != last:
        guards.append(apply("({0}) < ({1})", "<", value, Index(stop, around)))
    return [label], guards


def _atom(text: str) -> str:
    return f"({text})" if " " in text else text


def _product(
    reader: Reader, target: ast.expr, iterated: ast.expr, name: str
) -> tuple[list[Label], list[Term]]:
    assert isinstance(iterated, ast.Call)
    if isinstance(target, ast.Name) and "ndindex" in name:
        target = _named_places(reader, target.id, _axes_of_indices(reader, iterated))
    if not isinstance(target, ast.Tuple) or iterated.keywords:
        raise Refusal(f"one variable for all of {ast.unparse(iterated)}")
    labels: list[Label] = []
    args = list(iterated.args)
    if "ndindex" in name and len(args) == 1:
        only = args[0]
        if isinstance(only, ast.Tuple):
            args = list(only.elts)
        elif isinstance(only, ast.Attribute) and only.attr == "shape":
            args = [
                ast.Subscript(only, ast.Constant(k), ast.Load())
                for k in range(len(target.elts))
            ]
    if len(args) != len(target.elts):
        raise Refusal(f"the axes of {ast.unparse(iterated)} are not known")
    guards: list[Term] = []
    for each, given in zip(target.elts, args, strict=True):
        around = ast.Call(ast.Name("range", ast.Load()), [given], [])
        new, more = entered(reader, each, around if "ndindex" in name else given)
        labels += new
        guards += more
    bind_places(reader, target)
    return labels, guards


def _axes_of_indices(reader: Reader, iterated: ast.Call) -> int:
    """How many axes np.ndindex runs through."""
    only = iterated.args[0] if len(iterated.args) == 1 else None
    if isinstance(only, ast.Attribute) and only.attr == "shape":
        return len(reader.read(only.value).own)
    if isinstance(only, ast.Starred) and ast.unparse(only.value).endswith(".shape"):
        assert isinstance(only.value, ast.Attribute)
        iterated.args[:] = [only.value]
        return len(reader.read(only.value.value).own)
    return len(only.elts) if isinstance(only, ast.Tuple) else len(iterated.args)


def _named_places(reader: Reader, name: str, number: int) -> ast.Tuple:
    """One variable for the places along all axes, as names of its own."""
    reader.scope.places[name] = tuple(f"@{name}_{k}" for k in range(number))
    each: list[ast.expr] = [ast.Name(k, ast.Store()) for k in reader.scope.places[name]]
    return ast.Tuple(each, ast.Store())


def bind_places(reader: Reader, target: ast.expr) -> None:
    """The variable itself, for `place[0]`."""
    scope = reader.scope
    own = tuple(each.id for each in ast.walk(target) if isinstance(each, ast.Name))
    for name, places in scope.places.items():
        if places == own:
            values = tuple(scope.env[each] for each in places)
            scope.env[name] = Stack(values, scope.label(Poly.number(len(values))))


def _elements(
    reader: Reader, target: ast.expr, iterated: ast.expr
) -> tuple[list[Label], list[Term]]:
    """`for (i, j), value in np.ndenumerate(x)`."""
    assert isinstance(iterated, ast.Call)
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2 or len(iterated.args) != 1:
        raise Refusal(f"one variable for all of {ast.unparse(iterated)}")
    numbers, value = target.elts
    whole = reader.read(iterated.args[0])
    if isinstance(numbers, ast.Name):
        numbers = _named_places(reader, numbers.id, len(whole.own))
    if not isinstance(numbers, ast.Tuple) or len(numbers.elts) != len(whole.own):
        raise Refusal(f"the axes of {ast.unparse(iterated)} are not known")
    labels: list[Label] = []
    scope = reader.scope
    for each, axis in zip(numbers.elts, whole.own, strict=True):
        label = scope.label(axis.count, _hint(each), len(scope.loops))
        labels.append(label)
        scope.loops.append(label)
        _bind(reader, each, Index(label.index, tuple(scope.loops)))
    for axis, label in zip(whole.own, labels, strict=True):
        whole = picked(whole, axis, label.index, tuple(scope.loops))
    bind_places(reader, numbers)
    _bind(reader, value, whole)
    return labels, []


def _over(reader: Reader, target: ast.expr, iterated: ast.expr, shared: Label | None) -> Label:
    """A loop over the rows of an array; with the label of another loop for zip."""
    scope = reader.scope
    value = reader.read(iterated)
    if isinstance(value, Extend):
        raise Refusal("it runs over a list that the loop fills")
    if not value.own:
        raise Refusal(f"it runs over {ast.unparse(iterated)}, which is no array")
    axis = value.own[0]
    if axis.count.atoms & {each.name for each in scope.loops}:
        raise Refusal("the number of rows changes from iteration to iteration")
    label = shared
    if label is None:
        label = scope.label(axis.count, _hint(target), len(scope.loops))
        scope.loops.append(label)
    _bind(reader, target, rows(value, label, tuple(scope.loops)))
    return label


def rows(value: Term, label: Label, loops: tuple[Label, ...]) -> Term:
    """One row of a value, where a loop runs over its first own axis."""
    return picked(value, value.own[0], label.index, loops)


def _enumerate(
    reader: Reader, target: ast.expr, iterated: ast.expr
) -> tuple[list[Label], list[Term]]:
    assert isinstance(iterated, ast.Call)
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        raise Refusal("enumerate with one variable")
    start = _whole(reader, iterated.args[1]) if len(iterated.args) > 1 else Poly()
    labels, guards = entered(reader, target.elts[1], iterated.args[0])
    if len(labels) != 1 or (isinstance(iterated.args[0], ast.Subscript) and guards):
        raise Refusal("enumerate over several axes, or over a part that changes")
    number = Index(start + labels[0].index, tuple(reader.scope.loops))
    _bind(reader, target.elts[0], number)
    return labels, guards


def _zip(
    reader: Reader, target: ast.expr, iterated: ast.expr
) -> tuple[list[Label], list[Term]]:
    assert isinstance(iterated, ast.Call)
    if (
        not isinstance(target, ast.Tuple)
        or len(target.elts) != len(iterated.args)
        or not iterated.args
    ):
        raise Refusal("zip whose parts are not named one by one")
    first: Label | None = None
    names: list[str] = []
    counts: list[Poly] = []
    parts = list(zip(target.elts, map(plain_header, iterated.args), strict=True))
    numbers = [each for each in parts if _called(each[1]) == "range"]
    for each, given in parts:
        if _called(given) == "range":
            continue
        counts.append(reader.read(given).own[0].count if reader.read(given).own else Poly())
        first = _over(reader, each, given, first)
        names.append(ast.unparse(given))
    if any(count != counts[0] for count in counts):
        reader.scope.assume(f"{' and '.join(names)} have the same length")
    if first is None:
        raise Refusal("zip of ranges only")
    for each, given in numbers:
        assert isinstance(given, ast.Call)
        bounds = [_whole(reader, one) for one in given.args]
        start = bounds[0] if len(bounds) > 1 else Poly()
        if len(bounds) > 2:
            raise Refusal("zip with a range that has a step")
        reader.scope.assume(f"{ast.unparse(given)} is as long as {names[0]}")
        _bind(reader, each, Index(start + first.index, tuple(reader.scope.loops)))
    return [first], []


def neighbours(pairs: ast.Call) -> ast.Call:
    """pairwise(x) as zip(x[:-1], x[1:])."""
    (given,) = pairs.args
    one = ast.Constant(1)
    first = ast.Subscript(given, ast.Slice(None, ast.UnaryOp(ast.USub(), one)), ast.Load())
    second = ast.Subscript(given, ast.Slice(one), ast.Load())
    return ast.Call(ast.Name("zip", ast.Load()), [first, second], [])


def _reversed(
    reader: Reader, target: ast.expr, inner: ast.expr
) -> tuple[list[Label], list[Term]]:
    if _called(inner) != "range" and not isinstance(inner, ast.Call):
        backwards = ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))
        turned = ast.Subscript(inner, backwards, ast.Load())
        return [_over(reader, target, turned, None)], []
    if _called(inner) != "range" or not isinstance(inner, ast.Call) or len(inner.args) == 3:
        raise Refusal("reversed of something else than a range")
    bounds = [_whole(reader, each) for each in inner.args]
    start = bounds[0] if len(bounds) > 1 else Poly()
    stop = bounds[1] if len(bounds) > 1 else bounds[0]
    return counted(reader, target, stop - 1, start - 1, Poly.number(-1))


def comprehended(
    reader: Reader, node: ast.ListComp | ast.GeneratorExp
) -> tuple[Term, tuple[Label, ...], Term | None]:
    """The item of a comprehension, its loops, and the condition on them."""
    node = bits_as_numbers(reader, node)
    scope = reader.scope
    kept = dict(scope.env)
    depth = len(scope.loops)
    labels: list[Label] = []
    masks: list[Term] = []
    try:
        for each in node.generators:
            new, guards = entered(reader, each.target, each.iter)
            labels += new
            masks += guards
            masks += [condition(reader.read(test)) for test in each.ifs]
        item = reader.read(node.elt)
    finally:
        scope.env = kept
        del scope.loops[depth:]
    return item, tuple(labels), joined("&", masks) if masks else None
