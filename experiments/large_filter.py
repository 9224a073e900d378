"""With one large filter: where does the loop lose, and where does the FFT win?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution

# From a single output, where a Python loop makes as few calls as anything else, to
# where the FFT's n² log n is less than the 16² products of every output.
SIZES = (16, 18, 24, 48, 96, 144)
QUICK_SIZES = (16, 24, 96)


def filtered(size: int) -> Problem:
    """A size×size image of one channel, one filter of 16×16 at stride 1."""
    return convolution.problem(
        height=size, width=size, channels=1, filters=1, filter_height=16, filter_width=16
    )


experiment = Experiment(
    name="large_filter",
    question="With a large filter, where does the loop lose and the FFT win?",
    axis="height",
    problems=tuple(filtered(size) for size in SIZES),
    quick_problems=tuple(filtered(size) for size in QUICK_SIZES),
    implementations=("loop", "windows_einsum", "im2col_gemm", "rows_gemm", "fft"),
    quick_implementations=("loop", "windows_einsum", "rows_gemm", "fft"),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
