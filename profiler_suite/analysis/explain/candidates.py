"""What is worth trying on a function: what the rules of the catalogue find, once each."""

import msgspec

from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import catalogue
from profiler_suite.registry import blaming


def candidates(seen: Observation) -> list[Finding]:
    """Every finding of every rule, what takes most of the time first."""
    found: list[Finding] = []
    known: set[bytes] = set()
    for rule in catalogue():
        with blaming(rule.find):
            own = list(rule.find(seen) or ())
        for each in own:
            key = msgspec.json.encode(each.trial)
            if key in known:
                continue
            known.add(key)
            found.append(msgspec.structs.replace(each, rule=rule.name, family=rule.family))
    # A batch is a hint for loops that nothing else rewrites.
    return sorted(found, key=lambda each: (each.trial.kind == "batch", -each.share))
