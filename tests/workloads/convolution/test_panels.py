"""Products by panels: those of a plain product, whatever is cut into how many parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.host import blas
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution import panels

pytestmark = pytest.mark.numerical


@settings(deadline=None, max_examples=80)
@given(
    places=st.integers(1, 4),
    rows=st.integers(1, 40),
    depth=st.integers(1, 40),
    count=st.integers(1, 3),
    dtype=st.sampled_from(["float32", "float64"]),
    most=st.sampled_from([1, 500, 10**6]),
    short=st.sampled_from([40, 512]),
    across=st.sampled_from([8, 64]),
    turned=st.booleans(),
    sums=st.sampled_from([1, 2**13, 2**18]),
)
def test_panels_multiply_as_the_matrices_do(
    places: int,
    rows: int,
    depth: int,
    count: int,
    dtype: str,
    most: int,
    short: int,
    across: int,
    turned: bool,
    sums: int,
) -> None:
    generator = np.random.default_rng(rows * depth)

    def whole(*shape: int) -> Array:
        return generator.integers(-9, 10, shape).astype(dtype)  # exact in any order

    left = whole(places, depth, rows).swapaxes(1, 2) if turned else whole(places, rows, depth)
    right, out = whole(places, depth, count * across), whole(places, rows, count * across)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blas, "MOST_UNPACKED", most)
        patch.setattr(panels, "_PART_BYTES", short)
        patch.setattr(panels, "_PART_BYTES_OF_MANY", short)
        patch.setattr(panels, "_SUMS_BYTES", sums)
        made = panels.laid_out(right, rows, across)
        assert sum(part.shape[2] for part in made.parts) == depth
        for _ in range(2):  # again, with what the first has left in the memory
            panels.multiply(left, made, out)
            assert np.array_equal(out, left @ right)
        fewer = whole(places, max(1, rows - 1), count * across)
        panels.multiply(left[:, : fewer.shape[1]], made, fewer)
        assert np.array_equal(fewer, left[:, : fewer.shape[1]] @ right)


@pytest.mark.parametrize("threads", [1, 2, 3, 50])
@pytest.mark.parametrize("few", [8, 64])
@pytest.mark.parametrize("short", [40, 512])
def test_threads_share_the_rows_or_of_few_rows_the_columns(
    monkeypatch: pytest.MonkeyPatch, threads: int, short: int, few: int
) -> None:
    monkeypatch.setattr(panels, "_PART_BYTES", short)
    monkeypatch.setattr(panels, "_FEW_ROWS", few)
    generator = np.random.default_rng(0)
    left, right = generator.random((37, 30)), generator.random((30, 64))
    out = np.full((37, 64), np.nan)
    panels.multiply_together(left, panels.laid_out(right[None], 37, 32), out, threads)
    np.testing.assert_allclose(out, left @ right, rtol=1e-13)
    out[:] = np.nan
    panels.multiply_together(left, right[None], out, threads)
    np.testing.assert_allclose(out, left @ right, rtol=1e-13)


@pytest.mark.parametrize("depth", [1, 64, 512, 2048])
@pytest.mark.parametrize("rows", [1, 4, 16, 49, 61, 196, 784])
def test_no_product_is_larger_than_what_is_not_packed(rows: int, depth: int) -> None:
    step = panels.rows_at_once(rows, depth, 64)
    assert step * depth * 64 <= blas.MOST_UNPACKED
    assert step == rows or step % 4 == 0
    # About the same in each: no call for a row or two that were left over.
    products = -(-rows // step)
    assert products * step - rows < step


@pytest.mark.parametrize(
    ("sizes", "columns"),
    [
        ((16, 256, 256), 64),  # few rows
        ((3136, 64, 256), 64),  # short sums
        ((12544, 16, 96), 96),  # narrow: all columns are one panel
        ((16, 64, 64), 0),  # small as it is
        ((49, 128, 128), 64),  # small, but more than the first cache holds
        ((16, 128, 256), 0),  # and for few rows
        ((196, 128, 128), 64),  # narrow, but more than the first cache holds
        ((3136, 256, 64), 64),
        ((16, 256, 250), 0),  # no whole panels
        ((784, 512, 128), 0),  # packing is not felt
        ((784, 363, 96), 0),  # too few rows would make a small product
    ],
)
def test_they_are_for_products_whose_packing_is_felt(
    monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int, int], columns: int
) -> None:
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: True)
    assert panels.width(*sizes, 4) == columns
    kept = panels.kept(np.zeros((1, *sizes[1:]), np.float32), sizes[0])
    assert isinstance(kept, panels.Panels) is bool(columns)
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: False)
    assert panels.width(*sizes, 4) == 0


@pytest.mark.parametrize("sizes", [(16, 256, 256), (3136, 64, 256), (784, 512, 128)])
def test_the_work_stated_is_that_of_all_products(
    monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: True)
    stated = panels.work(3, *sizes, 4)
    assert stated.count * stated.m * stated.k * stated.n == pytest.approx(
        3 * np.prod(sizes), rel=0.05
    )
    small = stated.m * stated.k * stated.n <= blas.MOST_UNPACKED
    assert small is (panels.width(*sizes, 4) > 0)
