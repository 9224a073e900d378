"""Slow paths of images and grids: kernels that are a column times a row, even grids."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

FILTERED_BY_AXES = '''
def filtered_by_axes(whole, along, image, kernel, mode="reflect"):
    """whole(image, kernel, mode=mode), by two passes if the kernel is a column times a row."""
    if np.ptp(kernel) == 0 and all(length % 2 for length in kernel.shape):
        return scipy.ndimage.uniform_filter(image, kernel.shape, mode=mode) * kernel.sum()
    columns, sizes, rows = np.linalg.svd(kernel)
    if sizes[1:].sum() > 1e-13 * sizes[0]:
        return whole(image, kernel, mode=mode)
    down = along(image, columns[:, 0] * sizes[0], axis=0, mode=mode)
    return along(down, rows[0], axis=1, mode=mode)
'''.strip()
CONVOLVED_BY_AXES = '''
def convolved_by_axes(image, kernel, mode="full", boundary="fill"):
    """convolve2d, by two passes if the kernel is a column times a row."""
    columns, sizes, rows = np.linalg.svd(kernel)
    if sizes[1:].sum() > 1e-13 * sizes[0]:
        return scipy.signal.convolve2d(image, kernel, mode, boundary)
    column, row = columns[:, 0] * sizes[0], rows[0]
    if mode == "same" and all(length % 2 for length in kernel.shape):
        rim = {"fill": "constant", "symm": "reflect", "wrap": "wrap"}[boundary]
        given = {"mode": rim, "output": np.result_type(image, kernel)}
        down = scipy.ndimage.convolve1d(image, column, axis=0, **given)
        return scipy.ndimage.convolve1d(down, row, axis=1, **given)
    down = scipy.signal.convolve2d(image, column[:, None], mode, boundary)
    return scipy.signal.convolve2d(down, row[None, :], mode, boundary)
'''.strip()
_SMALLEST = 3


@rule(
    "images",
    looks_for="an image filtered with all of a kernel that is a column times a row, as a box "
    "or a Gaussian is",
    rewrite="ndimage.convolve(image, kernel) → two passes of ndimage.convolve1d",
    exact="up to rounding; the code shown looks whether the kernel is one, and else filters as "
    "before",
    thread="https://github.com/astropy/astropy/pull/19081",
)
def separable_kernel(seen: Observation) -> Iterator[Finding]:
    """Two-dimensional filters that two of one dimension replace."""

    def separable(one: Match) -> bool:
        image, kernel = one.form("I"), one.form("K")
        return (
            (image is None or (image.letter == "f" and len(image.shape) == 2))
            and (kernel is None or len(kernel.shape) == 2)
            and (kernel is None or min(kernel.shape) >= _SMALLEST)
        )

    title = "filter along one axis, then along the other"
    table = []
    for name in ("convolve", "correlate"):
        functions = f"scipy.ndimage.{name}, scipy.ndimage.{name}1d"
        table += [
            (f"scipy.ndimage.{name}(I, K)", f"filtered_by_axes({functions}, I, K)"),
            (
                f"scipy.ndimage.{name}(I, K, mode=M)",
                f"filtered_by_axes({functions}, I, K, mode=M)",
            ),
        ]
    yield from seen.rewrites(
        *table,
        where=separable,
        title=title,
        helpers=("import scipy.ndimage", FILTERED_BY_AXES),
    )
    given = ("", ", M", ", mode=M", ", mode=M, boundary=B", ", M, B", ", boundary=B, mode=M")
    yield from seen.rewrites(
        *((f"scipy.signal.convolve2d(I, K{g})", f"convolved_by_axes(I, K{g})") for g in given),
        where=separable,
        title=title,
        helpers=("import scipy.ndimage", "import scipy.signal", CONVOLVED_BY_AXES),
    )


ON_EVEN_GRID = '''
def on_even_grid(axes, values, points):
    """RegularGridInterpolator(axes, values)(points), by its places on a grid of even steps."""
    places = []
    for axis, along in zip(axes, np.moveaxis(np.asarray(points), -1, 0)):
        axis = np.asarray(axis)
        span = axis[-1] - axis[0]
        step = span / max(len(axis) - 1, 1)
        off = np.abs(axis - axis[0] - step * np.arange(len(axis))).max()
        inside = (along >= axis[0]) & (along <= axis[-1])
        if along.ndim == 0 or not 0 <= off <= 1e-12 * span or not span > 0 or not inside.all():
            return scipy.interpolate.RegularGridInterpolator(axes, values)(points)
        places.append((along - axis[0]) / step)
    return scipy.ndimage.map_coordinates(values, places, order=1, mode="nearest")
'''.strip()


@rule(
    "images",
    looks_for="a grid of even steps interpolated as any grid: a search for every point",
    rewrite="RegularGridInterpolator((x, y), z)(points) → ndimage.map_coordinates(z, places)",
    exact="up to rounding; the code shown looks whether the steps are even, and else does as "
    "before",
    thread="https://github.com/scipy/scipy/pull/17317",
)
def even_grid(seen: Observation) -> Iterator[Finding]:
    """Interpolation on even grids, linear."""
    made = "scipy.interpolate.RegularGridInterpolator(A, V)"
    helpers = ("import scipy.interpolate", "import scipy.ndimage", ON_EVEN_GRID)
    title = "count the steps instead of searching the grid"

    def floats(one: Match) -> bool:
        form = one.form("V")
        return form is None or form.dtype == "float64"

    yield from seen.rewrites(
        (f"{made}(P)", "on_even_grid(A, V, P)"), where=floats, title=title, helpers=helpers
    )
    for function in seen.functions:
        for node in function.nodes:
            call = node if isinstance(node, ast.Call) else None
            first = syntax.set_for_one_use(function, call.func) if call is not None else None
            if call is None or first is None or len(call.args) != 1 or call.keywords:
                continue
            grid = patterns.match(function, first.value, made)
            if grid is None or not floats(grid):
                continue
            given = [function.text_of(each) for each in (grid["A"], grid["V"], call.args[0])]
            text = f"on_even_grid({', '.join(given)})"
            yield from seen.edited(
                function,
                [syntax.without(function, first), rewriting.edit(function, call, text)],
                title=title,
                lines=[first.lineno + function.shift, call.lineno + function.shift],
                helpers=helpers,
            )
