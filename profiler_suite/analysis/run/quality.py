"""How far the numbers can be trusted: same code twice, undisturbed share, warnings."""

import pandas as pd

from profiler_suite import units
from profiler_suite.analysis import statistics
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.measured_points import timed
from profiler_suite.analysis.run.selfcheck_freshness import left_open, standing
from profiler_suite.machine import canary
from profiler_suite.model.rows import BROKEN, Status

# A/A pairs beyond this share of pairs called different say the intervals are too narrow.
_EXPECTED_FALSE_ALARMS = 1 - statistics.CONFIDENCE
_INCOMPLETE = (
    "This run is not complete: it goes on, or was interrupted. Some points have fewer "
    "visits, or none."
)
# Samples that were switched out are worth a sentence when they are so many.
_WORTH_SAYING = 0.02


def same_code(run: Run) -> pd.DataFrame:
    """A/A pairs: the same code under two ids, its paired ratio with a 95 % interval."""
    rows = []
    for point in run.provenance.points:
        if not point.replica:
            continue
        ratio = statistics.paired_ratio(
            run.history.by_round(point.id),
            run.history.by_round(point.partner),
            run.history.baselines,
            exponents=run.history.exponents_of(point.id, point.partner),
            worker_of=run.history.worker_of_rounds(point.id),
        )
        if ratio:
            rows.append(
                {
                    "experiment": point.experiment,
                    "implementation": point.implementation,
                    "problem": point.label,
                    "ratio": ratio.ratio,
                    "low": ratio.low,
                    "high": ratio.high,
                    "pairs": ratio.pairs,
                }
            )
    columns = ["experiment", "implementation", "problem", "ratio", "low", "high", "pairs"]
    return pd.DataFrame(rows, columns=columns)


def warnings(run: Run) -> tuple[str, ...]:
    """What a reader must know before trusting a number, in whole sentences."""
    said: list[str] = []
    history = run.history
    if not run.complete:
        said.append(_INCOMPLETE)
    if history.slowness > canary.SLOW_BASELINE:
        said.append(
            f"The machine was slow during the whole run: its canaries took "
            f"{history.slowness:.2f} times as long as they have taken here before. Times may "
            "be that much too long; measure again later."
        )
    measured = timed(run.points)
    few = measured["flags"].str.contains("few undisturbed visits").sum()
    if few:
        said.append(
            f"{few} of {units.some(len(measured), 'point')} had few undisturbed measurements: "
            f"{'its interval is' if few == 1 else 'their intervals are'} wide."
        )
    said += [*_usual(measured), *_switched_out(measured)]
    contended = measured["flags"].str.contains("contended").sum()
    if contended:
        said.append(
            f"Contended: something else used a core while "
            f"{units.some(int(contended), 'point')} ran on several threads."
        )
    above = int(measured["above_roof"].sum())
    if above:
        said.append(
            f"{units.some(above, 'point')} {'lies' if above == 1 else 'lie'} above a roof, "
            "which cannot be: a count, a unit or a ceiling is wrong. Measure the ceilings "
            "again: python -m profiler_suite machine --refresh"
        )
    wrong = run.points[run.points["status"] == Status.WRONG]
    if len(wrong):
        names = ", ".join(sorted(set(wrong["implementation"])))
        said.append(
            f"{units.some(len(wrong), 'point')} without a time because the answer is wrong: "
            f"{names}."
        )
    broken = run.points[run.points["status"].isin(BROKEN)]
    if len(broken):
        names = ", ".join(sorted(set(broken["implementation"])))
        said.append(
            f"{units.some(len(broken), 'point')} failed, crashed or took too long: {names}."
        )
    if history.unreadable:
        said.append(
            f"{units.some(history.unreadable, 'line')} of the record file could not be read."
        )
    pairs = same_code(run)
    different = int(((pairs["low"] > 1) | (pairs["high"] < 1)).sum())
    if len(pairs) >= 5 and different > max(1.0, 2 * _EXPECTED_FALSE_ALARMS * len(pairs)):
        said.append(
            f"{different} of {len(pairs)} pairs of the same code look different: small "
            "differences between implementations mean nothing in this run."
        )
    return tuple(said)


def _usual(measured: pd.DataFrame) -> list[str]:
    """How much longer a plain timer's times are, where that is worth a sentence."""
    longer = float((measured["raw_median_s"] / measured["time_s"]).median())
    if not longer >= statistics.WORTH_SAYING:
        return []
    return [
        f"A plain timer shows {units.ratio(longer)} these times here (median over points): it "
        "also counts what other work on this machine takes away."
    ]


def _switched_out(measured: pd.DataFrame) -> list[str]:
    """What was done with samples during which other programs took the core."""
    samples = float(measured["samples"].sum())
    taken = float((measured["switched_out"] * measured["samples"]).sum())
    if not taken > _WORTH_SAYING * samples:
        return []
    return [
        f"Other programs took the core during {units.percent(taken / samples)} of the samples. "
        "Those are left out; where no others were left, the waiting is subtracted."
    ]


def undisturbed_share(run: Run) -> float:
    """Share of all visits that were undisturbed; 0 without visits."""
    visits = run.points["visits"].sum()
    return float(run.points["undisturbed_visits"].sum() / visits) if visits else 0.0


def noise(run: Run) -> str:
    """One sentence: how many visits were undisturbed and what the same code differed by."""
    pairs = same_code(run)
    share = units.percent(undisturbed_share(run))
    if pairs.empty:
        return f"{share} of the measurements were undisturbed."
    worst = (pairs["ratio"] - 1).abs().max()
    return (
        f"{share} of the measurements were undisturbed; the same code measured twice under "
        f"two names differed by at most {units.percent(worst)} "
        f"({units.some(len(pairs), 'pair')})."
    )


def selfcheck_says(run: Run) -> tuple[str, ...]:
    """What the selfcheck that this run carries says, or how to make one."""
    origin = run.provenance
    doubt = standing(
        origin.selfcheck, origin.suite_version, origin.started_at, origin.machine.fingerprint
    )
    kept = origin.selfcheck
    if kept is None or kept.fingerprint != origin.machine.fingerprint:
        return (doubt,)
    defects = ", ".join(check.name for check in kept.defects)
    return (
        *([doubt] if doubt else []),
        *kept.verdict,
        *([f"Beyond the suite's own limits: {defects}."] if defects else []),
        *left_open(kept),
    )
