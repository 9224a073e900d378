"""Random numbers drawn one by one."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.draws import drawn
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.terms import Draw, Refusal
from tests.analysis.explain.lifting.reading import call, lifted_text, read, reader_of, within

HELD = {"rng": "Generator", "x": "float64 (5,)", "n": "int 4", "s": "float 2.0"}


@pytest.fixture
def reader() -> Reader:
    made = reader_of("def f(rng, x, n, s):\n    return x", **HELD)
    within(made, "i", "n")
    return made


@pytest.mark.parametrize(
    ("text", "rank", "dtype"),
    [
        ("rng.random()", 0, "float64"),
        ("rng.normal(0, s)", 0, "float64"),
        ("rng.normal(0, s, 3)", 1, "float64"),
        ("rng.normal(0, s, size=(n, 2))", 2, "float64"),
        ("rng.integers(0, n)", 0, "int64"),
        ("np.random.rand(3, n)", 2, "float64"),
        ("np.random.uniform(0, 1, None)", 0, "float64"),
        ("rng.normal(loc=0, scale=s)", 0, "float64"),
        ("rng.choice([-1, 1])", 0, "int64"),
        ("rng.choice([0.5, 1])", 0, "float64"),
        ("rng.choice(x, size=n, replace=True)", 1, "float64"),
        ("np.random.choice(5, p=x)", 0, "int64"),
    ],
)
def test_a_draw_has_the_axes_of_its_size(
    text: str, rank: int, dtype: str, reader: Reader
) -> None:
    found = drawn(reader, call(text))
    assert isinstance(found, Draw)
    assert len(found.own) == rank
    assert found.dtype == dtype
    assert len(found.loops) == 1


@pytest.mark.parametrize("text", ["x.sum()", "np.sqrt(s)", "rng.shuffle(x)", "x.normal(0, 1)"])
def test_other_calls_are_none(text: str, reader: Reader) -> None:
    assert drawn(reader, call(text)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rng.normal(0, x[i])", "changes from iteration to iteration"),
        ("rng.normal(0, 1, i)", "how many random numbers are drawn changes"),
        ("rng.random(dtype='f4')", "options that are not followed"),
        ("rng.choice(x, 3, replace=False)", "options that are not followed"),
        ("rng.choice([x[i], n])", "changes from iteration to iteration"),
    ],
)
def test_draws_that_differ_are_refused(text: str, reason: str, reader: Reader) -> None:
    with pytest.raises(Refusal, match=reason):
        drawn(reader, call(text))


def test_two_kinds_in_turn_would_share_the_stream_otherwise(reader: Reader) -> None:
    drawn(reader, call("rng.random()"))
    assert isinstance(drawn(reader, call("rng.random()")), Draw)
    with pytest.raises(Refusal, match="several kinds"):
        drawn(reader, call("rng.normal(0, 1)"))


def test_draws_of_some_iterations_or_outside_of_loops_are_refused(reader: Reader) -> None:
    reader.scope.guards.append(read("x[i] > 0", reader))
    with pytest.raises(Refusal, match="in some iterations only"):
        drawn(reader, call("rng.random()"))
    with pytest.raises(Refusal, match="outside of the loop"):
        drawn(reader_of("def f(rng):\n    return 0", rng="Generator"), call("rng.random()"))


def test_what_is_drawn_gets_a_name_of_its_own() -> None:
    names = {"rng": "Generator", "n": "int 4", "draws": "int 4"}
    for body in (
        "s = 0.0\nfor i in range(n):\n    s += rng.random() * draws\nreturn s",
        "return np.array([rng.random() + draws for i in range(n)])",
    ):
        for each in lifted_text(body, names).lifted:
            assert "draws_2 = " in each.source
