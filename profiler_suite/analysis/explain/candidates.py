"""What is worth trying on a function: what the rules of the catalogue find, once each."""

import re

import msgspec

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rules.evidence import at
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import Rule, catalogue
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.explain.records import Rewrite, Trial
from profiler_suite.model.trial import TrialKind
from profiler_suite.registry import blaming

# Fewer steps come before faster ones.
_OF_FEWER_STEPS = ("faster_algorithms", "lookups")
# What takes whole loops out of the interpreter, then what gives the one call in them whole
# arrays, before what makes them a little faster: time for trials is short.
_OF_LOOPS = (
    *("tables", "groups", "group_rows", "aggregations", "windows", "calendars"),
    *("row_functions", "words"),
    *("text", "solvers", "against_all", "labels", "sparse", "sparse_parts"),
    *("loops", "routines"),
    *("per_element", "list_searches", "python", "records", "statistics"),
)
_OF_CALLS_IN_LOOPS = ("models",)
# What does less, before what does the same a little faster.
_OF_LESS_WORK = (
    *("algorithm", "matrices", "structured", "overlaps", "sliding", "counting"),
    *("searching", "partial_sorts", "ordering"),
)


def candidates(seen: Observation) -> list[Finding]:
    """Every finding of every rule, what takes most of the time first."""
    found: list[Finding] = []
    known: set[bytes] = set()
    for rule in catalogue():
        own = _found(rule, seen)
        for each in (*_all_places(seen, own), *own):
            key = msgspec.json.encode(each.trial)
            if key in known:
                continue
            known.add(key)
            found.append(msgspec.structs.replace(each, rule=rule.name, family=rule.family))
    # A batch is a hint for loops that nothing else rewrites; another answer is no rewrite.
    return sorted(
        found,
        key=lambda each: (
            each.trial.kind is TrialKind.BATCH,
            each.trial.answer != "same",
            -round(each.share, 1),
            _order_of(each.family),
            -each.share,
        ),
    )


def _all_places(seen: Observation, found: list[Finding]) -> list[Finding]:
    """One finding for all places where a rule has something to rewrite, besides each alone."""
    plain = [
        each
        for each in found
        if each.trial.kind is TrialKind.REWRITE and not each.hint and each.trial.rewrites
    ]
    rewrites = [rewrite for each in plain for rewrite in each.trial.rewrites]
    made = rewriting.together(seen.functions, rewrites) if len(plain) > 1 else []
    alone = {msgspec.json.encode(each.trial.rewrites) for each in plain}
    if not made or msgspec.json.encode(tuple(made)) in alone:
        return []
    parts = [each for each in plain if _is_part(each, made)]
    title = _in_one([each.title for each in parts])
    return [
        msgspec.structs.replace(
            max(parts, key=lambda each: each.share),
            title=title,
            evidence="; ".join(dict.fromkeys(each.evidence for each in parts)),
            trial=Trial(
                kind=TrialKind.REWRITE,
                rewrites=tuple(made),
                one_size=any(each.trial.one_size for each in parts),
            ),
            share=min(1.0, sum(each.share for each in parts)),
        )
    ]


_AT = re.compile(r"lines? ([\d, ]+): (.+)")


def _in_one(titles: list[str]) -> str:
    """'lines 3, 5: the same' for 'line 3: the same' and 'line 5: the same'."""
    found = [_AT.fullmatch(each) for each in titles]
    said = {each[2] for each in found if each}
    if None in found or len(said) != 1:
        return "; ".join(dict.fromkeys(titles))
    return f"{at(int(n) for each in found if each for n in each[1].split(','))}: {said.pop()}"


def _is_part(found: Finding, made: list[Rewrite]) -> bool:
    """Whether all that it edits is edited so in these."""
    edits = {edit for each in made for edit in each.edits}
    return all(edit in edits for each in found.trial.rewrites for edit in each.edits)


def _order_of(family: str) -> int:
    ordered = (_OF_FEWER_STEPS, _OF_LOOPS, _OF_CALLS_IN_LOOPS, _OF_LESS_WORK)
    return next((k for k, families in enumerate(ordered) if family in families), len(ordered))


def _found(rule: Rule, seen: Observation) -> list[Finding]:
    """What a rule finds; one of ours that fails says so among what could not be tried."""
    try:
        with blaming(rule.find):
            return list(rule.find(seen) or ())
    except ProfilerSuiteError:  # a plugin's: whose fault it is is said
        raise
    # Source that no rule was written for: the other rules still count.
    except Exception as error:  # noqa: BLE001
        said = f"the rule failed: {type(error).__name__}: {error}"
        return [
            Finding(
                title=rule.name, evidence=said, trial=Trial(kind=TrialKind.FAILED, target=said)
            )
        ]
