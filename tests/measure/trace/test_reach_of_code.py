"""Arrays that only the code of arguments, or imports inside of functions, name are counted."""

import collections
import functools
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace

SIDE = 6
A = np.random.default_rng(0).random((SIDE, SIDE))
WORK = 2 * SIDE**3 + SIDE * SIDE - 1
"""Of a product with itself and its sum."""


def square(a: Any) -> Any:
    return (a @ a).sum()


class Meta(type):
    held = A


class Described:
    def __get__(self, owner: Any, kind: Any) -> Any:
        return A


class Model(metaclass=Meta):
    """Has no attribute of its own: its methods name the array."""

    described = Described()

    def method(self) -> Any:
        return square(A)

    def two(self) -> Any:
        return self.method() + A[0, 0]

    @property
    def asked(self) -> Any:
        return A

    @functools.cached_property
    def asked_once(self) -> Any:
        return A

    @staticmethod
    def fixed() -> Any:
        return A

    @classmethod
    def of_class(cls) -> Any:
        return A

    def __call__(self) -> Any:
        return square(A)

    def __getitem__(self, key: Any) -> Any:
        return A

    def __enter__(self) -> Any:
        return A

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter([A])

    def __add__(self, other: Any) -> Any:
        return A


class Younger(Model):
    """Inherits all of it."""


class Holder:
    def __init__(self) -> None:
        self.model = Model()
        self.function = lambda: A


def entered(model: Any) -> Any:
    with model as a:
        return square(a)


def adding(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any) -> Any:
        return function(*args, A)

    return wrapped


@adding
def decorated(a: Any) -> Any:
    return square(a)


TABLE = {"square": lambda: square(A)}

CASES: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]] = {
    "method": (lambda m: m.method(), lambda: (Model(),)),
    "inherited": (lambda m: m.method(), lambda: (Younger(),)),
    "property": (lambda m: square(m.asked), lambda: (Model(),)),
    "cached property": (lambda m: square(m.asked_once), lambda: (Model(),)),
    "static method": (lambda m: square(m.fixed()), lambda: (Model(),)),
    "class method": (lambda m: square(m.of_class()), lambda: (Model(),)),
    "call": (lambda m: m(), lambda: (Model(),)),
    "item": (lambda m: square(m[0]), lambda: (Model(),)),
    "with": (entered, lambda: (Model(),)),
    "iterated": (lambda m: [square(a) for a in m], lambda: (Model(),)),
    "operator": (lambda m: square(m + 1), lambda: (Model(),)),
    "descriptor": (lambda m: square(m.described), lambda: (Model(),)),
    "metaclass": (lambda: square(Model.held), tuple),
    "method of what it holds": (lambda h: h.model.method(), lambda: (Holder(),)),
    "function that it holds": (lambda h: square(h.function()), lambda: (Holder(),)),
    "in a list": (lambda held: held[0].method(), lambda: ([Model()],)),
    "in a dict": (lambda held: held["m"](), lambda: ({"m": Model()},)),
    "in a tuple": (lambda held: held[1].method(), lambda: ((0, Model()),)),
    "of a global": (lambda: Model().method(), tuple),
    "function": (lambda f: f(), lambda: (lambda: square(A),)),
    "bound method": (lambda f: f(), lambda: (Model().method,)),
    "partial": (lambda f: f(), lambda: (functools.partial(square, A),)),
    "partial by name": (lambda f: f(), lambda: (functools.partial(square, a=A),)),
    "partial of a method": (lambda f: f(), lambda: (functools.partial(Model().method),)),
    "remembering": (lambda f: square(f()), lambda: (functools.cache(lambda: A),)),
    "class": (lambda kind: kind().method(), lambda: (Model,)),
    "default": (
        lambda d: square(d["x"]),
        lambda: (collections.defaultdict(lambda: A),),
    ),
    "decorated": (decorated, tuple),
    "table of functions": (lambda: TABLE["square"](), tuple),
    "generated": (lambda: [square(a) for a in (A for _ in [1])], tuple),
}


@pytest.mark.parametrize("name", CASES)
def test_the_code_of_arguments_is_followed(name: str) -> None:
    function, make = CASES[name]
    before, args = A, make()
    _, counts = trace(function, args)
    added = counts.flop - WORK
    assert added in (0, 1), counts.operations
    assert counts.coverage == 1.0
    assert A is before
    assert type(A) is np.ndarray


def test_arguments_are_the_same_afterwards() -> None:
    partial, model = functools.partial(square, A), Model()
    bound, held = model.two, {"m": [model]}
    result, _ = trace(lambda *given: given, (partial, bound, held))
    assert result[0].args[0] is A
    assert result[1].__self__ is model
    assert partial.args[0] is A
    assert held["m"] == [model]
    assert type(Model.held) is np.ndarray


PACKAGE = """
import numpy as np
A = np.ones((6, 6))
class Kept:
    weights = A
    def go(self): return (self.weights @ A).sum()
def times(x): return x @ A
"""


@pytest.mark.parametrize(
    "body",
    [
        "from {p} import consts\n    return (consts.A @ consts.A).sum()",
        "from {p}.consts import A as other\n    return (other @ other).sum()",
        "import {p}.consts as c\n    return c.times(c.A).sum()",
        "import {p}.consts\n    return ({p}.consts.A @ {p}.consts.A).sum()",
        "from {p}.consts import Kept\n    return Kept().go()",
    ],
)
def test_what_a_function_imports_itself_is_followed(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "reached_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "consts.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    consts = importlib.import_module("reached_package.consts")
    space: dict[str, Any] = {}
    exec(f"def function():\n    {body.replace('{p}', 'reached_package')}\n", space)
    expected = space["function"]()
    result, counts = trace(space["function"])
    assert result == expected
    assert counts.flop == WORK
    assert type(consts.A) is type(consts.Kept.weights) is np.ndarray
