"""Causes that were never measured, for tests that only show them."""

from profiler_suite.analysis.compare.candidates import Candidate
from profiler_suite.analysis.compare.causes import OTHER_PROGRAMS, Causes, Effect
from profiler_suite.analysis.statistics import PairedRatio


def ratio(value: float, half: float = 0.03) -> PairedRatio:
    return PairedRatio(ratio=value, low=value * (1 - half), high=value * (1 + half), pairs=4)


KERNELS = Effect(
    cause=Candidate(name="BLAS kernels", before="SkylakeX", after="Prescott"),
    ratio=ratio(2.2),
    share=0.97,
)
VALUES = Effect(
    cause=Candidate(name="values (random seed)", before="1", after="2"),
    ratio=ratio(1.0),
    share=0.0,
)
NEIGHBOURS = Effect(
    cause=Candidate(name=OTHER_PROGRAMS, before="1.00×", after="1.60×"),
    ratio=ratio(1.6),
    share=0.9,
)
UNTRIED = Effect(
    cause=Candidate(name="governor", before="performance", after="powersave"),
    reason="it is the administrator's to change",
)
FOUND = Causes(
    points=("made/matmul/n8/float64/t1",),
    observed=2.26,
    effects=(KERNELS, VALUES, UNTRIED),
    together=ratio(2.25),
    together_share=0.99,
)
ALIKE = Causes(points=(), observed=1.0)
