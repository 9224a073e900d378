"""Why is my NumPy code slower than its operation count says?

``python -m profiler_suite sweep`` measures and writes a report;
``profiler_suite.load(run)`` gives its tables as pandas DataFrames;
``profiler_suite.explain(function, *args)`` explains a function of your own;
``profiler_suite.explain_call(np.matmul, a, b)`` looks inside one call;
``profiler_suite.race(old, new, *args)`` says which is faster, and whether it is right.
Importing the package imports nothing of the scientific stack.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiler_suite.analysis.run.load import Run, load
    from profiler_suite.notebook import explain
    from profiler_suite.one_call import explain_call
    from profiler_suite.two_calls import race

__version__ = "0.1.0"
__all__ = [
    "Run",
    "__version__",
    "explain",
    "explain_call",
    "load",
    "load_ipython_extension",
    "race",
]


def __getattr__(name: str) -> Any:
    if name in ("load", "Run"):
        from profiler_suite.analysis.run import load as frames

        return getattr(frames, name)
    if name == "explain":
        from profiler_suite import notebook

        return notebook.explain
    if name == "explain_call":
        from profiler_suite import one_call

        return one_call.explain_call
    if name == "race":
        from profiler_suite import two_calls

        return two_calls.race
    raise AttributeError(f"module 'profiler_suite' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext profiler_suite`` gives ``%explain f(x)`` and ``%%explain``."""
    from profiler_suite import notebook

    notebook.register(shell)
