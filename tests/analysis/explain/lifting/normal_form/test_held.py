"""What a name held, from words."""

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.held import Held, held


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("float64 (500, 3072)", Held("array", "float64", (500, 3072))),
        ("float64 (3,), strided", Held("array", "float64", (3,))),
        ("int8 ()", Held("array", "int8")),
        ("float32 number", Held("number", "float32")),
        ("int -12", Held("int", value=-12)),
        ("int 12345678901234567…", Held("int")),
        ("float nan", Held("float")),
        ("list of 3", Held("list")),
        ("", Held("")),
    ],
)
def test_words_are_taken_apart(words: str, expected: Held) -> None:
    assert held(words) == expected
