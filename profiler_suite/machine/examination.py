"""What the parent asks of the examining child, and what the child answers."""

from profiler_suite.model.machine import Machine, MachineFacts
from profiler_suite.model.noun import Noun

PROGRESS = "progress: "
"""Begins each line of the child's stderr that is meant for a person."""


FULL_S, COARSE_S = 24.0, 7.0
"""Time that a full and a coarse examination take, s."""


class SurveyRequest(Noun, frozen=True):
    """What the parent asks for."""

    facts: MachineFacts
    fingerprint: str
    coarse: bool
    kept_baseline_s: float
    """Baseline of the 'ufunc' canary kept from earlier runs; 0 when there is none."""


class Examination(Noun, frozen=True):
    """What the child answers: the machine and its own canary baselines."""

    machine: Machine
    baselines_s: dict[str, float]
