"""What sorted() gives of a row is np.sort or np.argsort where Python's order can be had."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.expressions import ordering
from tests import own_source

assert ordering


def of_rows(item: str, dtype: str = "float64") -> tuple[str, tuple[str, ...]]:
    """A loop over rows, lifted, and what must hold; empty where it stays."""
    loop = f"    for i in range(len(x)):\n        row = x[i]\n        out[i] = {item}\n"
    text = f"def f(x, t):\n    out = np.zeros(len(x))\n{loop}    return out\n"
    names = {"x": f"{dtype} (9, 4)", "t": "float64 (4,)"}
    found = lift(own_source.function_of(text), names).lifted
    return (found[0].source, found[0].assumptions) if found else ("", ())


@pytest.mark.parametrize(
    ("item", "reverse"),
    [
        ("sorted(range(len(row)), key=lambda k: row[k])[0]", False),
        ("sorted(range(len(row)), key=lambda k: row[k], reverse=True)[0]", True),
        ("sorted(range(len(row)), key=lambda k: -row[k])[0]", True),
        ("sorted(range(row.size), key=lambda k: -row[k], reverse=True)[0]", False),
    ],
)
def test_places_that_compare_equal_keep_their_order(item: str, reverse: bool) -> None:
    source, assumptions = of_rows(item)
    assert "no NaN is compared" in assumptions
    namespace: dict[str, object] = {"np": np}
    exec(source, namespace)
    x = np.random.default_rng(0).integers(0, 3, (60, 4)).astype(float)
    expected = [sorted(range(4), key=row.__getitem__, reverse=reverse)[0] for row in x.tolist()]
    assert namespace["f"](x, None).tolist() == expected  # type: ignore[operator]


def test_whole_numbers_are_turned_around_unless_one_is_the_least() -> None:
    _, assumptions = of_rows("sorted(range(len(row)), key=lambda k: -row[k])[0]", "int64")
    assert "no number that is sorted is the least of its dtype" in assumptions


@pytest.mark.parametrize(
    ("item", "dtype"),
    [
        ("sorted(row, key=abs)[0]", "float64"),
        ("sorted(row, reverse=i > 2)[0]", "float64"),
        ("sorted(range(3), key=lambda k: row[k])[0]", "float64"),
        ("sorted(range(len(row)), key=lambda k: row[k - 1])[0]", "float64"),
        ("sorted(range(len(row)), key=lambda k: -row[k])[0]", "uint8"),
        ("sorted(row)[0]", "complex128"),
    ],
)
def test_other_orders_stay(item: str, dtype: str) -> None:
    assert not of_rows(item, dtype)[0]
