"""The largest array on the way."""

from profiler_suite.analysis.explain.lifting.code.memory import Memory
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Leaf
from tests.analysis.explain.lifting.reading import facts_of, read, scope_of


def test_the_largest_counts_by_its_bytes_in_the_run() -> None:
    memory = Memory(facts_of())
    scope = scope_of()
    five, three = (scope.label(Poly.atom(f"m.shape[{axis}]")) for axis in (0, 1))
    memory.add((five,))
    memory.add((three,), 4)
    assert memory.largest.text() == "8 * m.shape[0]"
    memory.add((five, three), 1)
    assert memory.largest.text() == "8 * m.shape[0]"
    memory.add((five, three), 8)
    assert memory.largest.value(memory.facts.at_hand) == 120


def test_an_operation_counts_with_the_bytes_of_its_dtype() -> None:
    memory = Memory(facts_of())
    axis = scope_of().label(Poly.number(10))
    memory.note((axis,), read("y"))
    assert memory.largest == Poly.number(40)
    memory.note((axis,), Leaf("unknown"))
    assert memory.largest == Poly.number(80)


def test_a_number_takes_none() -> None:
    memory = Memory(facts_of())
    memory.note((), Leaf("s"))
    assert memory.largest == Poly()


def test_of_extents_that_are_not_known_more_axes_count_as_more() -> None:
    memory = Memory(facts_of())
    scope = scope_of()
    one, other = scope.label(Poly.atom("p")), scope.label(Poly.atom("q"))
    memory.add((one,))
    memory.add((one, other))
    memory.add((other,))
    assert memory.largest == Poly.atom("p") * Poly.atom("q") * 8
