"""Running values along a loop as array expressions."""

from __future__ import annotations

from dataclasses import replace

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed, expanded, full
from profiler_suite.analysis.explain.lifting.code.runs import lengths
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    At,
    Index,
    Refusal,
    Scan,
    Slab,
    Term,
)


def running_values(writer: Writer, term: Scan) -> Array:
    """A scan as cumsum, cumprod, an accumulated extreme, lfilter, or places that are kept."""
    if term.before:
        return _before(writer, term)
    inner = writer.lower(term.arg)
    start = writer.lower(term.initial)
    if term.along not in inner.dims and term.op != "hold":
        if inner.dims:
            raise Refusal("a running value of what does not change")
        size = writer.size(term.along)
        inner = Array(f"{writer.np}.full({size}, {inner.text})", (term.along,))
    axis = inner.dims.index(term.along) if term.along in inner.dims else 0
    where = f", axis={axis}" if len(inner.dims) > 1 else ""
    if term.op == "last":
        found = inner
    elif term.op == "hold":
        found = _held(writer, term, inner, start)
    elif term.op == "reset":
        found = _reset(writer, term, inner, start)
    elif term.op in ("clamp max", "clamp min"):
        found = _clamped(writer, term, inner, start, axis)
    elif term.op == "decay":
        found = _decay(writer, term, inner, start, axis)
    elif term.op in ("max", "min"):
        run = f"{writer.np}.{term.op}imum.accumulate({inner.text}{where})"
        if any(each not in inner.dims for each in start.dims):
            raise Refusal("what an extreme begins with has more axes than its elements")
        first = expanded(start, inner.dims).text if start.dims else start.text
        found = Array(f"{writer.np}.{term.op}imum({first}, {run})", inner.dims)
    else:
        name, sign = ("cumsum", "+") if term.op == "sum" else ("cumprod", "*")
        narrow = "" if weak_of(term.initial) == "float" else narrow_sum(writer, term.arg)
        text = f"{writer.np}.{name}({inner.text}{where}{narrow})"
        neutral = ("0", "0.0", "0j") if sign == "+" else ("1", "1.0")
        if start.text not in neutral:
            wide = expanded(start, inner.dims)
            text = f"{closed(wide.text)} {sign} {text}"
        found = Array(text, inner.dims)
    return found


def _before(writer: Writer, term: Scan) -> Array:
    """Running values as each iteration finds them: those of the one before."""
    found, start = writer.lower(replace(term, before=False)), writer.lower(term.initial)
    kind = dtype_of(term.arg)
    if len(found.dims) > 1 and term.op == "sum" and kind is not None and kind.kind in "iu":
        item = expanded(writer.lower(term.arg), found.dims)
        return Array(f"{closed(found.text)} - {closed(item.text)}", found.dims)
    if len(found.dims) != 1 or start.dims:
        raise Refusal("a running value is read before it is updated, in several axes")
    text = f"{writer.np}.concatenate(([{start.text}], {closed(found.text)}[:-1]))"
    size = writer.facts.text(term.along.count)
    return Array(f"{text}[:{size}]", found.dims)


def _held(writer: Writer, term: Scan, inner: Array, start: Array) -> Array:
    """`if c(i): s = v(i)`: the value at the last place where the condition held."""
    assert term.factor is not None
    mask = writer.lower(term.factor)
    if term.along not in mask.dims:
        raise Refusal("a condition on a name is the same in every iteration")
    dims = tuple(dict.fromkeys((*mask.dims, *inner.dims, *start.dims)))
    dims = tuple(sorted(dims, key=lambda each: (each.depth < 0, each.depth)))
    if any(each not in mask.dims for each in dims):
        raise Refusal("a condition on a name decides for several of its elements")
    axis, wide = dims.index(term.along), expanded(mask, dims).text
    count = Array(f"{writer.np}.arange({writer.size(term.along)})", (term.along,))
    name = writer.free_name("last")
    where = f", axis={axis}" if len(dims) > 1 else ""
    places = f"{writer.np}.where({wide}, {expanded(count, dims).text}, -1)"
    writer.before.append(f"{name} = {writer.np}.maximum.accumulate({places}{where})")
    writer.memory.add(dims)
    found = expanded(inner, dims).text
    if inner.dims == dims and len(dims) == 1:
        found = f"{inner.atom}[{name}]"
    elif term.along in inner.dims:
        if inner.dims != dims:
            sizes = ", ".join(writer.size(each) for each in dims)
            found = f"{writer.np}.broadcast_to({found}, ({sizes},))"
        found = f"{writer.np}.take_along_axis({found}, {name}, axis={axis})"
    first = expanded(_first(writer, term, start), dims).text
    return Array(f"{writer.np}.where({name} < 0, {first}, {found})", dims)


def _first(writer: Writer, term: Scan, start: Array) -> Array:
    """What an array holds before the loop, as a slice: an empty array has no such element."""
    initial = term.initial
    subs = list(initial.subs) if isinstance(initial, Access) else []
    fixed = [
        k for k, s in enumerate(subs) if isinstance(s, At) and s.index.constant is not None
    ]
    if not isinstance(initial, Access) or len(fixed) != 1:
        return start
    (place,) = fixed
    one, sub = writer.scope.label(Poly.number(1)), subs[place]
    assert isinstance(sub, At)
    subs[place] = Slab(sub.index, 1, one, "-1:" if sub.index.constant == -1 else "")
    made = writer.lower(replace(initial, subs=tuple(subs)))
    return Array(made.text, tuple(term.along if e == one else e for e in made.dims))


def _reset(writer: Writer, term: Scan, inner: Array, start: Array) -> Array:
    """`s = v(i) if c(i) else s + v(i)`: sums, less what they were before the last reset."""
    assert term.factor is not None
    mask = writer.lower(term.factor)
    if mask.dims != (term.along,) or inner.dims != mask.dims or start.dims:
        raise Refusal("sums that begin anew, of several axes")
    count = f"{writer.np}.arange({writer.size(term.along)})"
    places = f"{writer.np}.where({mask.text}, {count}, -1)"
    steps = lengths(writer, term, mask, start)
    if steps is not None:
        return steps
    last, sums, items = map(writer.free_name, ("last", "sums", "items"))
    writer.before.append(f"{items} = {inner.text}")
    writer.before.append(f"{sums} = {writer.np}.cumsum({items})")
    writer.before.append(f"{last} = {writer.np}.maximum.accumulate({places})")
    less = f"({sums} - {items})[{last}]"
    text = f"{sums} - {writer.np}.where({last} < 0, -({start.text}), {less})"
    return Array(text, inner.dims)


def _clamped(writer: Writer, term: Scan, inner: Array, start: Array, axis: int) -> Array:
    """`s = max(s + a(i), b(i))`: sums, lifted by as much as they ever were too low."""
    assert term.factor is not None
    edge = expanded(writer.lower(term.factor), inner.dims).text
    where = f", axis={axis}" if len(inner.dims) > 1 else ""
    name = writer.free_name("sums")
    sums = f"{writer.np}.cumsum({inner.text}{where})"
    if isinstance(term.arg, Index) and term.arg.index == Poly.number(1):
        sums = f"{writer.np}.arange(1, {writer.size(term.along)} + 1)"
    writer.before.append(f"{name} = {sums}")
    ufunc = f"{writer.np}.{term.op.removeprefix('clamp ')}imum"
    gap = f"{ufunc}.accumulate({edge} - {name}{where})"
    first = expanded(start, inner.dims).text
    return Array(f"{name} + {ufunc}({first}, {gap})", inner.dims)


def _decay(writer: Writer, term: Scan, inner: Array, start: Array, axis: int) -> Array:
    others = {each for each in inner.dims if each != term.along}
    if term.factor is None or (start.dims and set(start.dims) != others):
        raise Refusal("a recursion that starts from an array")
    kinds = [dtype_of(each) for each in (term.arg, term.factor, term.initial)]
    if all(each is not None and each.kind in "iub" for each in kinds):
        raise Refusal("a recursion of whole numbers, which a filter makes real ones")
    writer.imports["from scipy.signal import lfilter"] = None
    factor = writer.lower(term.factor).text
    first = f"({factor}) * ({start.text})"
    if start.dims:
        state, where = f"({factor}) * {full(start, inner.dims)}", f", axis={axis}"
    elif len(inner.dims) == 1:
        state, where = f"[{first}]", ""
    else:
        sizes = [
            "1" if k == axis else writer.facts.text(each.count)
            for k, each in enumerate(inner.dims)
        ]
        state = f"{writer.np}.full(({', '.join(sizes)}), {first}, dtype=float)"
        where = f", axis={axis}"
    text = f"lfilter([1.0], [1.0, -({factor})], {inner.text}{where}, zi={state})[0]"
    return Array(text, inner.dims)


def narrow_sum(writer: Writer, term: Term) -> str:
    """Small integers that a loop adds stay small; np.sum widens them."""
    dtype = dtype_of(term)
    small = dtype is not None and dtype.kind in "iu" and dtype.itemsize < 8
    return f", dtype={writer.np}.{dtype}" if small and not weak_of(term) else ""
