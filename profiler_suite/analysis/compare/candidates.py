"""What may have made one run slower than another: all that differs, and how to try it here.

Of each thing that differs there is a setting that is the first run's but for it; what this
machine cannot be given for a while is said with the reason.
"""

import os
import sys
from collections.abc import Callable, Iterator

import msgspec

from profiler_suite.measure.intervene.side_setting import SideSetting
from profiler_suite.model.machine import MachineFacts
from profiler_suite.model.noun import Noun
from profiler_suite.model.run import Provenance

CORE_TYPE = "OPENBLAS_CORETYPE"
_UNSET = "not set"


class Candidate(Noun, frozen=True):
    """One thing in which two runs differ, and that may change a time."""

    name: str
    before: str
    after: str
    setting: SideSetting | None = None
    """The first run's with this alone as in the second; None where it is not tried."""
    reason: str = ""
    """Why it is not tried."""


class Candidates(Noun, frozen=True):
    """The setting of the first run, and all that differs in the second."""

    base: SideSetting
    each: tuple[Candidate, ...]

    @property
    def tried(self) -> tuple[Candidate, ...]:
        """Those that this machine can be given."""
        return tuple(each for each in self.each if each.setting is not None)

    def waits(self, cause: Candidate) -> bool:
        """Whether it changes how much processor time there is, and so makes processes wait."""
        base, alone = self.base, cause.setting
        return alone is not None and (
            (alone.quota_cores, alone.cores) != (base.quota_cores, base.cores)
        )

    @property
    def together(self) -> SideSetting:
        """All that can be tried as in the second run."""
        made = self.base
        for each in self.tried:
            assert each.setting is not None
            made = _changed(made, self.base, each.setting)
        return made


def _changed(made: SideSetting, base: SideSetting, alone: SideSetting) -> SideSetting:
    """The setting with what one candidate changes of the base."""
    names = [n for n in SideSetting.__struct_fields__ if getattr(alone, n) != getattr(base, n)]
    fields = {n: getattr(alone, n) for n in names if n != "variables"}
    variables = dict(made.variables)
    for name in {*base.variables, *alone.variables}:
        if base.variables.get(name) == alone.variables.get(name):
            continue
        variables.pop(name, None)
        if name in alone.variables:
            variables[name] = alone.variables[name]
    return msgspec.structs.replace(made, variables=variables, **fields)


def candidates(
    before: Provenance,
    after: Provenance,
    here: MachineFacts,
    runs: Callable[[str], bool] = os.path.exists,
) -> Candidates:
    """What differs between two runs, as it can be tried on the machine that `here` describes.

    `runs` says whether an interpreter is still there.
    """
    first, second = before.machine.facts, after.machine.facts
    base = _base(before, after, here, runs)
    found = [
        *_software(before, after, base, runs),
        *_kernels(before, after, base),
        *_variables(before, after, base),
        *_threads(before, after, base),
        *_processor_time(first, second, here, base),
    ]
    if before.seed != after.seed:
        setting = msgspec.structs.replace(base, seed=after.seed)
        found.append(
            Candidate(
                name="values (random seed)",
                before=str(before.seed),
                after=str(after.seed),
                setting=setting,
            )
        )
    return Candidates(base=base, each=(*found, *_out_of_reach(before, after)))


def _base(
    before: Provenance, after: Provenance, here: MachineFacts, runs: Callable[[str], bool]
) -> SideSetting:
    first = before.machine.facts
    variables = dict(before.environment)
    if not _same_kernels(before, after) and CORE_TYPE not in variables:
        variables[CORE_TYPE] = _architecture(first)
    threads = _thread_counts(before)
    both = len(threads) == 1 == len(_thread_counts(after)) and threads != _thread_counts(after)
    quota = first.quota_cores
    fewer = first.cores_allowed < here.cores_allowed and not quota
    return SideSetting(
        python=_interpreter(before.python_executable, runs),
        variables=variables,
        seed=before.seed,
        threads=threads[0] if both else 0,
        cores=first.cores_allowed if fewer else 0,
        quota_cores=quota if quota and quota != here.quota_cores else 0.0,
    )


def _interpreter(executable: str, runs: Callable[[str], bool]) -> str:
    """Empty where it is the one that runs this, or where it has gone."""
    return "" if executable == sys.executable or not runs(executable) else executable


def _thread_counts(origin: Provenance) -> list[int]:
    return sorted({point.threads for point in origin.points})


def _software(
    before: Provenance, after: Provenance, base: SideSetting, runs: Callable[[str], bool]
) -> Iterator[Candidate]:
    """Python and its libraries: one thing, since an interpreter comes with all of them."""
    one, other = (_versions(each.machine.facts) for each in (before, after))
    names = [name for name in one if one[name] != other[name]]
    apart = before.python_executable != after.python_executable
    if not names:
        return
    said = [", ".join(f"{n} {v[n] or 'none'}" for n in names) for v in (one, other)]
    setting, reason = None, ""
    missing = [
        each.python_executable
        for each in (before, after)
        if not runs(each.python_executable) and each.python_executable != sys.executable
    ]
    if not apart:
        reason = "both ran in the same environment, which has only one of them now"
    elif missing:
        reason = f"{missing[0]} is not there any more"
    else:
        python = _interpreter(after.python_executable, runs)
        setting = msgspec.structs.replace(base, python=python)
    yield Candidate(
        name="Python and libraries",
        before=said[0],
        after=said[1],
        setting=setting,
        reason=reason,
    )


def _versions(facts: MachineFacts) -> dict[str, str]:
    blas = ", ".join(f"{each.name} {each.version}" for each in facts.blas)
    return {"Python": facts.python, "NumPy": facts.numpy, "SciPy": facts.scipy, "BLAS": blas}


def _architecture(facts: MachineFacts) -> str:
    """What kernels OpenBLAS chose; empty where it was none of it, or does not say."""
    found = [b.architecture for b in facts.blas if "openblas" in b.name.lower()]
    return found[0] if found else ""


def _same_kernels(before: Provenance, after: Provenance) -> bool:
    """Whether OpenBLAS ran the same kernels in both, or one of them does not say."""
    one, other = (_architecture(each.machine.facts) for each in (before, after))
    return not one or not other or one == other


def _kernels(before: Provenance, after: Provenance, base: SideSetting) -> Iterator[Candidate]:
    """Kernels of OpenBLAS that were chosen for another processor, or by a variable."""
    if _same_kernels(before, after):
        return
    one, other = (_architecture(each.machine.facts) for each in (before, after))
    chosen = after.environment.get(CORE_TYPE, other)
    variables = base.variables | {CORE_TYPE: chosen}
    yield Candidate(
        name="BLAS kernels",
        before=one,
        after=other,
        setting=msgspec.structs.replace(base, variables=variables),
    )


def _variables(before: Provenance, after: Provenance, base: SideSetting) -> Iterator[Candidate]:
    """Each environment variable that changes speed, by itself."""
    one, other = before.environment, after.environment
    for name in sorted({*one, *other}):
        if one.get(name) == other.get(name):
            continue
        if name == CORE_TYPE and not _same_kernels(before, after):
            continue  # it stands for the kernels
        variables = {k: v for k, v in base.variables.items() if k != name}
        if name in other:
            variables[name] = other[name]
        yield Candidate(
            name=name,
            before=one.get(name, _UNSET),
            after=other.get(name, _UNSET),
            setting=msgspec.structs.replace(base, variables=variables),
        )


def _threads(before: Provenance, after: Provenance, base: SideSetting) -> Iterator[Candidate]:
    """BLAS threads of all points, where each run had one number of them."""
    one, other = _thread_counts(before), _thread_counts(after)
    if one != other and len(one) == len(other) == 1:
        yield Candidate(
            name="BLAS threads",
            before=str(one[0]),
            after=str(other[0]),
            setting=msgspec.structs.replace(base, threads=other[0]),
        )


def _processor_time(
    first: MachineFacts, second: MachineFacts, here: MachineFacts, base: SideSetting
) -> Iterator[Candidate]:
    """The quota, or where there is none the cores that a process may use."""
    if first.quota_cores != second.quota_cores:
        setting, reason = None, ""
        if here.quota_cores and not 0 < second.quota_cores <= here.quota_cores:
            reason = f"this process has a quota of {here.quota_cores:g} cores itself"
        else:
            setting = msgspec.structs.replace(base, quota_cores=second.quota_cores)
        said = [
            f"{q:g} cores" if q else "none" for q in (first.quota_cores, second.quota_cores)
        ]
        yield Candidate(
            name="quota", before=said[0], after=said[1], setting=setting, reason=reason
        )
    elif first.cores_allowed != second.cores_allowed:
        enough = second.cores_allowed <= here.cores_allowed
        cores = second.cores_allowed if second.cores_allowed < here.cores_allowed else 0
        yield Candidate(
            name="cores allowed",
            before=str(first.cores_allowed),
            after=str(second.cores_allowed),
            setting=msgspec.structs.replace(base, cores=cores) if enough else None,
            reason="" if enough else f"there are only {here.cores_allowed} here",
        )


def _out_of_reach(before: Provenance, after: Provenance) -> Iterator[Candidate]:
    """What no process can be given."""
    one, other = before.machine.facts, after.machine.facts
    differing = (
        ("CPU", one.cpu, other.cpu, "this machine has one processor"),
        ("system", one.system, other.system, "it takes another system"),
        ("pages", one.pages, other.pages, "they are the administrator's to change"),
        ("governor", one.governor, other.governor, "it is the administrator's to change"),
        ("boost", one.boost, other.boost, "it is the administrator's to change"),
        ("code (git)", before.git, after.git, "race --base REV measures changes of code"),
        (
            "profiler_suite",
            before.suite_version,
            after.suite_version,
            "only one version is here",
        ),
    )
    for name, mine, theirs, reason in differing:
        if mine and theirs and mine != theirs:  # else one of them does not say
            yield Candidate(name=name, before=mine, after=theirs, reason=reason)
