"""What can be run: implementations and workloads, the entries of the registry."""

from collections.abc import Callable
from typing import Any

from profiler_suite.model.experiment import Cost, Problem, Work
from profiler_suite.model.noun import Noun


def unstated(*_: Any) -> Any:
    """Stands where a workload or an implementation leaves something to the suite."""
    raise NotImplementedError("it was not stated; whoever asks must look for that first")


CHOICE = "choice"
"""Family of those that run one of the others: rivals of none of them."""
PEER = "peer"
"""Family of what is compared with, not of NumPy or SciPy."""


class Implementation(Noun, frozen=True):
    """A named way to compute a problem, its family and the source it runs."""

    name: str
    workload: str
    family: str
    """'loop', 'vectorized', 'gemm', 'fft', 'library', 'product', …"""
    function: Callable[..., Any]
    cost: Callable[[Problem], Cost] = unstated
    """Textbook cost; without one, what a trace counts serves."""
    dtypes: tuple[str, ...] = ("float32", "float64")
    summary: str = ""
    """One line: the first line of the function's docstring."""
    refuse: Callable[[Problem], str] | None = None
    """Says why a problem is not for this implementation; an empty string means it is."""
    error: str = "direct"
    """Which error bound applies: 'direct' sums, 'fft', 'winograd_2x2', '…4x4' or '…6x6'."""
    prepare: Callable[..., Callable[..., Any]] | None = None
    """What is done once for many inputs, filters transformed and buffers allocated: takes the
    arguments, returns what is then called with them and timed. None: nothing is."""
    work: Callable[[Problem], Work] = unstated
    """Its work in detail; needed of those that another chooses among."""
    chooses: tuple[str, ...] = ()
    """Names of others of which it runs the one that a model of the machine says is fastest."""


class DimensionWords(Noun, frozen=True):
    """What a dimension of a problem is called."""

    heading: str
    """At the axis of a figure: 'input height and width'."""
    noun: str
    """Within a sentence, before a value: 'input size'."""
    setting: str = ""
    """One value in words, with {0} in its place; empty: its name and the value."""


class Workload(Noun, frozen=True):
    """A kind of problem: how to check it, make its data and judge an answer."""

    name: str
    dims: tuple[str, ...]
    """Names of the dimensions a problem must give."""
    validate: Callable[[Problem], None]
    """Raises ProblemError when the problem has no meaning."""
    label: Callable[[Problem], str]
    """The problem in a few characters: '32x32x3-f10-2x2-s2'."""
    arguments: Callable[[Problem, int], tuple[Any, ...]]
    """Problem, seed → the positional arguments of every implementation."""
    data_bytes: Callable[[Problem], float]
    """Inputs and output of one evaluation."""
    reference: Callable[[Problem, tuple[Any, ...]], Any] = unstated
    """Problem, arguments → the answer, computed independently in float64 (or exactly).
    Without one, the first implementation of the workload says what is right."""
    error_bound: Callable[[Problem, tuple[Any, ...], str], float] = unstated
    """Problem, arguments, kind ('direct', 'fft') → largest absolute rounding error. Without
    one, a part in 10⁸ of the largest element (in 10⁴ for single precision)."""
    describe: Callable[[Problem], str] = unstated
    """The problem in words: '32×32×3 input, 10 filters of 2×2, …'."""
    words: dict[str, DimensionWords] = {}
    """What its dimensions are called; one that is not here is called by its name."""
    short_forms: dict[str, tuple[str, ...]] = {}
    """Names beside its dimensions' that `sweep --set` takes → the dimensions that each sets."""
    grid: tuple[str, ...] = ()
    """Two dimensions, rows and columns, whose combinations are worth a heat map."""
    glossary: dict[str, str] = {}
    """Words of its own that names of implementations use, and what they mean."""
