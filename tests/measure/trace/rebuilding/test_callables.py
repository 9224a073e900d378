"""What a trace names is found again."""

import math
import operator

import numpy as np
import pytest

from profiler_suite.measure.trace.rebuilding.callables import NotReplayableError, callable_named


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("getitem", ([1, 2], 1), 2),
        ("scalar.mul", (3, 4), 12),
        ("scalar.divmod", (7, 2), (3, 1)),
        ("math.sqrt", (9.0,), 3.0),
        ("ndarray.sum", (np.arange(4),), 6),
        ("np.add", (1, 2), 3),
        ("np.add.reduce", ([1, 2, 3],), 6),
        ("np.linalg.det", (np.eye(2),), 1.0),
        ("np.einsum", ("i,i", np.arange(3), np.arange(3)), 5),
        ("numpy.hypot", (3.0, 4.0), 5.0),
    ],
)
def test_a_name_gives_what_it_named(
    name: str, arguments: tuple[object, ...], expected: object
) -> None:
    assert callable_named(name)(*arguments) == expected


def test_attributes_of_arrays_are_asked_for() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert callable_named("ndarray.T")(array).shape == (3, 2)
    assert callable_named("ndarray.real")(np.array([1 + 2j])) == [1.0]
    assert callable_named("setitem") is operator.setitem
    assert callable_named("math.hypot") is math.hypot


def test_random_numbers_come_from_streams_of_their_own() -> None:
    np.random.seed(5)  # noqa: NPY002 - the caller's own stream
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    first = callable_named("np.random.normal")(size=3)
    assert (first == callable_named("np.random.normal")(size=3)).all()
    assert callable_named("np.random.Generator.integers")(1, 2) == 1
    assert np.random.random() == expected  # noqa: NPY002


def test_what_does_not_exist_any_more_cannot_be_replayed() -> None:
    with pytest.raises(NotReplayableError, match=r"no_such_module\.f"):
        callable_named("no_such_module.f")
    with pytest.raises(AttributeError):
        callable_named("np.no_such_function")
