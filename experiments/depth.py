"""When work per call grows while the calls stay the same, when does the overhead vanish?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution

# Channels and filter size: the products summed for one output, kh × kw × C, grow
# from 1 to 12,544; the 8×8 positions and 4 filters, and with them the calls of the
# loops, stay the same.
DEPTHS = ((1, 1), (2, 2), (4, 3), (16, 3), (64, 3), (128, 5), (256, 7))
QUICK_DEPTHS = ((1, 1), (16, 3), (256, 7))


def deep(channels: int, filter_size: int) -> Problem:
    """8×8 positions and 4 filters, whatever the depth."""
    return convolution.problem(
        height=7 + filter_size,
        width=7 + filter_size,
        channels=channels,
        filters=4,
        filter_height=filter_size,
        filter_width=filter_size,
    )


experiment = Experiment(
    name="depth",
    question="How much work per call lifts a loop out of overhead?",
    axis="channels",
    problems=tuple(deep(channels, size) for channels, size in DEPTHS),
    quick_problems=tuple(deep(channels, size) for channels, size in QUICK_DEPTHS),
    implementations=(
        "loop_scalar",
        "loop",
        "loop_pixels",
        "taps",
        "windows_einsum",
        "im2col_gemm",
        "im2col_kept",
        "best",
    ),
    quick_implementations=("loop", "loop_pixels", "taps", "windows_einsum", "im2col_gemm"),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
