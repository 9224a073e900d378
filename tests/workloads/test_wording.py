"""What dimensions and problems are called, also of workloads without words."""

import pytest

from profiler_suite.workloads import wording


@pytest.mark.parametrize(
    ("axis", "heading", "noun"),
    [
        ("height", "input height and width", "input size"),
        ("threads", "BLAS threads", "thread count"),
        ("tile_size", "tile_size", "tile size"),
    ],
)
def test_an_axis_has_a_heading_and_a_noun(axis: str, heading: str, noun: str) -> None:
    assert (wording.heading(axis), wording.noun(axis)) == (heading, noun)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("filters", 8, "filters 8"),
        ("filters", 8.0, "filters 8"),
        ("filters", 8.5, "filters 8.5"),
        ("filter_height", 3, "filters 3×3"),
        ("threads", 1, "1 thread"),
        ("threads", 4.0, "4 threads"),
        ("dtype", "float32", "float32"),
        ("tile_size", 16, "tile size 16"),
        ("layout", "strided", "layout strided"),
        ("tile_size", float("nan"), "tile size nan"),
    ],
)
def test_a_fixed_variable_is_said_with_its_value(column: str, value: object, said: str) -> None:
    assert wording.setting(column, value) == said


CONVOLUTION = {
    "height": 32.0,
    "width": 32.0,
    "channels": 3.0,
    "filters": 10.0,
    "filter_height": 2.0,
    "filter_width": 2.0,
    "stride": 2.0,
}


def test_a_problem_in_words_takes_the_dimensions_of_its_workload_from_any_table() -> None:
    found = wording.in_words("convolution", CONVOLUTION | {"rows": float("nan")})
    assert found.startswith("32×32×3 input, 10 filters of 2×2")
    assert "nan" not in found


def test_a_workload_that_is_not_known_has_no_words_and_no_grid() -> None:
    assert wording.in_words("sorting", {"n": 3}) == ""
    assert wording.grid("sorting") == ()


def test_a_workload_says_which_dimensions_are_worth_a_heat_map() -> None:
    assert wording.grid("convolution") == ("filters", "stride")


def test_the_glossary_has_the_words_of_all_workloads() -> None:
    assert {"im2col", "taps"} <= set(wording.glossary())
