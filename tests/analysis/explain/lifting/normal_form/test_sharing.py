"""Parts that occur more than once."""

from profiler_suite.analysis.explain.lifting.normal_form.operations import apply
from profiler_suite.analysis.explain.lifting.normal_form.sharing import hint, repeated
from tests.analysis.explain.lifting.reading import read, reader_of


def test_only_the_largest_part_that_repeats_is_named() -> None:
    reader = reader_of()
    part = read("np.exp(x[:] * s)", reader)
    whole = [apply("({0}) + ({1})", "+", part, part), apply("-({0})", "neg", part)]
    assert repeated(whole) == {part}


def test_numbers_names_and_what_occurs_once_are_not_worth_a_name() -> None:
    reader = reader_of()
    assert repeated([]) == frozenset()
    x = read("x", reader)
    assert repeated([x, x]) == frozenset()
    assert repeated([read("s * 2.0", reader)] * 2) == frozenset()
    assert repeated([read("x.sum()", reader)]) == frozenset()


def test_a_sum_that_repeats_takes_time_though_it_is_a_number() -> None:
    total = read("x.sum()")
    assert repeated([total, total]) == {total}


def test_the_loops_own_name_is_taken() -> None:
    reader = reader_of()
    total = read("x.sum()", reader)
    assert hint(reader.scope, total) == "part"
    reader.scope.meanings[total] = "total"
    assert hint(reader.scope, total) == "total"


def test_parts_of_values_side_by_side_repeat_too() -> None:
    reader = reader_of()
    side_by_side = read("np.array([np.exp(x[:] * s) + 1.0, np.exp(x[:] * s) * 2.0])", reader)
    (part,) = repeated([side_by_side])
    assert "np.exp" in repr(part).replace("NP.", "np.")
