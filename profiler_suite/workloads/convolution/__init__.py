"""Convolution of one image with several filters: the problem and its implementations."""

# Importing a module enters its implementations; this is the order they are listed in.
# isort: off
from profiler_suite.workloads.convolution import workload, loop, vectorized, gemm, blocked
from profiler_suite.workloads.convolution import winograd, chosen, fft, library, peer

# isort: on
from profiler_suite.workloads.convolution.geometry import Geometry, problem

__all__ = [
    "Geometry",
    "blocked",
    "chosen",
    "fft",
    "gemm",
    "library",
    "loop",
    "peer",
    "problem",
    "vectorized",
    "winograd",
    "workload",
]
