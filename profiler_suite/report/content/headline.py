"""What a run found, in one sentence, and how much it measured."""

from profiler_suite import units
from profiler_suite.model.rows import Status
from profiler_suite.report.content.run_facts import RunFacts


def headline(known: RunFacts) -> str:
    """The run's main finding in one sentence."""
    if known.answer:
        return known.answer.headline
    if known.findings:
        return known.findings[0]
    return counts(known)


def counts(known: RunFacts) -> str:
    """How many points of how many experiments were measured, and what the others are."""
    tally = known.points["status"].value_counts()
    ok = int(tally.get(Status.OK, 0))
    rest = ", ".join(
        f"{count} {status}" for status, count in tally.items() if status != Status.OK
    )
    names = known.points["experiment"].nunique()
    text = f"{units.some(ok, 'point')} measured in {units.some(names, 'experiment')}"
    return f"{text}; {rest}" if rest else text
