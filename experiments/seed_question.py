"""Why is a triple loop of 61,440 operations slower than np.dot with 3,072,000?"""

from profiler_suite.model.experiment import Experiment
from profiler_suite.workloads import convolution, dense

PROBLEMS = (
    convolution.problem(
        height=32, width=32, channels=3, filters=10, filter_height=2, filter_width=2, stride=2
    ),
    dense.problem(rows=500, columns=3072),
)

experiment = Experiment(
    name="seed_question",
    question="Why do 61,440 operations take longer than 3,072,000 by np.dot?",
    axis="name",
    problems=PROBLEMS,
    quick_problems=PROBLEMS,
    implementations=(
        "loop_scalar",
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "windows_tensordot",
        "im2col_gemm",
        "im2col_blocked",
        "im2col_kept",
        "best",
        "rows_gemm",
        "fft",
        "scipy_convolve2d",
        "scipy_correlate",
        "scipy_ndimage",
        *convolution.peer.names(),
        "dot",
        "matmul",
        "einsum_no_blas",
        "dot_int64",
        "python_loop",
    ),
    quick_implementations=(
        "loop_scalar",
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "windows_tensordot",
        "im2col_gemm",
        "im2col_blocked",
        "im2col_kept",
        "rows_gemm",
        "fft",
        "scipy_convolve2d",
        "scipy_correlate",
        "scipy_ndimage",
        *convolution.peer.names(),
        "dot",
        "matmul",
        "einsum_no_blas",
        "dot_int64",
    ),
    pair=("loop", "dot"),
    reported="4 to 5 times",
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
