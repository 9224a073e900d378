"""What does one filter more cost: another round of calls, or only its arithmetic?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution

COUNTS = (1, 4, 10, 32, 100)
QUICK_COUNTS = (1, 10, 64)


def filtered(count: int) -> Problem:
    """The question's 32×32×3 image and stride of 2, with `count` filters of 2×2."""
    return convolution.problem(
        height=32,
        width=32,
        channels=3,
        filters=count,
        filter_height=2,
        filter_width=2,
        stride=2,
    )


experiment = Experiment(
    name="filter_count",
    question="Does another filter cost more calls, or only its arithmetic?",
    axis="filters",
    problems=tuple(filtered(count) for count in COUNTS),
    quick_problems=tuple(filtered(count) for count in QUICK_COUNTS),
    implementations=(
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "im2col_gemm",
        "rows_gemm",
        "scipy_convolve2d",
        "scipy_ndimage",
    ),
    quick_implementations=("loop_pixels", "taps", "im2col_gemm", "rows_gemm", "scipy_ndimage"),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
