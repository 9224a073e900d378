"""What does a larger stride save, and for which implementations nothing at all?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution

STRIDES = (1, 2, 4)
QUICK_STRIDES = (1, 2, 4)
# With few filters the calls decide, with many the arithmetic: the best implementation
# of a stride depends on it.
FILTERS = (1, 8, 64)
QUICK_FILTERS = 8


def strided(stride: int, filters: int) -> Problem:
    """A 48×48×3 image and filters of 3×3."""
    return convolution.problem(
        height=48,
        width=48,
        channels=3,
        filters=filters,
        filter_height=3,
        filter_width=3,
        stride=stride,
    )


experiment = Experiment(
    name="stride",
    question="Which compute only the positions that the stride keeps?",
    axis="stride",
    problems=tuple(strided(stride, count) for count in FILTERS for stride in STRIDES),
    quick_problems=tuple(strided(stride, QUICK_FILTERS) for stride in QUICK_STRIDES),
    implementations=(
        "loop_pixels",
        "taps",
        "windows_einsum",
        "im2col_gemm",
        "rows_gemm",
        "fft",
        "scipy_ndimage",
    ),
    quick_implementations=(
        "loop_pixels",
        "taps",
        "im2col_gemm",
        "rows_gemm",
        "scipy_convolve2d",
    ),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
