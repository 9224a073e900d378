"""Names of NumPy stand for another library's of the same name, or say that it has none."""

import functools
import itertools
import math
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

from profiler_suite.measure.explain.ways import counterparts
from profiler_suite.measure.explain.ways.counterparts import replacing
from profiler_suite.measure.explain.ways.port import UnportedError

OTHER: Any = SimpleNamespace(
    sin=lambda x: "their sine",
    dot=lambda x, y: "their product",
    ndarray=list,
    float64="their dtype",
    linalg=SimpleNamespace(norm=lambda x: "their norm"),
)


@pytest.fixture
def value() -> Any:
    return replacing({"numpy": OTHER}, "Other", lambda array: ("carried", array.shape))


def test_a_module_gives_the_others_names(value: Any) -> None:
    stands = value(np)
    assert stands.sin(1.0) == "their sine"
    assert stands.linalg.norm(1.0) == "their norm"
    assert stands.ndarray is list
    assert stands.float64 == "their dtype"
    assert stands.sin is stands.sin


def test_numbers_and_what_serves_any_library_stay(value: Any) -> None:
    stands = value(np)
    assert (stands.pi, stands.newaxis) == (math.pi, None)
    assert stands.errstate is np.errstate
    assert value(math) is math
    assert value(itertools.chain) is itertools.chain
    assert value(3) == 3


def test_names_that_were_imported_alone_are_found(value: Any) -> None:
    assert value(np.sin)(1.0) == "their sine"
    assert value(np.dot)(1, 2) == "their product"
    assert value(np.linalg.norm)(1) == "their norm"
    assert value(np.linalg).norm(1) == "their norm"
    assert value(np.float64) == "their dtype"
    assert value(float) is float


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda value: value(np).cos(1.0), "numpy.cos"),
        (lambda value: value(np.cos)(1.0), "numpy.cos"),
        (lambda value: value(np).add.reduce([1]), "numpy.add.reduce"),
        (lambda value: value(np).linalg.inv(1), "numpy.linalg.inv"),
        (lambda value: value(np).fft.rfft(1), "numpy.fft.rfft"),
        (lambda value: value(np).random.default_rng(), "numpy.random.default_rng"),
        (lambda value: value(scipy).linalg.lu(1), "scipy.linalg.lu"),
        (lambda value: value(scipy.linalg.cholesky)(1), "cholesky"),
        (lambda value: value(scipy.special.expit)(1), "scipy.expit"),
        (lambda value: value(pytest).approx(1), "pytest.approx"),
    ],
)
def test_what_the_other_does_not_have_is_said_when_it_is_called(
    value: Any, ask: Any, path: str
) -> None:
    with pytest.raises(UnportedError, match=path.replace(".", r"\.")):
        ask(value)


def test_functions_of_scipy_are_found_by_their_own_name() -> None:
    theirs = SimpleNamespace(special=SimpleNamespace(expit="their logistic function"))
    value = replacing({"numpy": OTHER, "scipy": theirs}, "Other", lambda array: array)
    assert value(scipy.special.expit) == "their logistic function"
    assert value(scipy.special).expit == "their logistic function"
    with pytest.raises(UnportedError, match="erf has no counterpart"):
        value(scipy.special.erf)(1)


def test_a_name_that_numpy_does_not_have_either_is_an_error_as_before(value: Any) -> None:
    with pytest.raises(AttributeError):
        _ = value(np).no_such_function


@functools.lru_cache
def cached(x: int) -> int:
    return x


def test_what_finds_a_namespace_by_its_arrays_stays(value: Any) -> None:
    compat = ModuleType("array_api_compat")
    assert value(compat) is compat


def test_what_stands_around_a_function_is_not_called_as_it_is(value: Any) -> None:
    with pytest.raises(UnportedError, match="cached has no counterpart"):
        value(cached)(1)


def test_constants_are_carried_over(value: Any) -> None:
    assert value(np.ones((2, 3))) == ("carried", (2, 3))
    assert value(functools.partial) is functools.partial


def test_the_missing_can_be_asked_for_attributes_only_of_its_own() -> None:
    missing = counterparts.MissingCounterpart("numpy.x", "Other")
    assert not hasattr(missing, "__array__")
