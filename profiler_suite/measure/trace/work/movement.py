"""Work of what moves data: indexing, copies, sorting and searching, creation."""

import math
from collections.abc import Callable

from profiler_suite.measure.trace.signature import OperandLayout, Tree, itemsize
from profiler_suite.measure.trace.work.call import Call, OperationWork, bytes_of, distinct, size


def _default(call: Call) -> OperationWork:
    return OperationWork(0.0, call.read(), call.written())


def _elements_bytes(seen: OperandLayout) -> int:
    return size(seen) * itemsize(seen)


def _index_bytes(call: Call, key: Tree | None) -> int:
    """Bytes of the index arrays and masks of a key."""
    if key is None:
        return 0
    parts = key[1:] if key[0] == "tuple" else (key,)
    numbers = {part[1] for part in parts if part[0] in ("mask", "indices")}
    return sum(bytes_of(call.operands[number]) for number in numbers)


def _getitem(call: Call) -> OperationWork:
    moved = sum(_elements_bytes(seen) for seen in call.results)
    array = call.operands[0]
    read = min(moved, bytes_of(array)) + _index_bytes(call, call.argument(1))
    written = sum(_elements_bytes(seen) for seen in call.results if seen.form == "array")
    return OperationWork(0.0, read, written)


def _setitem(call: Call) -> OperationWork:
    value = call.array(2)
    read = bytes_of(value) if value is not None else 0
    written = sum(bytes_of(seen) for seen in call.results)
    return OperationWork(0.0, read + _index_bytes(call, call.argument(1)), written)


def _flat_item(call: Call) -> OperationWork:
    moved = sum(_elements_bytes(seen) for seen in call.results)
    return OperationWork(0.0, moved, sum(bytes_of(seen) for seen in call.results))


def _flat_setitem(call: Call) -> OperationWork:
    written = (call.fact("elements") or 0) * itemsize(call.operands[0])
    return OperationWork(0.0, call.read(without=frozenset({0})), written)


def _fill(call: Call) -> OperationWork:
    return OperationWork(0.0, call.read(without=frozenset({0})), bytes_of(call.operands[0]))


def _copyto(call: Call) -> OperationWork:
    target = call.operands[0]
    selected = call.fact("selected")
    if selected is None:
        return _fill(call)
    return OperationWork(
        0.0,
        call.read(without=frozenset({0})),
        min(selected, distinct(target)) * itemsize(target),
    )


def _gather(call: Call) -> OperationWork:
    """take and choose: as many elements as are delivered, and the indices."""
    moved = sum(_elements_bytes(seen) for seen in call.results)
    indices = call.operands[0] if call.name == "ndarray.choose" else call.array(1, "indices")
    read = moved + (bytes_of(indices) if indices is not None else 0)
    return OperationWork(0.0, read, call.written())


def _in_place(call: Call) -> OperationWork:
    """sort and partition: read once, written once."""
    moved = bytes_of(call.operands[0])
    return OperationWork(0.0, moved, moved)


def _searchsorted(call: Call) -> OperationWork:
    sorted_array = call.operands[0]
    keys = call.array(1, "v")
    count = size(keys) if keys is not None else 1
    steps = math.ceil(math.log2(size(sorted_array) + 1)) if size(sorted_array) else 0
    read = min(count * steps, distinct(sorted_array)) * itemsize(sorted_array)
    return OperationWork(
        0.0, read + (bytes_of(keys) if keys is not None else 0), call.written()
    )


def _bincount(call: Call) -> OperationWork:
    adds = size(call.operands[0])
    return OperationWork(float(adds), call.read(), call.written())


def _interp(call: Call) -> OperationWork:
    """A search, then (x − a) · (d − c) / (b − a) + c for each point."""
    points = size(call.operands[0])
    return OperationWork(6.0 * points, call.read(), call.written())


def _count_nonzero(call: Call) -> OperationWork:
    return OperationWork(0.0, call.read(), 0)


def _create(call: Call) -> OperationWork:
    if call.name in ("np.empty", "np.empty_like"):
        return OperationWork(0.0, 0, 0)
    return _default(call)


_FORMULAS: dict[str, Callable[[Call], OperationWork]] = {
    "getitem": _getitem,
    "setitem": _setitem,
    "ndarray.flat next": _flat_item,
    "ndarray.flat getitem": _flat_item,
    "ndarray.flat setitem": _flat_setitem,
    "ndarray.fill": _fill,
    "ndarray.put": _copyto,
    "np.copyto": _copyto,
    "np.putmask": _copyto,
    "np.place": _copyto,
    "ndarray.take": _gather,
    "ndarray.choose": _gather,
    "ndarray.sort": _in_place,
    "ndarray.partition": _in_place,
    "ndarray.searchsorted": _searchsorted,
    "np.bincount": _bincount,
    "np.interp": _interp,
    "np.count_nonzero": _count_nonzero,
    "np.empty_like": _create,
    "np.where": _default,
    "np.concatenate": _default,
    "np.lexsort": _default,
    "np.unique": _default,
    "np.packbits": _default,
    "np.unpackbits": _default,
    "np.ravel_multi_index": _default,
    "np.unravel_index": _default,
}


def movement_work(call: Call) -> OperationWork | None:
    """Work of an operation that moves data; None when it is not known."""
    formula = _FORMULAS.get(call.name)
    if formula is not None:
        return formula(call)
    if call.signature.kind == "create":
        return _create(call)
    if call.name.startswith("ndarray.") or call.signature.kind == "copy":
        return _default(call)
    return None
