"""A selfcheck in words: what changes this machine can resolve, and how quiet it is."""

from collections.abc import Mapping, Sequence

from profiler_suite import units
from profiler_suite.analysis.selfcheck.changes import found_name
from profiler_suite.analysis.statistics import CONFIDENCE, FEWEST_UNDISTURBED
from profiler_suite.measure.selfcheck.plan import PLANTED
from profiler_suite.model.run import Check

# From these rates of detection on a change is found, or is at times.
_SURELY, _HARDLY = 0.9, 0.5


def verdict(checks: Sequence[Check], visits: int) -> tuple[str, ...]:
    """Some sentences; `visits` is how many each side of a pair had."""
    named = {check.name: check for check in checks}
    said: list[str] = []
    for percent in sorted(PLANTED, reverse=True):
        found = named.get(found_name(percent))
        if found is None:
            continue
        share = units.percent(found.error)
        if found.error >= _SURELY:
            said.append(f"A change of {percent} % is found in {share} of cases.")
        elif found.error >= _HARDLY:
            said.append(f"A change of {percent} % is found in only {share} of cases.")
        else:
            said.append(f"A change of {percent} % cannot be found: {share} of them are found.")
    same = named.get("equal code called different")
    if same:
        said.append(
            f"Equal code is called different in {units.percent(same.error)} of pairs; the "
            f"intervals allow {units.percent(1 - CONFIDENCE)}."
        )
    if said:
        said.append(
            "This holds for similar code in one process, within the caches and on one thread, "
            f"with about {visits} visits per side (at least {FEWEST_UNDISTURBED} of them "
            "undisturbed). Ratios of different code, of two environments or of two runs get "
            "wider intervals."
        )
    said += _beside_others(named)
    slow = named.get("slowed canaries")
    undisturbed = named.get("undisturbed visits")
    if slow and undisturbed:
        said.append(
            f"{units.percent(undisturbed.error)} of visits found the machine at its best; "
            + (
                f"others slow it down at times ({units.percent(slow.error)} of canaries, "
                f"{slow.note})."
                if not slow.ok
                else "no interference was seen."
                if slow.error == 0
                else f"interference is rare ({units.percent(slow.error)} of canaries)."
            )
        )
    return tuple(said)


def _beside_others(named: Mapping[str, Check]) -> list[str]:
    """What holds beside each kind of interference that was planted."""
    most = named.get(found_name(max(PLANTED)))
    said = []
    for kind, found in most.beside.items() if most else ():
        off = named.get(f"times beside {kind}")
        times = f"; times are off by {100 * off.error:+.1f} %" if off else ""
        said.append(
            f"Beside {kind} that it starts itself, a change of {max(PLANTED)} % is found in "
            f"{units.percent(found)} of cases{times}."
        )
    return said
