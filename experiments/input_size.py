"""From which image size on does arithmetic, not overhead, decide the time?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution

# The loops leave off between 48 and 128: a whole second for one answer.
SIZES = (8, 16, 32, 48, 128, 192)
QUICK_SIZES = (8, 24, 48)


def square(size: int) -> Problem:
    """A size×size colour image, 12 filters of 3×3 at stride 1."""
    return convolution.problem(
        height=size, width=size, channels=3, filters=12, filter_height=3, filter_width=3
    )


experiment = Experiment(
    name="input_size",
    question="Which is fastest at which image size? Where do they cross?",
    axis="height",
    problems=tuple(square(size) for size in SIZES),
    quick_problems=tuple(square(size) for size in QUICK_SIZES),
    implementations=(
        "loop_scalar",
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "im2col_gemm",
        "im2col_kept",
        "best",
        "rows_gemm",
        "fft",
        "scipy_convolve2d",
        "scipy_ndimage",
    ),
    quick_implementations=(
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "im2col_gemm",
        "im2col_kept",
        "rows_gemm",
        "fft",
        "scipy_ndimage",
    ),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
