"""Comprehensions as array expressions."""

import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.comprehensions import Comprehensions
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from tests.analysis.explain.lifting.reading import expression, reader_of
from tests.analysis.explain.lifting.test_pieces import piece


def test_calls_on_comprehensions_are_replaced_and_others_stay() -> None:
    reader = reader_of()
    changer = Comprehensions(reader, ArrayWriter(reader.scope, Style()), [])
    changer.visit(expression("print(len(x))"))
    assert not changer.changed
    changer.visit(expression("print(sum(v * v for v in x))"))
    assert changer.changed


def test_what_cannot_be_read_is_a_reason() -> None:
    reasons: list[str] = []
    reader = reader_of()
    changer = Comprehensions(reader, ArrayWriter(reader.scope, Style()), reasons)
    changer.visit(expression("sum(open(v) for v in x)"))
    assert not changer.changed
    assert reasons == ["it calls open, which may do anything"]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("return sum(v * v for v in x)", ("return ",)),
        ("z = [v * 2 for v in x]\nreturn np.array(z)", ("z = x * 2",)),
        ("z = np.array([v + s for v in x])", ("z = x + s",)),
    ],
)
def test_a_comprehension_becomes_an_array_expression(body: str, lines: tuple[str]) -> None:
    found = piece(body)
    assert len(found.lines) == 1
    assert found.lines[0].startswith(lines[0])
    assert "for" not in found.lines[0]


def test_an_array_of_what_a_condition_chooses_is_indexed_by_it() -> None:
    assert piece("return np.array([v * 2 for v in x if v > 1])").lines == (
        "return (x * 2)[x > 1]",
    )
    total = piece("return np.asarray([v for v in x if v > s]).mean()").lines
    assert total == ("return x[x > s].mean()",)
    with pytest.raises(Refusal):
        piece("return np.array([v for v in x if v > 1], dtype=object)")


def test_a_comprehension_whose_list_is_wanted_becomes_one() -> None:
    assert piece("z = [v * 2 for v in x]\nz.sort()\nreturn z").lines == ("z = list(x * 2)",)
    assert piece("return [v * 2 for v in x if v > 1]").lines == ("return list((x * 2)[x > 1])",)
    nested = piece("return [[a * b for b in x] for a in x]").lines
    assert nested == ("return (x[:, None] * x).tolist()",)
    with pytest.raises(Refusal, match="its elements are no numbers"):
        piece("z = [[v, v] for v in x]\nz.sort()\nreturn z")
