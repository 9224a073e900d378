"""What dimensions and problems are called: a workload owns its words, the rest is generic."""

from collections.abc import Mapping

from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import DimensionWords, unstated
from profiler_suite.workloads import registry

_THREADS = DimensionWords(heading="BLAS threads", noun="thread count")


def _words(name: str) -> DimensionWords:
    """Of a dimension, or of the threads; those of the workload that was registered first."""
    if name == "threads":
        return _THREADS
    for workload in registry.workloads().values():
        if name in workload.words:
            return workload.words[name]
    return DimensionWords(heading=name, noun=name.replace("_", " "))


def heading(axis: str) -> str:
    """What stands at the axis of a figure: 'input height and width'."""
    return _words(axis).heading


def noun(axis: str) -> str:
    """What an axis is called within a sentence: "at input size 32"."""
    return _words(axis).noun


def setting(column: str, value: object) -> str:
    """A fixed variable and its value in words: 'filters 8', '2 threads', 'float32'."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if column == "dtype":
        return str(value)
    if column == "threads":
        return f"{value} thread" + ("" if value == 1 else "s")
    template = _words(column).setting or f"{column.replace('_', ' ')} {{0}}"
    return template.format(value)


def in_words(workload: str, dims: Mapping[str, float]) -> str:
    """The problem in words; empty where its workload has no words."""
    found = registry.workloads().get(workload)
    if found is None or found.describe is unstated:
        return ""
    own = {name: int(dims[name]) for name in found.dims}
    return found.describe(Problem(workload=workload, dims=own))


def grid(workload: str) -> tuple[str, ...]:
    """Two dimensions, rows and columns, whose combinations are worth a heat map; or none."""
    found = registry.workloads().get(workload)
    return found.grid if found else ()


def glossary() -> dict[str, str]:
    """The words that the workloads use for what they compute, and what they mean."""
    found: dict[str, str] = {}
    for workload in registry.workloads().values():
        found |= workload.glossary
    return found
