"""The nouns: frozen records that every stage hands to the next.

What an experiment file of one's own needs can be had from here; the suite itself imports
from the modules.
"""

from profiler_suite.model.experiment import (
    Cost,
    Experiment,
    Moves,
    Problem,
    Products,
    Work,
)
from profiler_suite.model.workload import Implementation, Workload

__all__ = [
    "Cost",
    "Experiment",
    "Implementation",
    "Moves",
    "Problem",
    "Products",
    "Work",
    "Workload",
]
