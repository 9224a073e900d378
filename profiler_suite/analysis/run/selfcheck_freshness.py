"""Whether the selfcheck that a run carries speaks for it, and what it left open."""

from datetime import datetime, timedelta

from profiler_suite import units
from profiler_suite.model.run import Check, SelfCheck

STALE_AFTER = timedelta(days=30)
HOW = "python -m profiler_suite selfcheck"


def standing(
    kept: SelfCheck | None, suite_version: str, started_at: str, fingerprint: str
) -> str:
    """Why a run's selfcheck says nothing or little about it; empty when it does.

    `started_at` is when the run began, `fingerprint` its machine and software.
    """
    if kept is None or kept.fingerprint != fingerprint:
        return (
            "No selfcheck was made on this machine and software before this run; to make one: "
            f"{HOW}"
        )
    if kept.suite_version != suite_version:
        return (
            f"The selfcheck was made by version {kept.suite_version} of the suite, the run by "
            f"{suite_version}; to make a new one: {HOW}"
        )
    try:
        age = datetime.fromisoformat(started_at) - datetime.fromisoformat(kept.measured_at)
    except (ValueError, TypeError):  # a date from elsewhere, or without a time zone
        return f"The selfcheck has no readable date; to make a new one: {HOW}"
    if age > STALE_AFTER:
        return f"The selfcheck was {age.days} days old when the run began; to renew it: {HOW}"
    return ""


def said(check: Check) -> str:
    """What stands beside a miss that could not be judged; empty for all others."""
    if check.undisturbed is None:
        return ""
    return f"could not be judged here: {units.percent(check.undisturbed)} undisturbed"


def left_open(found: SelfCheck) -> tuple[str, ...]:
    """Whole sentences on the misses of a selfcheck that could not be judged."""
    by_share: dict[float, list[str]] = {}
    for check in found.unjudged:
        by_share.setdefault(check.undisturbed or 0.0, []).append(check.name)
    return tuple(
        f"Could not be judged here, {units.percent(share)} undisturbed: {', '.join(names)}."
        for share, names in by_share.items()
    )
