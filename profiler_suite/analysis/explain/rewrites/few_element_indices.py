"""Indices of arrays of a few elements, as far as they are written out."""

import ast
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.rewrites.few_elements import Elements, UnfitError


def written_index(node: ast.expr) -> Any:
    """An index that is written out, as Python has it."""
    match node:
        case ast.Constant(value) if type(value) is int or value in (None, Ellipsis):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(value)) if type(value) is int:
            return -value
        case ast.Slice(lower, upper, step):
            bounds = [None if b is None else written_index(b) for b in (lower, upper, step)]
            return slice(*bounds)
        case ast.Tuple(parts):
            return tuple(written_index(each) for each in parts)
    raise UnfitError("an index that is not written out")


def places_at(array: Elements, index: ast.expr) -> np.ndarray[Any, Any]:
    """Places of the elements that an index takes, in row order."""
    places = np.arange(len(array.numbers)).reshape(array.shape)
    try:
        return np.asarray(places[written_index(index)])
    except (IndexError, TypeError, ValueError) as error:
        raise UnfitError(str(error)) from None


def axis_of(keywords: dict[str, ast.expr]) -> int | None:
    """The axis that is asked for; other options are not followed."""
    if set(keywords) - {"axis"}:
        raise UnfitError("options")
    axis = written_index(keywords["axis"]) if keywords else None
    if axis is not None and type(axis) is not int:
        raise UnfitError("several axes")
    return axis
