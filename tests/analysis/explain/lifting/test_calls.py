"""What calls compute of one iteration's values."""

import pytest

from profiler_suite.analysis.explain.lifting.calls import called
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Reduce, Refusal
from tests.analysis.explain.lifting.reading import call, read, reader_of, within


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        *(("np.sqrt(x)", 1), ("math.sqrt(s)", 0), ("x.sum()", 0), ("np.sum(m, axis=0)", 1)),
        *(("m.max(axis=1)", 1), ("np.where(x > 1, x, 0)", 1), ("np.maximum(m, 0)", 2)),
        *(("np.dot(m.T, x)", 1), ("np.cumsum(x)", 1), ("np.sort(x)", 1), ("float(s)", 0)),
        *(("max(s, 1.0)", 0), ("x.astype(np.float32)", 1), ("np.linalg.norm(x)", 0)),
        *(("np.clip(x, 0, 1)", 1), ("abs(x)", 1), ("len(x)", 0), ("sum(x)", 0)),
    ],
)
def test_a_call_gives_a_value_with_its_own_axes(text: str, rank: int) -> None:
    assert len(called(reader_of(), call(text)).own) == rank


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("np.add(x, 1.0)", "x + 1.0"),
        ("np.multiply(x, s)", "x * s"),
        ("np.power(x, 2)", "x ** 2"),
        ("x.sum()", "np.sum(x)"),
        ("np.amax(x)", "x.max()"),
    ],
)
def test_ways_to_write_the_same_are_one_kind_of_term(one: str, other: str) -> None:
    first, second = read(one), read(other)
    assert type(first) is type(second)
    assert dtype_of(first) == dtype_of(second)
    if isinstance(first, Apply) and isinstance(second, Apply):
        assert first.name == second.name
    if isinstance(first, Reduce) and isinstance(second, Reduce):
        assert first.op.removeprefix("a") == second.op.removeprefix("a")


def test_a_look_up_is_of_every_iteration() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    found = called(reader, call("np.searchsorted(x, y[i])"))
    assert label.name in found.loops
    assert not found.own


@pytest.mark.parametrize(
    "text",
    [
        *("print(x)", "np.no_such(x)", "np.sum(x, out=y)", "x.no_such()", "open('f')"),
        *("np.linalg.qr(m)", "np.fft.fft(x, 3)", "range(3)", "dict(a=x)", "scipy.f(x)"),
    ],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        called(reader_of(), call(text))
