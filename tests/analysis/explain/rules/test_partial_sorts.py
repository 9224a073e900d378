"""A few of each row, found without sorting the rest."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import partial_sorts
from tests.analysis.explain.rules.tables import Fires, Silent, family_tests

TABLE = np.random.default_rng(83).random((20, 60))
FIRES = [
    *(
        Fires("partition", f"def f(x):\n    return {text}\n", lambda: (TABLE,), expected)
        for text, expected in (
            ("np.argsort(-x, axis=1)[:, :5]", "return smallest_of_rows(-x, 5)"),
            ("np.argsort(x, axis=-1)[:, -4:]", "return smallest_of_rows(-x, 4)[:, ::-1]"),
            ("x.argsort(axis=1)[:, ::-1][:, :3]", "return smallest_of_rows(-x, 3)"),
            (
                "np.sort(x, axis=1)[:, -3:]",
                "np.sort(np.partition(x, -3, axis=1)[:, -3:], axis=1)",
            ),
            ("np.sort(x, axis=1)[:, 7]", "np.partition(x, 7, axis=1)[:, 7]"),
        )
    ),
]
SILENT = [
    Silent(
        "partition", "def f(x):\n    return np.argsort(x, axis=0)[:, :5]\n", lambda: (TABLE,)
    ),
]
test_fires, test_silent, _ = family_tests(FIRES, SILENT, [])


@pytest.mark.parametrize("count", [-3, 0, 1, 59, 60, 70])
def test_any_number_of_a_row_is_what_sorting_gives(count: int) -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(partial_sorts.SMALLEST_OF_ROWS, namespace)
    expected = np.argsort(TABLE, axis=1)[:, :count]
    assert np.array_equal(namespace["smallest_of_rows"](TABLE, count), expected)
