"""What does a larger stride save, and for which implementations nothing at all?"""

from profiler_suite.model import Experiment, Problem
from profiler_suite.workloads import convolution

STRIDES = (1, 2, 4, 8)
QUICK_STRIDES = (1, 2, 4)


def strided(stride: int) -> Problem:
    """A 48×48×3 image and 8 filters of 3×3."""
    return convolution.problem(
        height=48,
        width=48,
        channels=3,
        filters=8,
        filter_height=3,
        filter_width=3,
        stride=stride,
    )


experiment = Experiment(
    name="stride",
    question=(
        "Which implementations compute only the positions that the stride keeps, and which "
        "compute all of them and throw most away?"
    ),
    axis="stride",
    problems=tuple(strided(stride) for stride in STRIDES),
    quick_problems=tuple(strided(stride) for stride in QUICK_STRIDES),
    implementations=(
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "im2col_gemm",
        "rows_gemm",
        "fft",
        "scipy_convolve2d",
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
