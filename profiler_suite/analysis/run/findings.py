"""Numbers become sentences: the answer to the headline question, and findings."""

from typing import Any

import msgspec
import pandas as pd

from profiler_suite import units
from profiler_suite.analysis import roofline, shares, statistics, time_breakdown
from profiler_suite.analysis.run import fastest, measured_points, scaling
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.plain_answer import PlainAnswer, plain_answer
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import DIFFERENT, Verdict

# Within this factor two times are worth calling the same in a headline.
_SAME = 1.05


class PairAnswer(Noun, frozen=True):
    """The two sides of an experiment's question and what their times say."""

    experiment: str
    left: str
    """Point id of the first side."""
    right: str
    left_name: str
    right_name: str
    ratio: float
    """Time of left over time of right: the two that are shown divide to it."""
    low: float
    high: float
    flop_ratio: float
    """Textbook FLOP of right over those of left."""
    word: Verdict
    """What left is against right."""
    headline: str
    left_bound: str
    """Bound of the left side in words."""
    right_bound: str
    sentences: tuple[str, ...]
    plain: PlainAnswer | None = None
    """The same in plain words; None where the side with fewer operations is not slower."""


def verdict_for(low: float, high: float) -> Verdict:
    """What left is, from the interval of left time over right time."""
    if low > 1:
        return Verdict.SLOWER
    if high < 1:
        return Verdict.FASTER
    # An interval without an end reaches down to nothing.
    return Verdict.SAME if low > 0 and high / low < _SAME**2 else Verdict.UNKNOWN


def answer(run: Run) -> PairAnswer | None:
    """The answer to the first experiment that asks about a pair; None when not measured."""
    points = {point.id: point for point in run.provenance.points}
    table = run.points.set_index("id")
    for experiment in run.provenance.experiments:
        if not experiment.pair:
            continue
        left = next(
            (
                p
                for p in points.values()
                if (p.experiment, p.implementation) == (experiment.name, experiment.pair[0])
                and p.partner in points
                and not p.replica
            ),
            None,
        )
        if left is None or points[left.partner].replica:
            continue
        right = points[left.partner]
        if len(measured_points.timed(table.loc[[left.id, right.id]])) == 2:
            return _answer(run, table, left, right)
    return None


def _answer(run: Run, table: pd.DataFrame, left: Point, right: Point) -> PairAnswer | None:
    ratio = statistics.paired_ratio(
        run.history.by_round(left.id),
        run.history.by_round(right.id),
        run.history.baselines,
        exponents=run.history.exponents_of(left.id, right.id),
        worker_of=run.history.worker_of_rounds(left.id),
        processes=statistics.UNLIKE_CODE,
    )
    # Without operations on both sides there is nothing to wonder about.
    if ratio is None or min(left.cost.flop, right.cost.flop) <= 0:
        return None
    a, b = table.loc[left.id].to_dict(), table.loc[right.id].to_dict()
    # The quotient of the two times that stand beside it; the interval holds that of the pairs.
    times = [(row["time_s"], row["low_s"], row["high_s"]) for row in (a, b)]
    by_times = statistics.quotient(*times)
    ratio = msgspec.structs.replace(statistics.holding(ratio, *by_times), ratio=by_times[0])
    flop_ratio = right.cost.flop / left.cost.flop
    word = verdict_for(ratio.low, ratio.high)
    bounds = [
        roofline.in_words(str(row["bound"]), str(row["level"]), float(row["of_attainable"]))
        for row in (a, b)
    ]
    return PairAnswer(
        experiment=left.experiment,
        left=left.id,
        right=right.id,
        left_name=left.implementation,
        right_name=right.implementation,
        ratio=ratio.ratio,
        low=ratio.low,
        high=ratio.high,
        flop_ratio=flop_ratio,
        word=word,
        headline=_headline(left, right, ratio, flop_ratio, word),
        left_bound=bounds[0],
        right_bound=bounds[1],
        sentences=_sentences(run, left, right, a, b, bounds),
        plain=plain_answer(run, left.id, right.id),
    )


def _headline(
    left: Point, right: Point, ratio: statistics.PairedRatio, flop_ratio: float, word: Verdict
) -> str:
    interval = f"{units.three_digits(ratio.low)} to {units.three_digits(ratio.high)}"
    if flop_ratio == 1:
        work = "does as many operations as"
    elif flop_ratio > 1:
        work = f"does 1/{_times(flop_ratio)} of the operations of"
    else:
        work = f"does {_times(1 / flop_ratio)} times the operations of"
    subject = f"{left.implementation} {work} {right.implementation}"
    if word in DIFFERENT:
        joint = "yet takes" if (word is Verdict.SLOWER) == (flop_ratio > 1) else "and takes"
        if ratio.high > statistics.WIDE_RATIO * ratio.low:
            return f"{subject}, {joint} about {interval} times as long"
        return (
            f"{subject}, {joint} {units.three_digits(ratio.ratio)} times as long ({interval})"
        )
    if word is Verdict.UNKNOWN:
        return f"{subject}; the times are too noisy to compare (ratio {interval})"
    return f"{subject}, and their times are the same within noise (ratio {interval})"


def _times(ratio: float) -> str:
    """A ratio of counts: '50' when it is a whole number."""
    return f"{ratio:.0f}" if ratio == round(ratio) else units.three_digits(ratio)


def _sentences(
    run: Run,
    left: Point,
    right: Point,
    a: dict[Any, Any],
    b: dict[Any, Any],
    bounds: list[str],
) -> tuple[str, ...]:
    said = [
        f"{left.implementation} ({left.label}): {units.count(left.cost.flop)} textbook FLOP in "
        f"{units.time(a['time_s'])}, {units.flop_rate(a['flop_per_s'])}; {bounds[0]}.",
        f"{right.implementation} ({right.label}): {units.count(right.cost.flop)} textbook FLOP "
        f"in {units.time(b['time_s'])}, {units.flop_rate(b['flop_per_s'])}; {bounds[1]}.",
    ]
    peak = run.provenance.machine.peak_flop_per_s(left.problem.dtype, left.threads)
    if peak:
        at_peak_s = left.cost.flop / peak
        said.append(
            f"At this machine's best measured rate ({units.flop_rate(peak)}) the operations of "
            f"{left.implementation} would take {units.time(at_peak_s)}, "
            f"{units.percent(at_peak_s / a['time_s'])} of the time that it takes."
        )
    for point in (left, right):
        if breakdown := where_time_goes(run, point.id):
            said.append(f"{point.implementation}: {breakdown}")
    best = _fastest_same_problem(run, left)
    if best is not None and best["implementation"] != left.implementation:
        fewer = best["calls"] < left.cost.calls / 2
        said.append(
            f"The same answer from {best['implementation']}, which prepares nothing "
            f"beforehand either, takes {units.time(best['time_s'])}, "
            f"{units.ratio(a['time_s'] / best['time_s'])} as fast"
            + (": far fewer and larger calls." if fewer else ".")
        )
    return tuple(said)


def where_time_goes(run: Run, point_id: str) -> str:
    """A point's time breakdown and counterfactuals in two sentences; empty without one."""
    found = run.breakdowns.get(point_id)
    record = run.history.breakdown_records.get(point_id)
    if found is None or record is None:
        return ""
    shown = shares.shown({each.name: found.share(each.name) for each in found.entries})
    ordered = sorted(
        ((s, name) for name, s in shown.parts.items() if name != time_breakdown.RESIDUAL),
        reverse=True,
    )
    if not shown.add_up:
        return f"mostly {ordered[0][1]}, but {shown.disagreement}, so no shares are given."
    said = ", ".join(
        f"{name} {units.percent(share)}" for share, name in ordered if share > 0.005
    )
    rest = shown.parts[time_breakdown.RESIDUAL]
    said += f"; {units.percent(rest)} unexplained" if rest > 0.005 else ""
    said += f"; {shown.disagreement}." if shown.disagreement else "."
    calls = sum(operation.calls for operation in record.operations)
    bound, level = run.points.loc[run.points["id"] == point_id, ["bound", "level"]].iloc[0]
    if bound == "memory":
        said += f" Its arithmetic waits for {level}: faster arithmetic alone would not help."
    saved = {
        f"one call of each kind instead of {units.count(calls)} would save at least": (
            time_breakdown.saved_by_one_call(record) / found.time_s
        ),
        "infinitely fast arithmetic would save": (
            0.0 if bound == "memory" else shown.parts.get(time_breakdown.ARITHMETIC, 0.0)
        ),
        f"reusing buffers ({record.minor_faults:.0f} page faults) would save about": (
            time_breakdown.saved_by_reuse(record, run.provenance.machine) / found.time_s
        ),
    }
    worth = [
        f"{what} {units.percent(share)}" for what, share in saved.items() if 0.02 <= share <= 1
    ]
    return f"{said} {'; '.join(worth).capitalize()}." if worth else said


def _fastest_same_problem(run: Run, point: Point) -> dict[Any, Any] | None:
    usable = measured_points.alike(run.points)
    same = usable[
        (usable["experiment"] == point.experiment)
        & (usable["problem"] == point.label)
        & (usable["dtype"] == point.problem.dtype)
    ]
    return min(same.to_dict("records"), key=lambda row: row["time_s"], default=None)


def findings(run: Run) -> tuple[str, ...]:
    """What a person can do about it, in sentences: what to use where, how many threads."""
    return (*fastest.recommendations(run), *_thread_findings(run))


def _thread_findings(run: Run) -> list[str]:
    table = run.thread_scaling
    many = table[table["threads"] > 1]
    if many.empty:
        return []
    hurts = many[many["high"] < 1].to_dict("records")
    helps = many[many["low"] > 1].to_dict("records")
    said = []
    if helps:
        top = max(helps, key=lambda row: row["speedup"])
        said.append(
            f"Let BLAS use {top['threads']} threads for large products: up to "
            f"{units.ratio(top['speedup'])} as fast ({top['implementation']}, "
            f"{top['problem']}); {len(helps)} of {len(many)} cases gain."
        )
        said += [
            f"Where that begins: {text}." for text in scaling.threads_pay(table)["text"].head(1)
        ]
    if hurts:
        worst = min(hurts, key=lambda row: row["speedup"])
        said.append(
            f"Keep BLAS on one thread (OMP_NUM_THREADS=1) for small products: with "
            f"{worst['threads']}, {worst['implementation']} takes "
            f"{units.ratio(1 / worst['speedup'])} the time ({worst['problem']})."
        )
    return said
