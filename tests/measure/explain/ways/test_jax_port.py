"""JAX: what is traced, what is compiled, what runs one operation after the other."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways import jax_port
from profiler_suite.measure.explain.ways.port import UnportedError
from tests.measure.explain.ways import kinds


class TracerBoolConversionError(Exception):
    pass


def trace(operations: int) -> Any:
    inner = SimpleNamespace(eqns=[SimpleNamespace(params={})] * (operations - 1))
    loop = SimpleNamespace(params={"body": SimpleNamespace(jaxpr=inner), "length": 3})
    return SimpleNamespace(jaxpr=SimpleNamespace(eqns=[loop]))


def fake(make: Any) -> Any:
    """As much of JAX as chooses between compiling and not."""
    return SimpleNamespace(
        make_jaxpr=lambda function, static_argnums: make, jit=lambda f, static_argnums: "jitted"
    )


def asks(x: Any) -> Any:
    raise TracerBoolConversionError


DECIDES: Any = asks


def test_a_short_trace_is_compiled() -> None:
    jax = fake(lambda *own: trace(12))
    made, why_not = jax_port._jitted(jax, DECIDES, (1,), ())
    assert (str(made), why_not) == ("jitted", "")


def test_a_loop_that_unrolls_to_very_much_is_not() -> None:
    made, why_not = jax_port._jitted(fake(lambda *own: trace(5000)), DECIDES, (1,), ())
    assert made is None
    assert why_not == "its loops unroll to 5,000 operations: not compiled"


def test_what_needs_values_runs_without_and_says_where() -> None:
    made, why_not = jax_port._jitted(fake(asks), DECIDES, (1,), ())
    line = asks.__code__.co_firstlineno + 1
    assert made is None
    assert why_not == f"line {line} needs values, which jit does not have while it traces"


def test_any_other_error_stops_it() -> None:
    def raises(*own: Any) -> Any:
        raise NotImplementedError("out=")

    with pytest.raises(NotImplementedError):
        jax_port._jitted(fake(raises), DECIDES, (1,), ())


def test_changed_arguments_are_refused_before_anything_is_loaded() -> None:
    with pytest.raises(UnportedError, match="cannot be changed") as caught:
        jax_port.port(kinds.scales_in_place, (), writes=True, threads=1, device="")
    assert caught.value.stopped_at is not None
    assert caught.value.stopped_at.text == "x *= factor"


@pytest.mark.parametrize(
    ("value", "traced"),
    [
        (np.ones(2), True),
        ([np.ones(2)], True),
        (np.float64(1.0), True),
        ([1, 2], True),
        (3, False),
        ("text", False),
        (None, False),
        ((1, 2), False),
    ],
    ids=str,
)
def test_what_is_no_array_is_part_of_what_is_compiled(value: Any, traced: bool) -> None:
    assert jax_port._has_arrays(value) is traced


@pytest.mark.parametrize(
    "array", [np.array([None]), np.array(["a"]), np.ones(2, ">f8"), np.array([], "M8[s]")]
)
def test_arrays_that_it_does_not_have_are_said(array: Any) -> None:
    with pytest.raises(UnportedError, match="JAX has no arrays of dtype"):
        jax_port._carried(SimpleNamespace(device_put=lambda a, d: a), None, array)
