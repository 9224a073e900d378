"""Every way in which arrays come into a function: they are counted, and stay what they are."""

import asyncio
import collections
import copy
import dataclasses
import functools
import pickle
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from profiler_suite.measure.trace import trace

SIDE = 12
A = np.ones((SIDE, SIDE))
PRODUCT = 2.0 * SIDE**3
SUM = SIDE * SIDE - 1
HELD = [A]
NESTED = {"layers": [{"weights": (A,)}]}


class Sub(np.ndarray):
    """A subclass that adds nothing."""


class Tagged(np.ndarray):
    """A subclass with an attribute, methods of its own and an overridden operator."""

    unit: str

    def __new__(cls, values: Any, unit: str = "m") -> Any:
        made = np.asarray(values).view(cls)
        made.unit = unit
        return made

    def __array_finalize__(self, given: Any) -> None:
        self.unit = getattr(given, "unit", "?")

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key)

    def doubled(self) -> Any:
        return self * 2.0


class Logged(np.ndarray):
    """A subclass that overrides the ufunc protocol, as classes with units do."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [i.view(np.ndarray) if isinstance(i, Logged) else i for i in inputs]
        found = getattr(ufunc, method)(*plain, **kwargs)
        return found.view(Logged) if isinstance(found, np.ndarray) else found


class Slots:
    __slots__ = ("__hidden", "w")

    def __init__(self, w: Any) -> None:
        self.w = w
        self.__hidden = w

    def hidden(self) -> Any:
        return self.__hidden


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    w: Any


class Model:
    bias = np.ones(SIDE)

    def __init__(self, w: Any) -> None:
        self.w = w

    def __call__(self, x: Any) -> Any:
        return x @ self.w + self.bias


Named = collections.namedtuple("Named", "w")
MODEL = Model(A)


@functools.cache
def remembered() -> Any:
    return np.ones((SIDE, SIDE))


@functools.cache
def remembered_size() -> int:
    return 2 * SIDE


def square(a: Any) -> Any:
    return (a @ a).sum()


def of_attribute(o: Any) -> Any:
    return (o.w @ o.w).sum()


def of_item(o: Any) -> Any:
    return (o["w"] @ o["w"]).sum()


def of_first(o: Any) -> Any:
    return (o[0] @ o[0]).sum()


def of_global() -> Any:
    return square(A)


def of_global_list() -> Any:
    return square(HELD[0])


def of_nested_global() -> Any:
    return square(NESTED["layers"][0]["weights"][0])


def of_helper_that_names_a_global() -> Any:
    return of_global_list()


def of_memory() -> Any:
    return square(remembered())


def of_class() -> Any:
    return (Model.bias * Model.bias).sum()


def of_global_model() -> Any:
    return MODEL(MODEL.w)[0, 0]


def of_mutable_view(a: Any) -> Any:
    return square(np.asarray(memoryview(a)))


def of_constructor(a: Any) -> Any:
    return square(np.ndarray(a.shape, buffer=a.data))


def of_asyncio(a: Any) -> Any:
    async def inside() -> Any:
        return square(a)

    return asyncio.run(inside())


def of_threads(a: Any) -> Any:
    with ThreadPoolExecutor(2) as team:
        return sum(team.map(square, [a, a]))


def self_product(a: Any) -> Any:
    return a * a


@pytest.mark.parametrize(
    ("function", "args", "flop"),
    [
        (square, (A.view(Sub),), PRODUCT + SUM),
        (square, (Tagged(A),), PRODUCT + SUM),
        (square, (A.view(Logged),), PRODUCT + SUM),
        (lambda a: a.doubled(), (Tagged(A),), SIDE * SIDE),
        (square, (np.ma.array(A),), PRODUCT + SUM),
        (of_attribute, (Slots(A),), PRODUCT + SUM),
        (lambda o: square(o.hidden()), (Slots(A),), PRODUCT + SUM),
        (of_attribute, (Frozen(A),), PRODUCT + SUM),
        (of_attribute, (Named(A),), PRODUCT + SUM),
        (of_attribute, (types.SimpleNamespace(w=A),), PRODUCT + SUM),
        (of_item, (collections.UserDict(w=A),), PRODUCT + SUM),
        (of_item, (collections.defaultdict(None, w=A),), PRODUCT + SUM),
        (of_item, (collections.OrderedDict(w=A),), PRODUCT + SUM),
        (of_first, (collections.deque([A]),), PRODUCT + SUM),
        (of_first, (np.array([A, None], dtype=object),), PRODUCT + SUM),
        (lambda g: square(next(g)), ((each for each in [A]),), PRODUCT + SUM),
        (
            lambda o: square(o[0][0][0][0][0][0][0][0][0][0]),
            ([[[[[[[[[[A]]]]]]]]]],),
            PRODUCT + SUM,
        ),
        (of_global, (), PRODUCT + SUM),
        (of_global_list, (), PRODUCT + SUM),
        (of_nested_global, (), PRODUCT + SUM),
        (of_helper_that_names_a_global, (), PRODUCT + SUM),
        (of_memory, (), PRODUCT + SUM),
        (of_class, (), SIDE + SIDE - 1),
        (of_global_model, (), PRODUCT + SIDE * SIDE),
        (of_mutable_view, (A,), PRODUCT + SUM),
        (of_constructor, (A,), PRODUCT + SUM),
        (lambda b: square(np.frombuffer(b).reshape(SIDE, SIDE)), (A.tobytes(),), PRODUCT + SUM),
        (lambda a: square(np.from_dlpack(a)), (A,), PRODUCT + SUM),
        (lambda a: square(pickle.loads(pickle.dumps(a))), (A,), PRODUCT + SUM),
        (lambda a: square(pickle.loads(pickle.dumps(a, protocol=5))), (A,), PRODUCT + SUM),
        (lambda a: square(copy.deepcopy(a)), (A.view(Sub),), PRODUCT + SUM),
        (lambda a: square(a.view(Sub)), (A,), PRODUCT + SUM),
        (lambda a: square(np.rec.array(a)), (A,), PRODUCT + SUM),
        (of_asyncio, (A,), PRODUCT + SUM),
        (of_threads, (A,), 2 * (PRODUCT + SUM) + 2),
        (types.MethodType(square, A), (), PRODUCT + SUM),
        (functools.partial(square, A), (), PRODUCT + SUM),
        (A.dot, (A,), PRODUCT),
        (lambda d: square(d.to_numpy()), (pd.DataFrame(A),), PRODUCT + SUM),
        (lambda s: s * s, (pd.Series(A[0]),), SIDE),
        (lambda s: s * s, (pd.Series(A[0]).astype("Float64"),), SIDE),
        (lambda s: (s * 2).sum(), (pd.DataFrame(A),), SIDE * SIDE + SIDE * (SIDE - 1)),
        (
            lambda m: (m.data * m.data).sum(),
            (sparse.eye_array(SIDE, format="csr"),),
            2 * SIDE - 1,
        ),
        (lambda p: p.coef * p.coef, (np.polynomial.Polynomial(A[0]),), SIDE),
    ],
)
def test_arrays_are_counted_wherever_they_come_from(
    function: Callable[..., Any], args: tuple[Any, ...], flop: float
) -> None:
    _, counts = trace(function, args)
    if isinstance(args[0] if args else None, pd.DataFrame):
        # What a pandas checks on the way of a sum is another matter.
        assert flop <= counts.flop <= 1.2 * flop, counts.uncovered
    else:
        assert counts.flop == flop, counts.uncovered


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_multiplies_as_a_matrix() -> None:
    result, counts = trace(lambda m: m * m, (np.asmatrix(A),))
    assert type(result) is np.matrix
    assert counts.flop == PRODUCT
    result, counts = trace(lambda a: np.asmatrix(a) * np.asmatrix(a), (A,))
    assert type(result) is np.matrix
    assert counts.flop == PRODUCT


def test_memory_mapped_files_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, A)
    mapped = np.load(path, mmap_mode="r")
    result, counts = trace(self_product, (mapped,))
    assert counts.flop == SIDE * SIDE
    assert type(result) is type(self_product(mapped))
    _, counts = trace(lambda: square(np.load(path, mmap_mode="r")))
    assert counts.flop == PRODUCT + SUM
    _, counts = trace(lambda: square(np.load(path)))
    assert counts.flop == PRODUCT + SUM


def test_fields_of_records_are_counted() -> None:
    records = np.zeros(50, dtype=[("p", "f8"), ("q", "f8")]).view(np.recarray)
    result, counts = trace(lambda r: np.sqrt(r.p + r.q), (records,))
    assert counts.flop == 100
    assert type(result) is np.ndarray
    records.p[0] = 4.0
    assert trace(lambda r: r.p.sum(), (records,))[0] == 4.0


def test_masked_arrays_keep_their_masks() -> None:
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])

    def function(m: Any) -> Any:
        return (m * 2.0 + 1.0).sum(), m.mean(), m + m

    expected = function(masked)
    result, counts = trace(function, (masked,))
    assert result[:2] == expected[:2]
    np.testing.assert_array_equal(result[2].mask, expected[2].mask)
    assert type(result[2].data) is np.ndarray
    assert counts.flop >= 6


def test_subclasses_keep_class_and_attributes() -> None:
    given = Tagged([1.0, 2.0], unit="kg")
    result, _ = trace(lambda t: (t + t, t[:1], t.doubled()), (given,))
    assert [type(each) for each in result] == [Tagged] * 3
    assert [each.unit for each in result] == ["kg"] * 3
    assert type(given) is Tagged


def test_nothing_stays_lent() -> None:
    slots, frozen, queue = Slots(A), Frozen(A), collections.deque([A])
    frame, matrix = pd.DataFrame(A), sparse.eye_array(3, format="csr")

    def function(*given: Any) -> Any:
        return [of_global_model(), of_nested_global(), of_memory(), len(given)]

    trace(function, (slots, frozen, queue, frame, matrix))
    found = [slots.w, slots.hidden(), frozen.w, queue[0], Model.bias, MODEL.w, HELD[0]]
    found += [NESTED["layers"][0]["weights"][0], remembered(), matrix.data]
    found += [block.values for block in frame._mgr.blocks]
    assert {type(each) for each in found} == {np.ndarray}


def of_two_functions() -> Any:
    return of_global() + (A * A).sum()


class Both:
    def product(self) -> Any:
        return square(A)

    @property
    def held(self) -> Any:
        return A


def of_two_methods() -> Any:
    return Both().product() + Both().held.sum()


@pytest.mark.parametrize(
    "function", [of_two_functions, of_two_methods, of_helper_that_names_a_global, of_global]
)
def test_what_several_functions_name_does_not_stay_lent(function: Callable[[], Any]) -> None:
    """It was lent twice, and its original forgotten: whatever was timed next was slowed."""
    before = A
    expected = function()
    for _ in range(2):
        result, counts = trace(function)
        assert result == expected
        assert counts.flop >= PRODUCT
        assert A is before
        assert type(A) is np.ndarray


def test_the_array_class_answers_as_ever() -> None:
    def function(a: Any) -> Any:
        class Own(np.ndarray):
            pass

        made = a.view(Own)
        return (
            isinstance(a, np.ndarray),
            issubclass(type(made), np.ndarray),
            isinstance(1.0, np.ndarray),
            isinstance(a, (list, np.ndarray)),
            type(a) == np.ndarray,  # noqa: E721
            np.ndarray.sum(a),
            np.ndarray.__name__,
            made,
        )

    result, _ = trace(function, (np.ones(3),))
    assert result[:7] == (True, True, False, True, True, 3.0, "ndarray")
    assert type(result[7]).__name__ == "Own"
    assert type(result[7]).__mro__[1] is np.ndarray
    assert type(np.ndarray) is type


def test_plain_arrays_can_be_pickled_during_a_trace() -> None:
    hidden = np.arange(4.0)[::2]
    bystander = types.MappingProxyType({"array": hidden})
    result, _ = trace(lambda: pickle.loads(pickle.dumps(bystander["array"])))
    np.testing.assert_array_equal(result, hidden)


def test_an_array_can_be_resized() -> None:
    def shorter(n: int) -> Any:
        a = np.empty(n)
        a[:] = 1.0
        a.resize(n // 2, refcheck=False)
        return a.sum()

    result, counts = trace(shorter, (10,))
    assert result == 5.0
    assert counts.flop == 4

    def longer() -> Any:
        a = np.ones((2, 2))
        a.resize((3, 2), refcheck=False)
        return a

    np.testing.assert_array_equal(trace(longer)[0], longer())
    own = np.ones(4)
    trace(lambda a: a.resize(6, refcheck=False), (own,))
    np.testing.assert_array_equal(own, [1, 1, 1, 1, 0, 0])


# --------------------------------------------------------------- called from compiled code


def peak(window: Any) -> Any:
    return np.max(np.abs(window))


def relu(v: Any) -> Any:
    return v if v > 0 else 0.0


KEPT: Any = np.vectorize(relu, otypes=[float])


def filtered(image: Any) -> Any:
    from scipy.ndimage import generic_filter

    return generic_filter(image, peak, 3)


def filtered_lines(image: Any) -> Any:
    from scipy.ndimage import generic_filter1d

    def smooth(line: Any, out: Any) -> None:
        out[...] = line[1:-1] * 2.0

    return generic_filter1d(image, smooth, 3)


def integrated() -> Any:
    from scipy.integrate import quad

    return quad(lambda x: np.sqrt(x) * 2.0, 0.0, 1.0)[0]


def root() -> Any:
    from scipy.optimize import brentq

    return brentq(lambda x: x * x - 2.0, 0.0, 2.0)


def rolled(series: Any) -> Any:
    return series.rolling(3).apply(lambda w: np.dot(w, w), raw=True)


@pytest.mark.parametrize(
    ("function", "args", "flop"),
    [
        (filtered, (A,), SIDE * SIDE * 8),
        (filtered_lines, (A,), SIDE * SIDE),
        (lambda x: np.vectorize(relu, otypes=[float])(x), (A[0],), SIDE),
        (lambda x: KEPT(x), (A[0],), SIDE),
        (lambda x: np.frompyfunc(lambda v: v * v + v, 1, 1)(x), (A[0],), 2 * SIDE),
        (
            lambda x: np.apply_along_axis(lambda r: np.sqrt(r @ r), 1, x),
            (A,),
            2 * SIDE * SIDE + SIDE,
        ),
        (lambda x: np.fromiter((v * 2.0 for v in x.ravel()), float), (A,), SIDE * SIDE),
        (lambda x: np.fromiter(map(np.sqrt, x[0]), float), (A,), SIDE),
        (lambda s: s.map(lambda v: v * 3.0), (pd.Series(A[0]),), SIDE),
    ],
)
def test_what_compiled_code_calls_back_is_counted(
    function: Callable[..., Any], args: tuple[Any, ...], flop: float
) -> None:
    expected = function(*args)
    result, counts = trace(function, args)
    np.testing.assert_array_equal(np.asarray(result), np.asarray(expected))
    if isinstance(args[0] if args else None, pd.DataFrame):
        # What a pandas checks on the way of a sum is another matter.
        assert flop <= counts.flop <= 1.2 * flop, counts.uncovered
    else:
        assert counts.flop == flop, counts.uncovered


@pytest.mark.parametrize("function", [integrated, root])
def test_callbacks_of_compiled_code_without_arrays_are_counted(
    function: Callable[..., Any],
) -> None:
    expected = function()
    result, counts = trace(function)
    assert result == expected
    assert counts.flop >= 10


def test_callbacks_of_pandas_are_counted() -> None:
    result, counts = trace(rolled, (pd.Series(A[0]),))
    assert result.iloc[-1] == 3.0
    assert [(o.calls, o.flop) for o in counts.operations if o.name == "np.dot"] == [
        (SIDE - 2, 6 * (SIDE - 2))
    ]


def test_remembered_numbers_are_parameters() -> None:
    for _ in range(2):  # computed, then remembered
        _, counts = trace(lambda: remembered_size() * 3 + 1)
        assert counts.flop == 0


def test_a_ufunc_that_only_calls_back_is_covered_by_what_it_calls() -> None:
    _, counts = trace(lambda x: np.vectorize(relu, otypes=[float])(x), (A[0],))
    assert counts.uncovered == {}
    assert counts.coverage == 1.0
    _, counts = trace(lambda: np.frompyfunc(lambda a, b: a + b, 2, 1).reduce(A[0]))
    assert counts.uncovered == {}
    assert counts.flop == SIDE - 1


def test_callbacks_have_their_own_lines() -> None:
    _, counts = trace(filtered, (A,))
    first = peak.__code__.co_firstlineno
    calls = {o.name: [(each.line, each.calls) for each in o.lines] for o in counts.operations}
    assert calls["np.absolute"] == [(first + 1, SIDE * SIDE)]


def test_a_kept_vectorize_calls_the_plain_function_afterwards() -> None:
    KEPT(A[0])
    before = dict(KEPT._ufunc)
    trace(lambda x: KEPT(x), (A[0],))
    assert before == KEPT._ufunc


def test_an_exception_in_a_callback_comes_through() -> None:
    def fails(x: Any) -> Any:
        raise LookupError("inside")

    def function() -> Any:
        from scipy.optimize import brentq

        return brentq(fails, 0.0, 1.0)

    with pytest.raises(LookupError, match="inside"):
        trace(function)
    # And the next trace counts as ever.
    assert trace(self_product, (A,))[1].flop == SIDE * SIDE
