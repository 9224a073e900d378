"""A made-up run in memory: plausible numbers, every status, hostile names.

Nothing here was measured; the numbers only have the shape of measurements.
"""

from tests.fake_run.experiments import experiments
from tests.fake_run.hostile import HOSTILE
from tests.fake_run.machine import machine, selfcheck
from tests.fake_run.run import make_run

__all__ = ["HOSTILE", "experiments", "machine", "make_run", "selfcheck"]
