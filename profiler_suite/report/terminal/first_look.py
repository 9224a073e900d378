"""What is said of a function after a second or two, while the passes over it go on."""

from profiler_suite import units
from profiler_suite.analysis.explain.explanation import Explanation, bound_in_words, interval
from profiler_suite.analysis.shares import shown

# Smaller parts are left to the whole answer.
_WORTH_NAMING = 0.05


def words(found: Explanation) -> str:
    """Time, bound and the largest parts of the time, in one line."""
    name = found.explained.name.rpartition(":")[2]
    said = [f"{units.time(found.time.time_s)} ({interval(found.time)})"]
    said += filter(None, [bound_in_words(found), _parts(found)])
    return f"first look at {name}: {'; '.join(said)}"


def _parts(found: Explanation) -> str:
    """'interpreter 48 %, dispatch 41 %'; empty where shares say nothing."""
    if found.breakdown is None:
        return ""
    seen = shown(
        {each.name: found.breakdown.share(each.name) for each in found.breakdown.entries}
    )
    if not seen.add_up:
        return ""
    ordered = sorted(seen.parts.items(), key=lambda item: -item[1])
    return ", ".join(
        f"{name} {units.percent(share)}" for name, share in ordered if share >= _WORTH_NAMING
    )
