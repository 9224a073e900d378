"""Time by whose code runs, and by the Python functions below each of the user's lines."""

from profiler_suite.model.noun import Count, Noun


class LayerSamples(Noun, frozen=True):
    """How often somebody's code ran."""

    layer: str
    """'your code', 'pandas', "NumPy's compiled code", 'BLAS', 'CPython', 'waiting', …"""
    samples: Count


class CalleeSamples(Noun, frozen=True):
    """How often a Python function that is not the user's ran below one of the user's lines."""

    function: str
    file: str
    line: Count
    """Of the function's lines the one that ran most often."""
    layer: str
    own: Count
    """Samples in it and in the compiled code that it calls."""
    total: Count
    """With the Python functions that it calls."""
    below_file: str
    below_line: Count
    """The user's line, the innermost on the stack."""
    called: Count = 0
    """Samples in which that line itself has called it."""


class LayerRecord(Noun, frozen=True):
    """Stacks of one function while it ran, summed up; wall time, waiting included."""

    samples: Count
    layers: tuple[LayerSamples, ...]
    """Most samples first."""
    callees: tuple[CalleeSamples, ...]
    """Most samples of their own first."""
    lost: Count = 0
    reason: str = ""
    """Why there are none; empty where there are."""

    def share(self, layer: str) -> float:
        """Share of the time that a layer's code runs."""
        found = sum(each.samples for each in self.layers if each.layer == layer)
        return found / self.samples if self.samples else 0.0
