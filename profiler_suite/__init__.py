"""Why is my NumPy code slower than its operation count says?

``python -m profiler_suite sweep`` measures and writes a report;
``profiler_suite.load(run)`` gives its tables as pandas DataFrames.
Importing the package imports nothing of the scientific stack.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiler_suite.analysis.frames import Run, load

__version__ = "0.1.0"
__all__ = ["Run", "__version__", "load"]


def __getattr__(name: str) -> Any:
    if name in ("load", "Run"):
        from profiler_suite.analysis import frames

        return getattr(frames, name)
    raise AttributeError(f"module 'profiler_suite' has no attribute {name!r}")
