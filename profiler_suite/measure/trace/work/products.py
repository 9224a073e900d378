"""Work of products: matrix products, dot, einsum, np.convolve and filters."""

import math

from profiler_suite.measure.trace.signature import OperandLayout
from profiler_suite.measure.trace.work.call import Call, OperationWork, bytes_of, size


def product_work(call: Call) -> OperationWork | None:
    """Work of a product; None when its form is not known."""
    if call.name.startswith("scipy.sparse."):
        return _sparse_work(call)
    if call.name.startswith("scipy.ndimage."):
        return _image_filter_work(call)
    formula = _FLOP.get(call.name)
    if formula is None:
        return None
    flop = formula(call)
    return None if flop is None else OperationWork(flop, call.read(), call.written())


def _pair(call: Call) -> tuple[OperandLayout, OperandLayout]:
    left, right = call.array(0), call.array(1)
    assert left is not None
    assert right is not None
    return left, right


def _core_length(call: Call) -> int:
    """How many products are summed for one element, from the first operand."""
    left, right = _pair(call)
    axes = call.literal(99, "axes", None)
    if axes is not None:
        inner = axes[0]
        core = inner[-1] if isinstance(inner, tuple) else inner
        return int(left.shape[core])
    axis = call.literal(99, "axis", None)
    if axis is not None:
        return int(left.shape[axis])
    return right.shape[-2] if call.name == "np.vecmat" else left.shape[-1]


def _inner_flop(call: Call) -> float:
    """Matrix products and sums of products: one sum of `length` per element of the result."""
    left, right = _pair(call)
    if not left.shape or not right.shape:
        # dot and inner with a number multiply.
        return max(size(left), size(right)) * (6.0 if call.is_complex else 1.0)
    outputs = sum(size(seen) for seen in call.results)
    return call.multiply_add * outputs * _core_length(call)


def _vdot_flop(call: Call) -> float:
    left, _ = _pair(call)
    return call.multiply_add * size(left)


def _einsum_flop(call: Call) -> float | None:
    found = einsum_indices(call)
    if found is None:
        return None
    terms, output, lengths = found
    points = math.prod(lengths.values())
    outputs = math.prod(lengths[index] for index in output)
    summed = set().union(*terms) - set(output)
    if len(terms) == 1:
        return (points - outputs) * (2.0 if call.is_complex else 1.0)
    products = (len(terms) - 1) * (6.0 if call.is_complex else 1.0)
    return points * (products + (0 if not summed else 2.0 if call.is_complex else 1.0))


def einsum_indices(
    call: Call,
) -> tuple[list[tuple[object, ...]], tuple[object, ...], dict[object, int]] | None:
    """Indices of each operand and of the result, and the length of each index.

    None for a call whose subscripts are not known. An index of length 1 in one operand
    and longer in another is broadcast.
    """
    trees = call.signature.arguments
    if not trees:
        return None
    if trees[0][0] == "literal" and isinstance(trees[0][1], str):
        left, arrow, right = trees[0][1].replace(" ", "").partition("->")
        subscripts: list[list[object]] = [_letters(each) for each in left.split(",")]
        numbers = [tree[1] for tree in trees[1:]]
        output = _letters(right) if arrow else None
    else:
        numbers = [tree[1] for tree in trees[: len(trees) // 2 * 2 : 2]]
        lists = [_listed(tree) for tree in trees[1::2]]
        if any(each is None for each in lists):
            return None
        subscripts = [each for each in lists if each is not None]
        output = _listed(trees[-1]) if len(trees) % 2 else None
    lengths: dict[object, int] = {}
    terms: list[tuple[object, ...]] = []
    broadcast: list[object] = []
    for letters, number in zip(subscripts, numbers, strict=True):
        shape = call.operands[number].shape
        hidden = len(shape) - sum(each is not ... for each in letters)
        # What the dots stand for is numbered from the last axis, as in broadcasting.
        dots: list[object] = [("dots", place) for place in range(hidden, 0, -1)]
        if len(dots) > len(broadcast):
            broadcast = dots
        term: list[object] = []
        for each in letters:
            term += dots if each is ... else [each]
        for index, length in zip(term, shape, strict=True):
            lengths[index] = max(lengths.get(index, 1), length) if length else 0
        terms.append(tuple(term))
    if output is None:
        seen = [index for term_ in terms for index in term_]
        output = [
            *broadcast,
            *sorted(
                {i for i in seen if not isinstance(i, tuple) and seen.count(i) == 1}, key=str
            ),
        ]
    result: list[object] = []
    for each in output:
        result += broadcast if each is ... else [each]
    return terms, tuple(result), lengths


def _letters(text: str) -> list[object]:
    if "..." in text:
        before, _, after = text.partition("...")
        return [*before, ..., *after]
    return list(text)


def _listed(tree: tuple[object, ...]) -> list[object] | None:
    if tree[0] not in ("list", "tuple"):
        return None
    found: list[object] = []
    for node in tree[1:]:
        assert isinstance(node, tuple)
        found.append(... if node == ("opaque", "ellipsis") else node[1])
    return found


def _correlate_flop(call: Call) -> float:
    """np.correlate and np.convolve: every overlap of the shorter with the longer counts."""
    left, right = _pair(call)
    n, k = max(size(left), size(right)), min(size(left), size(right))
    mode = call.literal(2, "mode", "valid")
    # How many positions stick out on each side, as in NumPy's own loop.
    if mode in (0, "valid"):
        before = after = 0
    elif mode in (1, "same"):
        before = k // 2
        after = k - before - 1
    else:
        before = after = k - 1
    products = (n - k + 1) * k
    products += sum(k - before + i for i in range(before))
    products += sum(k - 1 - i for i in range(after))
    return call.multiply_add * products


def _window_flop(call: Call) -> float | None:
    """Filters that multiply the whole window at every output: 2 × outputs × window."""
    window = call.array(1)
    if window is None:
        return None
    outputs = max((size(seen) for seen in call.results), default=0)
    return call.multiply_add * outputs * size(window)


def _image_filter_work(call: Call) -> OperationWork | None:
    """scipy.ndimage's correlate writes to an argument: 2 × pixels × window."""
    source, window = call.array(0), call.array(1)
    output = call.array(3 if call.name.endswith("1d") else 2, "output")
    if source is None or window is None or output is None:
        return None
    return OperationWork(
        call.multiply_add * size(source) * size(window),
        bytes_of(source) + bytes_of(window),
        bytes_of(output),
    )


def _sparse_work(call: Call) -> OperationWork | None:
    """A sparse matrix by a vector (by several): a multiply-add for each stored element."""
    several = call.name.endswith("matvecs")
    values = call.array(5 if several else 4)
    output = call.array(7 if several else 6)
    if values is None or output is None:
        return None
    vectors = call.literal(2, "", 1) if several else 1
    # The output is added to: it is among what is read as well.
    return OperationWork(
        call.multiply_add * size(values) * vectors, call.read(), bytes_of(output)
    )


def _linear_filter_flop(call: Call) -> float | None:
    numerator, denominator, source = call.array(0), call.array(1), call.array(2)
    if numerator is None or denominator is None or source is None:
        return None
    # y = b₀x + …, minus a₁y + …: a multiply-add for every coefficient but a₀.
    return call.multiply_add * size(source) * (size(numerator) + size(denominator) - 1)


_FLOP = {
    "np.matmul": _inner_flop,
    "np.vecdot": _inner_flop,
    "np.matvec": _inner_flop,
    "np.vecmat": _inner_flop,
    "np.dot": _inner_flop,
    "ndarray.dot": _inner_flop,
    "np.inner": _inner_flop,
    "np.vdot": _vdot_flop,
    "np.einsum": _einsum_flop,
    "np.convolve": _correlate_flop,
    "np.correlate": _correlate_flop,
    "scipy.signal._sigtools._convolve2d": _window_flop,
    "scipy.signal._sigtools._correlateND": _window_flop,
    "scipy.signal._sigtools._linear_filter": _linear_filter_flop,
}
