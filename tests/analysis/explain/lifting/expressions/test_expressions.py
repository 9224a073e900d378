"""From expressions to terms."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Apply,
    Contract,
    Index,
    Refusal,
)
from tests.analysis.explain.lifting.reading import read, reader_of, within


@pytest.fixture
def reader() -> Reader:
    made = reader_of()
    within(made, "i", "n")
    return made


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        *(("x", 1), ("m", 2), ("m[i]", 1), ("m[i, 0]", 0), ("m[:, i]", 1), ("x[i:i + 2]", 1)),
        *(
            ("m[i] * x[0]", 1),
            ("m + m[i]", 2),
            ("x[:, None]", 2),
            ("m.T", 2),
            ("m[i] @ m[i]", 0),
        ),
        *(("x[rows[i]]", 0), ("m[rows]", 2), ("-x", 1), ("x if s > 1 else 2 * x", 1), ("n", 0)),
        *(("[x[i], s]", 1), ("m[i][0]", 0), ("np.pi * s", 0), ("abs(x[i])", 0)),
    ],
)
def test_a_value_has_its_own_axes(text: str, rank: int, reader: Reader) -> None:
    assert len(read(text, reader).own) == rank


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("x[i]", {"i"}),
        ("x[0]", set()),
        ("m[0, i] + x[i]", {"i"}),
        ("x[rows[i]]", {"i"}),
        ("i + 1", {"i"}),
        ("i - i", set()),
        ("n", set()),
    ],
)
def test_a_value_depends_on_the_loops_in_it(text: str, loops: set[str], reader: Reader) -> None:
    found = read(text, reader).loops
    assert {name.strip("@0123456789") for name in found} == loops


def test_numbers_are_kept_exact(reader: Reader) -> None:
    found = read("2 * i + n - 1", reader)
    assert isinstance(found, Index)
    assert found.index.without(found.loops) == Poly.atom("n") - 1
    float_ = read("i / 2", reader)
    assert isinstance(float_, Apply)
    assert isinstance(read("m @ m.T", reader), Contract)


def test_a_comparison_of_several_is_their_conjunction(reader: Reader) -> None:
    found = read("0 < x[i] < 3", reader)
    assert isinstance(found, Apply)
    assert found.name == "&"


def test_a_negative_index_counts_from_the_end(reader: Reader) -> None:
    found = read("x[-1]", reader)
    assert isinstance(found, Access)
    assert not found.own


@pytest.mark.parametrize(
    "text",
    [
        *("b'text'", "{1: 2}", "lambda y: y", "x[i].real.no_such()", "f'{x}'", "unknown_f(x)"),
        *("(yield)", "{v for v in x}"),
    ],
)
def test_what_is_no_array_expression_is_refused(text: str, reader: Reader) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        read(text, reader)


def test_a_name_that_the_loop_has_not_set_yet_is_refused() -> None:
    reader = reader_of()
    reader.scope.varying = frozenset({"total"})
    with pytest.raises(Refusal, match="total is read before it is set"):
        read("total + 1", reader)
