"""Work of ufuncs: element by element, reductions, accumulations, outer products, at."""

import math

from profiler_suite.measure.trace.numbers import UFUNC_OF
from profiler_suite.measure.trace.signature import OperandLayout, itemsize
from profiler_suite.measure.trace.work.call import Call, OperationWork, bytes_of, distinct, size
from profiler_suite.measure.trace.work.conventions import (
    SPECIAL_FUNCTION_FLOP,
    elementwise_flop,
)

_METHODS = frozenset({"reduce", "accumulate", "reduceat", "outer", "at"})


def ufunc_work(call: Call) -> OperationWork | None:
    """Work of a ufunc or one of its methods; None when it has no convention."""
    path, _, last = call.name.rpartition(".")
    method = last if last in _METHODS else ""
    operation = path.rpartition(".")[2] if method else last
    each = _flop_per_element(call, operation, path)
    if each is None:
        return None
    if method in ("reduce", "accumulate"):
        return _reduction(call, method, each)
    if method == "reduceat":
        return OperationWork(each * (call.fact("steps") or 0), call.read(), call.written())
    if method == "at":
        return _at(call, each)
    elements = _loop_elements(call)
    selected = call.fact("selected")
    if selected is None:
        return OperationWork(each * elements, call.read(), call.written())
    return OperationWork(
        each * selected,
        _selected_bytes(call, selected),
        sum(min(distinct(seen), selected) * itemsize(seen) for seen in call.results),
    )


def _flop_per_element(call: Call, operation: str, path: str) -> float | None:
    if "scipy.special" in path:
        return SPECIAL_FUNCTION_FLOP
    if not path.startswith("np"):
        return None
    each = elementwise_flop(operation, call.is_complex)
    if each is None:
        return 0.0 if _is_text(call) else None
    return each if call.is_numeric else 0.0


def _is_text(call: Call) -> bool:
    return any(
        not isinstance(seen.dtype, str) and seen.dtype.kind in "SUTVMm"
        for seen in call.operands
    )


def _loop_elements(call: Call) -> int:
    return max((size(seen) for seen in call.results), default=0)


def _selected_bytes(call: Call, selected: int) -> int:
    where = call.keywords.get("where")
    mask = where[1] if where is not None and where[0] == "operand" else -1
    skip = call.outputs() | {mask}
    read = bytes_of(call.operands[mask]) if mask >= 0 else 0
    return read + sum(
        min(distinct(seen), selected) * itemsize(seen)
        for number, seen in enumerate(call.operands)
        if number not in skip and seen.form == "array"
    )


def _reduction(call: Call, method: str, each: float) -> OperationWork:
    source = call.operands[0]
    outputs = sum(size(seen) for seen in call.results)
    elements = size(source)
    if method == "accumulate":
        axis = call.literal(1, "axis", 0)
        length = source.shape[axis] if source.shape else 1
        steps = elements - elements // max(length, 1)
        return OperationWork(each * steps, call.read(), call.written())
    selected = call.fact("selected")
    taken = elements if selected is None else selected
    start = (
        outputs if call.keywords.get("initial") not in (None, ("opaque", "_NoValueType")) else 0
    )
    steps = max(taken + start - outputs, 0)
    read = call.read() if selected is None else _selected_bytes(call, selected)
    return OperationWork(each * steps, read, call.written())


def _at(call: Call, each: float) -> OperationWork:
    target = call.operands[0]
    elements = call.fact("elements") or 0
    touched = min(elements, distinct(target)) * itemsize(target)
    return OperationWork(each * elements, touched + call.read(without=frozenset({0})), touched)


def scalar_work(call: Call) -> OperationWork | None:
    """Work of an operator or a math function on single numbers: no bytes."""
    group, _, operation = call.name.partition(".")
    name = UFUNC_OF.get(operation, operation) if group == "scalar" else _of_math(operation)
    flop = elementwise_flop(name, call.is_complex)
    return OperationWork(0.0 if flop is None else flop, 0, 0)


_MATH_NAMES = {
    "pow": "power",
    "fabs": "fabs",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}


def _of_math(name: str) -> str:
    return _MATH_NAMES.get(name, name)


def counted_reduction_work(call: Call) -> OperationWork:
    """Work of argmax, argmin and trace: one operation less than elements for each result."""
    source = call.operands[0]
    outputs = sum(size(seen) for seen in call.results)
    if call.name == "ndarray.trace":
        used = _diagonal(source, call)
        return OperationWork(
            max(used - outputs, 0) * (2.0 if call.is_complex else 1.0),
            used * itemsize(source),
            call.written(),
        )
    flop = max(size(source) - outputs, 0) if call.is_numeric else 0
    return OperationWork(float(flop), call.read(), call.written())


def _diagonal(source: OperandLayout, call: Call) -> int:
    offset = call.literal(1, "offset", 0)
    first = call.literal(2, "axis1", 0) % len(source.shape)
    second = call.literal(3, "axis2", 1) % len(source.shape)
    rows, columns = source.shape[first], source.shape[second]
    length = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    rest = [n for axis, n in enumerate(source.shape) if axis not in (first, second)]
    return int(length * math.prod(rest))
