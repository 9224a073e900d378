"""Whether the selfcheck that a run carries speaks for it."""

from datetime import datetime, timedelta

from profiler_suite.model.run import SelfCheck

STALE_AFTER = timedelta(days=30)
HOW = "python -m profiler_suite selfcheck"


def standing(
    kept: SelfCheck | None, suite_version: str, started_at: str, fingerprint: str
) -> str:
    """Why a run's selfcheck says nothing or little about it; empty when it does.

    `started_at` is when the run began, `fingerprint` its machine and software.
    """
    if kept is None or kept.fingerprint != fingerprint:
        return f"No selfcheck of this machine and software was made before this run: {HOW}"
    if kept.suite_version != suite_version:
        return (
            f"The selfcheck is of version {kept.suite_version} of the suite, the run of "
            f"{suite_version}; make a new one: {HOW}"
        )
    try:
        age = datetime.fromisoformat(started_at) - datetime.fromisoformat(kept.measured_at)
    except (ValueError, TypeError):  # a date from elsewhere, or without a time zone
        return f"The selfcheck has no readable date; make a new one: {HOW}"
    if age > STALE_AFTER:
        return f"The selfcheck was {age.days} days old when the run began; renew it: {HOW}"
    return ""
