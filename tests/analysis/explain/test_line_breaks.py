"""Long lines are broken inside brackets and stay the same code."""

import ast

import pytest

from profiler_suite.analysis.explain.line_breaks import broken

LONG = [
    "    out[...] = np.tensordot(np.lib.stride_tricks.sliding_window_view(image, (h, w), "
    "axis=(0, 1))[::s, ::s], filters, axes=[[2, 3, 4], [3, 1, 2]])",
    "total = np.add.reduce(first_argument_with_a_name * another_argument, axis=(0, 1, 2)) + "
    "np.multiply.reduce(the_third_argument, axis=0)",
    "    rows[...] = (windows_of_the_image(image, (height, width))[::stride, ::stride].reshape("
    "count * other_count, height * width) @ filters.transpose(3, 1, 2, 0).reshape(height * "
    "width, number_of_filters)).reshape(count, other_count, number_of_filters)",
    "    out[:] = (x - x.mean(axis=1)[:, None]) / (x.std(axis=1) + scale)[:, None] @ weight",
    "value = function('a, string (with brackets', another_function(1, 2, 3), [1, 2, 3, 4, 5], "
    "{'key': 'value, with comma'})",
]


@pytest.mark.parametrize("line", LONG)
def test_a_long_line_becomes_short_ones_of_the_same_code(line: str) -> None:
    found = broken(line)
    assert len(found) > 1
    assert all(len(each) <= 88 for each in found)
    assert ast.dump(ast.parse("\n".join(found).strip())) == ast.dump(ast.parse(line.strip()))


@pytest.mark.parametrize("line", LONG)
def test_few_lines_are_made_and_none_holds_a_lone_subscript(line: str) -> None:
    found = broken(line)
    assert len(found) <= 6
    assert not [
        each for each in found if each.strip() in ("::s, ::s", ":, None", "] @ weights")
    ]


@pytest.mark.parametrize("line", ["a = f(x)", "    return a", "a_" * 60 + " = 1", "x = ("])
def test_what_is_short_or_cannot_be_broken_stays(line: str) -> None:
    assert broken(line) == [line]


def test_the_head_of_a_block_stays() -> None:
    line = f"    for i in range({', '.join(['some_name'] * 12)}):"
    assert broken(line) == [line]


def test_the_indentation_is_kept() -> None:
    found = broken(LONG[0])
    assert found[0].startswith("    out")
    assert found[1].startswith("        ")
    assert found[-1].startswith("    )")


def test_short_parts_share_a_line_and_what_follows_a_closing_bracket_stays_with_it() -> None:
    found = broken(
        "    result[...] = np.tensordot(np.lib.stride_tricks.sliding_window_view(picture, "
        "(rows, columns), axis=(0, 1))[:n * step:step, :m * step:step], weights[:count], "
        "axes=[[2, 3, 4], [3, 1, 2]])"
    )
    assert [each.strip() for each in found] == [
        "result[...] = np.tensordot(",
        "np.lib.stride_tricks.sliding_window_view(",
        "picture, (rows, columns), axis=(0, 1)",
        ")[:n * step:step, :m * step:step],",
        "weights[:count], axes=[[2, 3, 4], [3, 1, 2]],",
        ")",
    ]


def test_a_comprehension_is_broken_before_its_loops() -> None:
    found = broken(
        "    values = [first_function(element, another) + second_function(element) for element "
        "in some_list_of_elements if element > 3 for another in range(10)]"
    )
    assert [each.strip() for each in found] == [
        "values = [",
        "first_function(element, another) + second_function(element)",
        "for element in some_list_of_elements if element > 3",
        "for another in range(10)",
        "]",
    ]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        # The function that a chain begins with is opened where that takes fewer lines.
        (
            "windows = np.lib.stride_tricks.sliding_window_view(picture, (height, width, "
            "depth))[:down * step:step, :across * step:step, 0]",
            [
                "windows = np.lib.stride_tricks.sliding_window_view(",
                "    picture, (height, width, depth)",
                ")[:down * step:step, :across * step:step, 0]",
            ],
        ),
        # So is the last call of a sum, and what is returned or added to.
        (
            "    total += first * np.einsum('ij,jk->ik', some_matrix, another_matrix, "
            "optimize=True)",
            [
                "    total += first * np.einsum(",
                "        'ij,jk->ik', some_matrix, another_matrix, optimize=True",
                "    )",
            ],
        ),
        (
            "    return (some_matrix[:, None] @ another_matrix.transpose(0, 2, 1))"
            ".reshape(rows, columns)",
            [
                "    return (",
                "        some_matrix[:, None] @ another_matrix.transpose(0, 2, 1)",
                "    ).reshape(rows, columns)",
            ],
        ),
    ],
)
def test_of_several_ways_the_one_of_fewest_lines_is_taken(line: str, lines: list[str]) -> None:
    assert broken(line) == lines
