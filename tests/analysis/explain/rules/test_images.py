"""Kernels that are a column times a row filter along one axis after the other."""

from typing import Any

import numpy as np
import pytest
import scipy.interpolate
import scipy.ndimage
import scipy.signal

from profiler_suite.analysis.explain.rules import images
from tests.analysis.explain.rules.tables import Fires, Silent, family_tests

rng = np.random.default_rng(34)
NDIMAGE = "from scipy import ndimage\n\n\n"
SIGNAL = "from scipy.signal import convolve2d\n\n\n"
GRID = "from scipy.interpolate import RegularGridInterpolator\n\n\n"
IMAGE = rng.random((23, 31))
ROW = np.array([1.0, 3.0, 2.0, 0.5])
KERNEL = np.outer(ROW, ROW[::-1])

FIRES = [
    Fires(
        "separable_kernel",
        NDIMAGE
        + "def f(x):\n    k = np.ones((5, 5)) / 25\n    return ndimage.convolve(x, k)\n",
        lambda: (IMAGE,),
        "filtered_by_axes(ndimage.convolve, ndimage.convolve1d, x, k)",
    ),
    Fires(
        "separable_kernel",
        NDIMAGE + "def f(x, k):\n    return ndimage.correlate(x, k, mode='nearest')\n",
        lambda: (IMAGE, KERNEL),
        "filtered_by_axes(ndimage.correlate, ndimage.correlate1d, x, k, mode='nearest')",
    ),
    Fires(
        "separable_kernel",
        SIGNAL + "def f(x, k):\n    return convolve2d(x, k, mode='same', boundary='symm')\n",
        lambda: (IMAGE, KERNEL),
        "convolved_by_axes(x, k, mode='same', boundary='symm')",
    ),
    Fires(
        "even_grid",
        GRID
        + "def f(x, y, z, p):\n    g = RegularGridInterpolator((x, y), z)\n    return g(p)\n",
        lambda: (np.linspace(0, 1, 23), np.linspace(0, 2, 31), IMAGE, rng.random((60, 2))),
        "return on_even_grid((x, y), z, p)",
    ),
    Fires(
        "even_grid",
        GRID + "def f(x, z, p):\n    return RegularGridInterpolator((x,), z)(p)\n",
        lambda: (np.sort(rng.random(31)), IMAGE[0], np.full((4, 1), 0.5)),
        "return on_even_grid((x,), z, p)",
    ),
]
SILENT = [
    Silent(  # integers are cut off after each pass
        "separable_kernel",
        NDIMAGE + "def f(x, k):\n    return ndimage.convolve(x, k)\n",
        lambda: ((IMAGE * 255).astype(np.uint8), KERNEL),
    ),
    Silent(  # beyond the rim lies another number
        "separable_kernel",
        NDIMAGE
        + "def f(x, k):\n    return ndimage.convolve(x, k, mode='constant', cval=1.0)\n",
        lambda: (IMAGE, KERNEL),
    ),
    Silent(
        "separable_kernel",
        NDIMAGE + "def f(x, k):\n    return ndimage.convolve(x, k)\n",
        lambda: (IMAGE, ROW[None]),
    ),
    Silent(
        "even_grid",
        GRID + "def f(x, z, p):\n    return RegularGridInterpolator((x,), z, 'cubic')(p)\n",
        lambda: (np.linspace(0, 1, 31), IMAGE[0], np.full((4, 1), 0.5)),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, _ = family_tests(FIRES, SILENT, [])


@pytest.mark.parametrize("mode", ["reflect", "constant", "nearest", "mirror", "wrap"])
def test_both_passes_treat_the_rim_as_the_filter_does(mode: str) -> None:
    namespace: dict[str, Any] = {"np": np, "scipy": scipy}
    exec(images.FILTERED_BY_AXES, namespace)
    whole, box = rng.random((3, 4)), np.full((5, 3), 0.2)
    for kernel in (KERNEL, KERNEL[:3], whole, box, box[:4]):
        for name in ("convolve", "correlate"):
            filters = [getattr(scipy.ndimage, each) for each in (name, f"{name}1d")]
            found = namespace["filtered_by_axes"](*filters, IMAGE, kernel, mode=mode)
            np.testing.assert_allclose(found, filters[0](IMAGE, kernel, mode=mode), rtol=1e-12)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("boundary", ["fill", "symm", "wrap"])
def test_both_passes_are_convolve2d(mode: Any, boundary: Any) -> None:
    namespace: dict[str, Any] = {"np": np, "scipy": scipy}
    exec(images.CONVOLVED_BY_AXES, namespace)
    for kernel in (KERNEL, KERNEL[:3, :3], rng.random((3, 4))):
        found = namespace["convolved_by_axes"](IMAGE, kernel, mode, boundary=boundary)
        expected = scipy.signal.convolve2d(IMAGE, kernel, mode, boundary=boundary)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(4,), (5, 3), (3, 4, 2)])
def test_an_even_grid_counts_steps_as_it_would_search(shape: tuple[int, ...]) -> None:
    namespace: dict[str, Any] = {"np": np, "scipy": scipy}
    exec(images.ON_EVEN_GRID, namespace)
    axes = [np.linspace(-1, 2, n) for n in shape]
    values = rng.random(shape)
    inside = rng.uniform(-1, 2, (7, 9, len(shape)))
    inside[0, 0], inside[0, 1] = -1, 2
    whole = scipy.interpolate.RegularGridInterpolator
    for points in (inside, inside[0, 0]):
        found = namespace["on_even_grid"](axes, values, points)
        np.testing.assert_allclose(found, whole(axes, values)(points), rtol=1e-12)
    with pytest.raises(ValueError, match="out of bounds"):
        namespace["on_even_grid"](axes, values, inside + 9)
