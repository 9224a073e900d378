"""Slow paths of image filters: kernels that are a column times a row."""

from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

FILTERED_BY_AXES = '''
def filtered_by_axes(whole, along, image, kernel, mode="reflect"):
    """whole(image, kernel, mode=mode), by two passes if the kernel is a column times a row."""
    columns, sizes, rows = np.linalg.svd(kernel)
    if sizes[1:].sum() > 1e-13 * sizes[0]:
        return whole(image, kernel, mode=mode)
    down = along(image, columns[:, 0] * sizes[0], axis=0, mode=mode)
    return along(down, rows[0], axis=1, mode=mode)
'''.strip()
CONVOLVED_BY_AXES = '''
def convolved_by_axes(image, kernel, *modes, **options):
    """convolve2d, by two passes if the kernel is a column times a row."""
    columns, sizes, rows = np.linalg.svd(kernel)
    if sizes[1:].sum() > 1e-13 * sizes[0]:
        return scipy.signal.convolve2d(image, kernel, *modes, **options)
    column, row = columns[:, :1] * sizes[0], rows[:1]
    down = scipy.signal.convolve2d(image, column, *modes, **options)
    return scipy.signal.convolve2d(down, row, *modes, **options)
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
        helpers=("import scipy.signal", CONVOLVED_BY_AXES),
    )
