"""The operation trace: what a function's NumPy calls do, counted in one run."""

from profiler_suite.measure.trace.run import trace

__all__ = ["trace"]
