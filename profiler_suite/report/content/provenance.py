"""What ran, where and how, as pairs of a name and a text; the words and what they mean."""

import dataclasses
import shlex

from profiler_suite import units
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.point_columns import point_columns
from profiler_suite.machine import canary
from profiler_suite.model.machine import MachineFacts
from profiler_suite.model.run import Provenance
from profiler_suite.workloads import catalogue, registry, wording

_WORDS = {
    "evaluation": "one execution of an implementation on one problem",
    "sample": "one time measurement over several evaluations",
    "visit": "a canary, some samples of one point, a canary",
    "round": "one visit to every active point, in random order",
    "worker": "one process that measures rounds",
    "canary": "a small, fixed piece of code whose time reveals interference",
    "undisturbed": "both canaries of a visit took at most "
    f"{canary.limit('ufunc'):g} times their baseline",
    "baseline": "the time of the canary when the machine is at its best",
    "textbook FLOP": "one multiplication and one addition for every multiply-accumulate",
    "compulsory bytes": "every input read once and every output written once",
    "arithmetic intensity": "textbook FLOP over compulsory bytes",
    "effective rate": "textbook FLOP over time, whatever is really executed; it exceeds the "
    "machine's peak where an algorithm gets the same answer from fewer operations",
    "executed rate": "FLOP really executed over time: never above the peak, so a point is "
    "checked against its roof by this rate",
    "dispatch": "entering a compiled call: parsing arguments, resolving types, set-up",
    "roof": "the highest rate that one limit of the machine allows",
    "ridge": "the intensity at which a bandwidth roof meets the compute roof",
    "n½": "the work at which half of a call's time is fixed cost",
    "A/A pair": "the same code measured twice under two names: their difference is noise",
    "breakdown": "where the time of one evaluation goes; measured in rounds of its own",
    "plain time": "the time of a function while nothing observes it",
    "per-call cost": "the time that a call takes before it does any work",
    "family": "a way of computing that several implementations share; at each size its fastest "
    "implementation represents it in crossovers",
    "best": "not a way of computing: it runs the implementation that a model of the machine "
    "expects to be fastest, named behind an arrow in tables; it never counts as the fastest",
}
# Of those that do a part of their work once for many inputs.
_UNTIMED = " Its time does not include what it prepares once for many inputs."


@dataclasses.dataclass(frozen=True)
class Item:
    """A name and what belongs to it."""

    name: str
    text: str


def command(run: Run) -> str:
    """The command that made the run, as one would type it."""
    return shlex.join(run.provenance.command)


def named_files(run: Run) -> str:
    """The experiment files a command has to name to go on with the run, each after a blank."""
    return "".join(f" {shlex.quote(file)}" for file in own_files(run.provenance))


def own_files(origin: Provenance) -> list[str]:
    """The experiment files of a run that do not come with the suite."""
    known = catalogue.built_in()
    files = zip(origin.experiments, origin.experiment_files, strict=False)
    return [file for each, file in files if each.name not in known]


def glossary() -> tuple[Item, ...]:
    """The words of the page, then the columns of the data files."""
    return tuple(Item(n, t) for n, t in (_WORDS | wording.glossary() | point_columns()).items())


def what_they_do() -> dict[str, str]:
    """Implementation → what it does in a line, and whether its time is without set-up."""
    return {
        name: each.summary + _UNTIMED * bool(each.prepare or each.chooses)
        for name, each in registry.implementations().items()
        if each.summary
    }


def names(run: Run) -> tuple[Item, ...]:
    """The implementations of the run, with their family and what they do."""
    said = what_they_do()
    families = {p.implementation: p.family for p in run.provenance.points}
    return tuple(
        Item(name, f"{family}. {said.get(name, '')}".strip())
        for name, family in families.items()
    )


def facts(run: Run) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """Groups of facts: the run, the machine, the software, the environment."""
    origin = run.provenance
    machine = origin.machine
    of = machine.facts
    run_facts = {
        "command": command(run),
        "mode": origin.mode,
        "started": origin.started_at,
        "seed": str(origin.seed),
        "profiler_suite": origin.suite_version,
        "git": origin.git or "not in a git repository",
        "load average": ", ".join(f"{v:.2f}" for v in origin.load_average) or "not known",
        "canary baselines": ", ".join(
            f"{name} {units.time(value)}" for name, value in origin.baselines_s.items()
        )
        or "none kept from earlier runs",
    }
    caches = ", ".join(
        f"L{c.level} {units.size(c.size_bytes)} (shared by {c.shared_by_cores})"
        for c in of.caches
    )
    machine_facts = {
        "host": of.host,
        "system": of.system,
        "CPU": of.cpu,
        "architecture": of.architecture,
        "cores": f"{of.cores} cores, {of.logical_cpus} logical, {of.cores_allowed} allowed",
        "quota": f"{of.quota_cores:g} cores" if of.quota_cores else "none",
        "data caches": caches or "not known",
        "memory": units.size(of.memory_bytes) if of.memory_bytes else "not known",
        "governor": of.governor or "does not say",
        "boost": of.boost or "does not say",
        "virtualised": of.virtualised or "does not say",
        "ceilings measured": machine.measured_at
        + (" (coarsely, for a quick sweep)" if machine.coarse else ""),
    }
    software = _software(of, origin.python_executable)
    groups = [("Run", run_facts), ("Machine", machine_facts), ("Software", software)]
    if origin.other is not None:
        other = _software(origin.other.facts, origin.other.python_executable)
        groups.append(("Software of the other environment", other))
    if origin.environment:
        groups.append(("Environment", dict(origin.environment)))
    return tuple(
        (heading, tuple(Item(name, text) for name, text in group.items()))
        for heading, group in groups
    )


def _software(of: MachineFacts, executable: str) -> dict[str, str]:
    return {
        "Python": f"{of.python} ({executable})",
        "NumPy": of.numpy,
        "SciPy": of.scipy or "not installed",
        **{
            f"BLAS {number}" if number > 1 else "BLAS": f"{b.name} {b.version}, kernels for "
            f"{b.architecture or 'an unnamed architecture'}, {b.threading}, "
            f"{b.threads} thread{'' if b.threads == 1 else 's'}"
            for number, b in enumerate(of.blas, 1)
        },
    }
