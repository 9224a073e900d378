"""Windows that are cut off at the border: the interior, and the rim as it was."""

import ast
import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.loops import rims
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.loops.rims import Rim
from tests.analysis.explain.lifting.reading import loop, reader_of
from tests.analysis.explain.rules.own_function import Own

HELD = {"x": "float64 (9,)", "out": "float64 (9,)", "n": "int 9", "r": "int 2"}


def found(text: str, more: str = "") -> Rim | None:
    node = loop(text)
    body = f"def f({', '.join(HELD)}):\n" + textwrap.indent(f"{more}\n{text}", "    ")
    reader = reader_of(body, **HELD)
    reader.scope.interior = True
    walk = Walk(reader)
    walk.block([node])
    return rims.rim(node, reader.scope, walk.effects, text.splitlines())


BOTH = "for i in range(n):\n    out[i] = x[max(0, i - r):min(n, i + r + 1)].sum()"


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("for i in range(n):\n    out[i] = x[i - 1:i].sum()", True),
        ("for i in range(n):\n    out[i] = x[i]", False),
    ],
)
def test_only_loops_with_slices_may_have_a_rim(text: str, has: bool) -> None:
    assert rims.has_cuts(loop(text)) is has


def test_a_slice_in_a_helper_that_the_loop_calls_counts() -> None:
    (helper,) = ast.parse("def around(x, i):\n    return x[max(0, i - 1):i + 1]").body
    assert isinstance(helper, ast.FunctionDef)
    calling = loop("for i in range(n):\n    out[i] = around(x, i).sum()")
    assert not rims.has_cuts(calling)
    assert rims.has_cuts(calling, {"around": helper})
    assert not rims.has_cuts(calling, {"other": helper})


NEIGHBOURS = """
def f(image, radius):
    def around(y, x):
        y0, y1 = max(0, y - radius), min(image.shape[0], y + radius + 1)
        x0, x1 = max(0, x - radius), min(image.shape[1], x + radius + 1)
        return image[y0:y1, x0:x1]

    out = np.empty_like(image)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            out[y, x] = np.median(around(y, x))
    return out
"""


def test_windows_that_a_helper_cuts_off_have_an_interior() -> None:
    own = Own(NEIGHBOURS, np.arange(99.0).reshape(9, 11) % 7, 1)
    found = own.findings("lifted_loop")
    assert found
    assert all(own.agreement(each).same for each in found)


def filled(lines: str, n: int, r: int) -> np.ndarray[Any, Any]:
    values: dict[str, Any] = {
        "x": np.arange(1.0, n + 1),
        "out": np.full(n, -1.0),
        "n": n,
        "r": r,
    }
    exec(lines, values)
    made: np.ndarray[Any, Any] = values["out"]
    return made


@pytest.mark.parametrize(("n", "r"), [(9, 2), (9, 0), (3, 2), (2, 5), (0, 1)])
def test_interior_and_rim_are_the_whole_loop_once(n: int, r: int) -> None:
    rim = found(BOTH)
    assert rim is not None
    inner = textwrap.indent(ast.unparse(rim.interior), "    ")
    bounds, rest = "\n".join(rim.bounds), "\n".join(rim.loop)
    whole = filled(BOTH, n, r)
    np.testing.assert_array_equal(
        filled(f"{bounds}\nif {rim.condition}:\n{inner}\n{rest}", n, r), whole
    )
    done = filled(f"{bounds}\nif {rim.condition}:\n{inner}", n, r)
    left = filled(f"{bounds}\n{rest}", n, r)
    # Each element is in exactly one of them; the interior's windows are whole.
    assert ((done == -1) != (left == -1)).all()
    assert (done != -1).sum() == max(n - 2 * r, 0)


def test_its_names_say_of_which_loop_they_are() -> None:
    rim = found(BOTH)
    assert rim is not None
    assert rim.names == ("first_i", "last_i")
    assert rim.condition == "first_i < last_i"
    assert ast.unparse(rim.interior.iter) == "range(first_i, last_i)"


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(n):\n    out[i] = x[i]",
        "for i in range(n):\n    x[i] = x[max(0, i - r):min(n, i + r + 1)].sum()",
        "for i in range(n):\n    out[0] = x[max(0, i - r):min(n, i + r + 1)].sum()",
        "for i in range(1, n):\n    out[i] = x[max(0, i - r):min(n, i + r + 1)].sum()",
    ],
)
def test_without_cuts_or_with_iterations_that_depend_on_one_another_there_is_none(
    text: str,
) -> None:
    assert found(text) is None


def test_a_name_of_the_function_is_not_taken() -> None:
    assert found(BOTH, "first_i = 3") is None
    assert found(BOTH, "rim_i = 3") is None
