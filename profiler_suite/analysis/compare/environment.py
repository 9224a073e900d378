"""What differs between the environments of two runs, and what keeps them from comparing."""

from collections.abc import Iterator, Mapping

from profiler_suite import units
from profiler_suite.analysis.run.load import Run
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import MachineFacts
from profiler_suite.model.noun import Noun
from profiler_suite.model.run import Provenance

# Baselines of one machine and software lie this far apart under the same interference; beyond,
# one of the two was slower as a whole and every time in it with it.
BASELINES_APART = 0.05


class EnvironmentDifference(Noun, frozen=True):
    """One fact in which two environments differ, as text."""

    name: str
    before: str
    after: str


def differences(before: Provenance, after: Provenance) -> tuple[EnvironmentDifference, ...]:
    """Every fact that may change a time and is not the same, the machine's first."""
    pairs = _together(
        _facts(before) | _threads(before, after), _facts(after) | _threads(after, before)
    )
    return tuple(
        EnvironmentDifference(name=n, before=b, after=a) for n, b, a in pairs if b != a
    )


def software_differences(
    before: MachineFacts, after: MachineFacts, executables: tuple[str, str]
) -> tuple[EnvironmentDifference, ...]:
    """The same for two environments of one machine: software alone."""
    pairs = _together(
        dict(_software(before)) | {"executable": executables[0]},
        dict(_software(after)) | {"executable": executables[1]},
    )
    return tuple(
        EnvironmentDifference(name=n, before=b, after=a) for n, b, a in pairs if b != a
    )


def obstacles(before: Run, after: Run) -> tuple[str, ...]:
    """Why a difference between the two may be one of machine or interference."""
    said: list[str] = []
    first, second = before.provenance.machine, after.provenance.machine
    if _hardware(first.facts) != _hardware(second.facts):
        said.append(
            "The runs come from different machines: the effect of the code cannot be "
            "separated from that of the machine."
        )
    elif first.fingerprint == second.fingerprint:
        apart = baselines_apart(before, after)
        if abs(apart - 1) > BASELINES_APART:
            slower = "second" if apart > 1 else "first"
            said.append(
                f"The machine was {units.percent(max(apart, 1 / apart) - 1)} slower during the "
                f"{slower} run, judging by its canary; measure that run again, or both at "
                "once with: python -m profiler_suite sweep --versus PYTHON"
            )
    else:
        # The canary itself runs on another software: its baselines say nothing here.
        said += slow_runs(before, after)
    return tuple(said)


def slow_runs(before: Run, after: Run) -> tuple[str, ...]:
    """Which of the two was slower as a whole than its own machine has been before."""
    return tuple(
        f"The machine was slow during the whole {which} run: its canaries took "
        f"{run.history.slowness:.2f} times as long as before; measure that run again."
        for which, run in (("first", before), ("second", after))
        if run.history.slowness > 1 + BASELINES_APART
    )


def baselines_apart(before: Run, after: Run) -> float:
    """Baseline of the second run's canary over the first's; 1 where one has none."""
    one = before.history.own_baselines.get("ufunc", 0.0)
    other = after.history.own_baselines.get("ufunc", 0.0)
    return other / one if one and other else 1.0


def _together(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*before, *after]):
        yield name, before.get(name, "not set"), after.get(name, "not set")


def _hardware(facts: MachineFacts) -> tuple[object, ...]:
    """What no change of software changes."""
    return (
        facts.system.split(" ")[0],
        facts.cpu,
        facts.architecture,
        facts.cores_allowed,
        facts.quota_cores,
        facts.caches,
    )


def _facts(origin: Provenance) -> dict[str, str]:
    facts = origin.machine.facts
    caches = ", ".join(f"L{c.level} {units.size(c.size_bytes)}" for c in facts.caches)
    return {
        "host": facts.host,
        "CPU": facts.cpu or facts.architecture,
        "cores allowed": str(facts.cores_allowed),
        "quota": f"{facts.quota_cores:g} cores" if facts.quota_cores else "none",
        "data caches": caches or "not known",
        "memory": units.size(facts.memory_bytes),
        "system": facts.system,
        "pages": facts.pages or "does not say",
        "governor": facts.governor or "does not say",
        "boost": facts.boost or "does not say",
        **dict(_software(facts)),
        "executable": origin.python_executable,
        **dict(sorted(origin.environment.items())),
        "git": origin.git or "not in a git repository",
        "profiler_suite": origin.suite_version,
        "mode": origin.mode,
    }


def _threads(origin: Provenance, other: Provenance) -> dict[str, str]:
    """Of the points that both have: that one run has more experiments is no difference."""

    def kind(point: Point) -> tuple[str, str, str, str]:
        return point.experiment, point.implementation, point.label, point.problem.dtype

    shared = {kind(point) for point in other.points}
    threads = sorted({point.threads for point in origin.points if kind(point) in shared})
    return {"threads of points": ", ".join(map(str, threads))}


def _software(facts: MachineFacts) -> Iterator[tuple[str, str]]:
    yield "Python", facts.python
    yield "NumPy", facts.numpy
    yield "SciPy", facts.scipy or "not installed"
    for number, blas in enumerate(facts.blas, 1):
        suffix = f" {number}" if number > 1 else ""
        kernels = f", kernels for {blas.architecture}" if blas.architecture else ""
        yield f"BLAS{suffix}", f"{blas.name} {blas.version}{kernels}"
        yield f"BLAS{suffix} threads", str(blas.threads)
