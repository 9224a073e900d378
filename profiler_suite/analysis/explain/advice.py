"""What to change in a function: the trials that measurably helped on this machine."""

from collections.abc import Mapping, Sequence
from statistics import median

from profiler_suite import units
from profiler_suite.analysis.explain import attempts
from profiler_suite.analysis.explain.attempts import LEAST_GAIN, Attempt
from profiler_suite.analysis.explain.rules.observed import LEAST_SHARE
from profiler_suite.measure.explain.records import FunctionRecord, Rewrite, TrialResult
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Visit
from profiler_suite.model.trial import CHECKED, TrialKind

# Families whose rewrites take a loop out of the interpreter, and the one that gives it up.
_LOOPS = (
    *("loops", "per_element", "routines", "library", "tables", "groups", "text", "models"),
    *("group_rows", "aggregations", "windows", "lookups", "list_searches", "python"),
    *("records", "solvers"),
    *("against_all", "labels", "sparse_parts", "tabulations", "row_functions"),
    "words",
)
_NOT_FOR_ARRAYS = "not_for_arrays"
# What gains so much has taken most of the interpreter's time, whichever family it is of.
_MUCH = 3.0
# Gains that differ by less are not worth lines that are harder to read.
_ALIKE = 0.8
# Of a gain beyond this the rest is next to nothing, and its measure uncertain.
_LARGE = 20.0
# Less than this is what an interpreter's own objects take.
_WORTH_BYTES = 2**16


class Advice(Noun, frozen=True):
    """One thing to change, with what it gained here."""

    kind: str
    """Name of the rule; 'together' for all that helped at once."""
    title: str
    evidence: str
    estimated_share: float
    """Share of the time that its lines take."""
    ratio: float
    """Time before over time after, of the whole function; of a loop's calls for a batch."""
    low: float
    high: float
    measured_on: str
    """'function': the rewritten function was timed; 'operation': its calls alone were;
    empty: nothing was."""
    lines: tuple[tuple[int, str, str], ...] = ()
    """Line, before, after; line 0 is an added one."""
    source: str = ""
    """The whole rewritten function, where there is one."""
    family: str = ""
    hint: bool = False
    """A cause with a measured counterfactual, not a text to paste."""
    caveats: tuple[str, ...] = ()
    """How far the answer agrees, and what it costs, in words."""
    rewrites: tuple[Rewrite, ...] = ()

    @property
    def gain_text(self) -> str:
        """'1.85× as fast (1.80 to 1.90):', or 'Hint:' for a part of the function."""
        if self.measured_on != "function":
            return "Hint:"
        low, high = units.three_digits(self.low), units.three_digits(self.high)
        hint = "Hint, " if self.hint else ""
        return f"{hint}{units.ratio(self.ratio)} as fast ({low} to {high}):"


def judged(
    explained: FunctionRecord, done: Sequence[Attempt], baselines_s: Mapping[str, float]
) -> tuple[Advice, ...]:
    """The trials that gave the same answer in measurably less time, the largest gain first."""
    given: dict[str, Advice] = {}
    batches: list[Attempt] = []
    for each in done:
        found = attempts.ratio(each.tried, baselines_s)
        if found is None:
            if each.finding.stands:
                given[f"{each.finding.rule} hint"] = _unmeasured(each)
            continue
        finding, tried = each.finding, each.tried
        if finding.trial.kind is TrialKind.BATCH:
            if found.low * tried.calls > 1.5 and _saved_s(tried) > 0:
                batches.append(each)
            continue
        if found.low < LEAST_GAIN:
            continue
        rewrites = finding.trial.rewrites
        advice = Advice(
            kind=finding.rule,
            family=finding.family,
            title=finding.title,
            evidence=finding.evidence,
            estimated_share=finding.share,
            ratio=found.ratio,
            low=found.low,
            high=found.high,
            measured_on="function",
            lines=tuple(line for r in rewrites for line in r.lines),
            source="\n\n".join(r.source for r in rewrites),
            hint=finding.hint,
            caveats=_caveats(tried),
            rewrites=rewrites,
        )
        # Of two ways to do the same, one; a hint beside a rewrite.
        key = f"{finding.rule}{' hint' if finding.hint else ''}"
        if key not in given or _is_better(advice, given[key]):
            given[key] = advice
    if any(not a.hint and (a.family in _LOOPS or a.low > _MUCH) for a in given.values()):
        # What runs as array expressions now needs no compiler.
        given = {k: a for k, a in given.items() if a.family != _NOT_FOR_ARRAYS}
    together = given.get(attempts.TOGETHER)
    if together is not None and any(
        _gains_as_much(a, together) for a in given.values() if a is not together
    ):
        del given[attempts.TOGETHER]
    found_batches = _batched(explained, batches)
    ordered = sorted(given.values(), key=lambda a: (a.hint, -a.ratio))
    return (*ordered, *found_batches)


def _unmeasured(each: Attempt) -> Advice:
    """A cause whose remedy could not be tried here."""
    finding = each.finding
    return Advice(
        kind=finding.rule,
        family=finding.family,
        title=finding.title,
        evidence=finding.evidence,
        estimated_share=finding.share,
        ratio=1.0,
        low=1.0,
        high=1.0,
        measured_on="",
        hint=True,
        caveats=(f"its gain was not measured: {each.tried.reason}",),
    )


def _gains_as_much(one: Advice, together: Advice) -> bool:
    """Whether it gains what all do together, as far as that is known of a large gain."""
    if one.hint:
        return False
    unknown = one.ratio > _LARGE and one.ratio >= together.low
    return unknown or LEAST_GAIN * one.ratio >= together.ratio


def _is_better(one: Advice, other: Advice) -> bool:
    """The one that gains more; of two that gain about as much, the one that is shorter."""
    more, less = (one, other) if one.ratio > other.ratio else (other, one)
    # An interval may be wide: what lies above the other's most likely gain gains more.
    if less.ratio < _ALIKE * more.ratio and more.low > less.ratio:
        return more is one
    return _length(one) < _length(other)


def _length(advice: Advice) -> tuple[int, int]:
    """Lines to read, then characters."""
    return len(advice.source.splitlines()), len(advice.source)


def best(given: Sequence[Advice]) -> Advice | None:
    """The rewrite of the whole function that gained most."""
    whole = [each for each in given if each.rewrites and not each.hint]
    return max(whole, key=lambda each: each.ratio, default=None)


def _caveats(tried: TrialResult) -> tuple[str, ...]:
    said = []
    if tried.trial.answer != "same":
        said.append("it gives a different answer: decide whether that will do")
    elif tried.largest_error:
        said.append(
            f"differs by {tried.largest_error:.1e} of the largest element; "
            f"rounding explains up to {tried.bound:.1e}"
        )
    elif tried.trial.kind in CHECKED:
        said.append("the same answer, bit for bit")
    if tried.dtype_changed:
        said.append("its result has a different dtype")
    if tried.checked > 1:
        said.append(f"checked on {tried.checked} sets of arguments")
    if tried.trial.one_size:
        said.append("for arrays of these sizes only")
    if tried.conditions:
        said.append(f"the answers differ {' and '.join(tried.conditions)}, tried as edge cases")
    before, after = tried.peak_bytes
    if abs(after - before) > _WORTH_BYTES:
        what = "more" if after > before else "less"
        said.append(f"holds {units.size(abs(after - before))} {what} memory at once")
    return tuple(said)


def _saved_s(tried: TrialResult) -> float:
    """Seconds per evaluation between all single calls and the one call for all."""
    return tried.calls * _middle(tried.before) - _middle(tried.after)


def _middle(visits: Sequence[Visit]) -> float:
    return median([min(v.running_s) for v in visits])


def _batched(explained: FunctionRecord, batches: list[Attempt]) -> list[Advice]:
    """The batches of one kind together: they stand in the same loops."""
    found = []
    plain_s = explained.breakdown_record.plain_s
    for rule in dict.fromkeys(each.finding.rule for each in batches):
        own = [each for each in batches if each.finding.rule == rule]
        saved_s = min(sum(_saved_s(each.tried) for each in own), 0.99 * plain_s)
        share = saved_s / plain_s if plain_s else 0.0
        if share < LEAST_SHARE:
            continue
        said = "; ".join(_in_words(explained, each.tried) for each in own)
        found.append(
            Advice(
                kind=rule,
                family=own[0].finding.family,
                title=own[0].finding.title,
                evidence=f"{said}; the loop's own interpreter time would be saved as well",
                estimated_share=sum(each.finding.share for each in own),
                ratio=1 / (1 - share),
                low=1.0,
                high=1 / (1 - share),
                measured_on="operation",
                hint=True,
            )
        )
    return found


def _in_words(explained: FunctionRecord, tried: TrialResult) -> str:
    name = explained.operations[tried.trial.operation].name
    single_s = tried.calls * _middle(tried.before)
    return (
        f"{units.count(tried.calls)} × {name} take {units.time(single_s)}, "
        f"one call for all {units.time(_middle(tried.after))}"
    )
