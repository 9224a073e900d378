"""Windows of few elements axis by axis."""

import pytest

from profiler_suite.analysis.explain.lifting import Lifting
from profiler_suite.analysis.explain.lifting.code.boxes import box_deviation, box_sum
from tests.analysis.explain.lifting.reading import lifted_text


def lifted(value: str, before: str = "", dtype: str = "float64") -> Lifting:
    body = f"{before}\nh, w = x.shape\nout = np.zeros((h - 2, w - 2))\nfor i in range(h - 2):\n"
    body += f"    for j in range(w - 2):\n        out[i, j] = {value}\nreturn out"
    held = {"x": f"{dtype} (50, 40)"}
    if before:
        held["k"] = "float64 (2, 2)" if "float" in before else "int64 (3, 3)"
    return lifted_text(body, held, local=("k",))


def sources(found: Lifting) -> str:
    return "\n".join(each.source for each in found.lifted)


def test_rows_are_added_up_before_columns() -> None:
    assert callable(box_sum)
    found = sources(lifted("x[i:i + 3, j:j + 3].sum()"))
    assert "sums = x[:h - 2] + x[1:h - 1] + x[2:]" in found
    assert "sums[:, :w - 2] + sums[:, 1:w - 1] + sums[:, 2:]" in found
    assert " / 9" in sources(lifted("x[i:i + 3, j:j + 3].mean()"))


def test_a_kernel_that_is_an_outer_product_is_applied_axis_by_axis() -> None:
    kernel = "k = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])"
    found = sources(lifted("(x[i:i + 3, j:j + 3] * k).sum()", kernel))
    assert "sums = x[:h - 2] + 2 * x[1:h - 1] + x[2:]" in found
    assert "= sums[:, 2:] - sums[:, :w - 2]" in found


def test_of_any_other_kernel_zeros_are_left_out() -> None:
    kernel = "k = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])"
    found = sources(lifted("np.sum(k * x[i:i + 3, j:j + 3])", kernel))
    assert "- 4 * x[1:h - 1, 1:w - 1]" in found


def test_a_deviation_comes_from_two_sums() -> None:
    assert callable(box_deviation)
    found = lifted("x[i:i + 3, j:j + 3].std()")
    made, *_ = [each for each in found.lifted if "squares = shifted * shifted" in each.source]
    assert any("lose digits" in each for each in made.assumptions)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "float16"])
def test_small_numbers_are_not_added_up_as_they_are(dtype: str) -> None:
    assert "sums" not in sources(lifted("x[i:i + 3, j:j + 3].sum()", dtype=dtype))


def test_an_integer_image_is_not_multiplied_in_integers_by_a_real_kernel() -> None:
    kernel = "k = np.array([[1, 2], [2, 4]], dtype=float)"
    found = lifted("(x[i:i + 2, j:j + 2] * k).sum()", kernel, "int64")
    assert "2 * x" not in sources(found)
