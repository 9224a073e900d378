"""Do more BLAS threads help, and from which size on?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution, dense

# From products that are over before a second thread has started to ones that
# keep every core busy.
SIZES = (32, 64, 128, 256, 1024)
QUICK_SIZES = (64, 512)


def square(size: int) -> Problem:
    """A size×size matrix by a size×size matrix."""
    return dense.problem(rows=size, columns=size, batch=size)


def layer(size: int) -> Problem:
    """A size×size image of 32 channels, 32 filters of 3×3."""
    return convolution.problem(
        height=size, width=size, channels=32, filters=32, filter_height=3, filter_width=3
    )


experiment = Experiment(
    name="blas_threads",
    question="Do more BLAS threads help, and from which size on?",
    axis="threads",
    problems=(*(square(size) for size in SIZES), layer(16), layer(64)),
    quick_problems=(*(square(size) for size in QUICK_SIZES), layer(32)),
    implementations=("matmul", "im2col_gemm"),
    # Counts beyond what the process may use are left out; 0 is all it may use.
    threads=(1, 2, 4, 8, 16, 32, 64, 0),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
