"""What is known of a program, made up: its first function with a rewrite."""

from types import SimpleNamespace
from typing import Any, cast

from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.program.explained import ExplainedFunction, ProgramAnswer
from profiler_suite.analysis.program.ranking import Ranking
from profiler_suite.analysis.program.to_explain import PlaceToExplain
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.trying import ProgramTrial

PATCH = "--- a/main.py\n+++ b/main.py\n@@ -5 +5 @@\n-for x in a: y += x\n+y = a.sum()\n"


def rewritten(
    ranking: Ranking, ratio: float, trial: ProgramTrial | None = None
) -> ProgramAnswer:
    """The first row's function with a rewrite; without any for a ratio of 0."""
    row = ranking.functions[0]
    wish = CallWish(file=row.file, qualname=row.function)
    place = PlaceToExplain(wish, row, row.spent.total_s, row.spent.avoidable_s)
    best = Advice(
        kind="sum",
        title="line 5: the loop as a sum",
        evidence="",
        estimated_share=1.0,
        ratio=ratio,
        low=0.9 * ratio,
        high=1.1 * ratio,
        measured_on="function",
    )
    found: Any = SimpleNamespace(
        best=best if ratio else None,
        verdict=("loop: bound by per-call cost.",),
        patch=PATCH if ratio else "",
        not_advised=(),
        explained=SimpleNamespace(sources=()),
    )
    return ProgramAnswer((ExplainedFunction(place, 5, cast("Any", found)),), trial)
