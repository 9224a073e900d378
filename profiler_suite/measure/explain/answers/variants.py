"""Other arguments of the same kind: other values, sizes and layouts, from the real ones.

A rewrite must agree on them too. What they are is said in words, since a rewrite that
differs only for empty arrays, or where there is NaN, may still be what is wanted.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from profiler_suite.measure.explain.answers.same_answer import arrays_in
from profiler_suite.model.noun import Noun

# Lengths up to this are part of what a function means: three coordinates, a 2 × 2 window.
_KEPT_LENGTH = 4
_MOST_ELEMENTS = 200_000
_DEEPEST = 6


class Variant(Noun, frozen=True):
    """Arguments derived from the real ones."""

    name: str
    """As in 'gives another answer for …'; of those that are essential, what differs."""
    arguments: tuple[Any, ...]
    essential: bool
    """Whether a difference refuses a rewrite; else it is said."""
    other_sizes: bool = True


def variants(arguments: tuple[Any, ...], seed: int = 0) -> Iterator[Variant]:
    """Other arguments, made one after the other when they are asked for."""
    large = sum(each.size for each in arrays_in(arguments)) > _MOST_ELEMENTS
    rng = np.random.default_rng(seed)
    shorter = _shorter(arguments, 0.6 if not large else 0.25)
    yield Variant(
        name="other sizes",
        arguments=_mapped(arguments, lambda a: _cut(a, shorter), _int(shorter)),
        essential=True,
    )
    if not large:
        yield Variant(
            name="other values",
            arguments=_mapped(
                arguments,
                lambda a: _shuffled(a, rng),
                _same,
                lambda table: _rows_in_another_order(table, rng),
            ),
            essential=True,
            other_sizes=False,
        )
        yield Variant(
            name="another memory layout",
            arguments=_mapped(arguments, _other_layout, _same),
            essential=True,
            other_sizes=False,
        )
    numbers = any(each.dtype.kind in "fc" for each in arrays_in(arguments))
    if numbers or any(_is_table(each) for each in arguments):
        yield Variant(
            name="where there is NaN",
            arguments=_mapped(
                arguments,
                lambda a: _with_nan(_cut(a, shorter), rng),
                _int(shorter),
                lambda table: _nan_in_rows(table, rng),
            ),
            essential=False,
        )
    for length, name in ((1, "for arrays of length 1"), (0, "for empty arrays")):
        lengths = dict.fromkeys(shorter, length)
        yield Variant(
            name=name,
            arguments=_mapped(
                arguments, functools.partial(_cut, lengths=lengths), _int(lengths)
            ),
            essential=False,
        )


def smaller(arguments: tuple[Any, ...], factor: float) -> tuple[Any, ...]:
    """The arguments with their lengths, and numbers that may be lengths, cut to that share."""
    lengths = _shorter(arguments, factor)
    made: tuple[Any, ...] = _mapped(arguments, lambda a: _cut(a, lengths), _int(lengths))
    return made


def _shorter(arguments: tuple[Any, ...], factor: float) -> dict[int, int]:
    """A shorter length for each length that occurs, the same wherever it occurs."""
    lengths = {n for each in arrays_in(arguments) for n in each.shape if n > _KEPT_LENGTH}
    lengths |= {len(each) for each in _containers(arguments) if len(each) > _KEPT_LENGTH}
    found: dict[int, int] = {}
    for n in sorted(lengths):
        # Odd, and different for different lengths.
        candidate = max(_KEPT_LENGTH - 1, int(n * factor) | 1)
        while candidate in found.values() and candidate < n:
            candidate += 1
        found[n] = min(candidate, n)
    alone = [n for n in arguments if type(n) is int and n > 2 * _KEPT_LENGTH]
    for n in alone:
        found.setdefault(n, max(_KEPT_LENGTH, int(n * factor) | 1))
    return found


def _containers(value: Any, depth: int = 0) -> Iterator[Any]:
    if depth < _DEEPEST and isinstance(value, tuple | list):
        if isinstance(value, list):
            yield value
        for each in value[:100]:
            yield from _containers(each, depth + 1)


def _int(lengths: dict[int, int]) -> Callable[[int], int]:
    return lambda n: lengths.get(n, n)


def _same(n: int) -> int:
    return n


def _as_it_is(table: Any) -> Any:
    return table


def _mapped(
    value: Any,
    change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]],
    number: Callable[[int], int],
    tables: Callable[[Any], Any] = _as_it_is,
    depth: int = 0,
) -> Any:
    """The value with its arrays, its tables and each number that may be a length changed."""
    if type(value) is np.ndarray:
        return change(value)
    if type(value) is int and depth <= 1:
        return number(value)
    if depth >= _DEEPEST:
        return value
    if type(value) is tuple:
        return tuple(_mapped(each, change, number, tables, depth + 1) for each in value)
    if type(value) is list:
        kept = value[: number(len(value))]
        return [_mapped(each, change, number, tables, depth + 1) for each in kept]
    if type(value) is dict:
        return {k: _mapped(v, change, number, tables, depth + 1) for k, v in value.items()}
    if _is_table(value):
        length = number(len(value))
        return tables(
            value.iloc[: max(1, length if length != len(value) else int(0.6 * length))]
        )
    return value


def _is_table(value: Any) -> bool:
    """Whether it is a table or a column of pandas."""
    return hasattr(value, "iloc") and hasattr(value, "index")


def _rows_in_another_order(table: Any, rng: np.random.Generator) -> Any:
    """The same rows under the labels that stood there: what is sorted by label stays so."""
    made = table.iloc[rng.permutation(len(table))]
    made.index = table.index
    return made


def _nan_in_rows(table: Any, rng: np.random.Generator) -> Any:
    """One element of each column of floating-point numbers missing."""
    made = table.copy()
    for column in range(made.shape[1]) if made.ndim == 2 else [None]:
        dtype = made.dtype if column is None else made.dtypes.iloc[column]
        if getattr(dtype, "kind", "") == "f" and len(made):
            place = int(rng.integers(len(made)))
            made.iloc[place if column is None else (place, column)] = np.nan
    return made


def _cut(array: np.ndarray[Any, Any], lengths: dict[int, int]) -> np.ndarray[Any, Any]:
    parts = tuple(slice(0, lengths.get(n, n)) for n in array.shape)
    return _like(array, array[parts])


def _shuffled(array: np.ndarray[Any, Any], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """The same values in another order: indices stay valid, magnitudes stay what they are.

    What is sorted stays sorted, and a square matrix keeps its symmetry and its determinant:
    a function may rely on that.
    """
    if array.ndim == 1 and array.dtype.kind in "iuf" and len(array) > 2:
        steps = np.diff(array)
        if np.all(steps >= 0) and np.any(steps):
            return _like(array, array[0] + np.append(0, np.cumsum(rng.permutation(steps))))
    if array.ndim >= 2 and array.shape[-1] == array.shape[-2]:
        order = rng.permutation(array.shape[-1])
        return _like(array, array[..., order, :][..., order])
    return _like(array, rng.permutation(array.reshape(-1)).reshape(array.shape))


def _with_nan(array: np.ndarray[Any, Any], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    if array.dtype.kind not in "fc" or not array.size:
        return array
    made = np.array(array, copy=True, order="K")
    made[np.unravel_index(int(rng.integers(array.size)), array.shape)] = np.nan
    return made


def _other_layout(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Column order for what was in row order, and every second element of a longer array."""
    if array.ndim > 1:
        return np.array(array, order="F" if array.flags.c_contiguous else "C")
    if array.ndim == 1 and array.size:
        return np.repeat(array, 2)[::2]
    return array


def _like(array: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy of the values in the memory order of the array."""
    made = np.empty_like(array, shape=values.shape)
    made[...] = values
    return made
