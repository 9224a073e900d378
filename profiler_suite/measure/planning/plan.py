"""From experiments to points: what to measure, what to skip and why, how long it takes."""

import itertools
from collections.abc import Callable, Iterable, Sequence

import msgspec

from profiler_suite import units
from profiler_suite.errors import UsageError, unknown_name
from profiler_suite.machine import choice, prediction
from profiler_suite.measure.planning.forecast import forecast
from profiler_suite.measure.planning.schedule import Schedule
from profiler_suite.measure.planning.two_environments import doubled
from profiler_suite.measure.timing import SAMPLE_S
from profiler_suite.model.experiment import Cost, Experiment, Plan, Point, Problem, Skip
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.workload import Implementation, Workload, unstated
from profiler_suite.workloads import registry

Traced = Callable[[Implementation, Problem], Cost]
"""Traces what an implementation that states no cost does for a problem."""


class Overrides(Noun, frozen=True):
    """Values from the command line that replace an experiment's own; empty keeps them."""

    dims: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    """Name of a dimension, or a short form of the workload → the values it is given."""
    threads: tuple[int, ...] = ()
    dtypes: tuple[str, ...] = ()
    implementations: tuple[str, ...] = ()


def plan(
    experiments: Sequence[Experiment],
    machine: Machine,
    schedule: Schedule,
    overrides: Overrides | None = None,
    traced: Traced | None = None,
    together: bool = True,
    versus: bool = False,
) -> Plan:
    """All points of the experiments, skipped ones apart, with predicted duration and memory.

    `traced` gives the cost of implementations that state none. `together` says that all
    points are to be held in one process; `versus` adds each of them for another
    environment. Raises UsageError for values that cannot be:
    unknown names, threads beyond what the process may use, problems without meaning.
    """
    overrides = overrides or Overrides()
    allowed = machine.facts.cores_allowed
    for threads in overrides.threads:
        if not 1 <= threads <= allowed:
            raise UsageError(
                f"{threads} threads cannot be used: this process may use 1 to {allowed}; "
                f"choose --threads between 1 and {allowed}"
            )
    known = registry.implementations().values()
    dtypes = {dtype for implementation in known for dtype in implementation.dtypes}
    for dtype in overrides.dtypes:
        if dtype not in dtypes:
            raise unknown_name("dtype", dtype, dtypes)
    for name in overrides.implementations:
        registry.find_implementation(name)
    chosen = tuple(_override(e, schedule, overrides) for e in experiments)
    candidates: list[Point] = []
    skipped: list[Skip] = []
    for experiment in chosen:
        points, refused = _points(experiment, machine, allowed, traced)
        candidates += points
        skipped += refused
    if not candidates:
        why = f": {skipped[0].reason}" if skipped else ""
        raise UsageError(f"nothing to measure{why}; choose other implementations or sizes")
    points, too_much = _affordable(candidates, machine, schedule)
    if versus:
        points = doubled(points)
    if together:
        check_memory(points, machine, schedule)
    skipped += too_much
    expected = forecast(points, machine, schedule)
    return Plan(
        experiments=chosen,
        points=tuple(points),
        skipped=tuple(skipped),
        predicted_duration_s=expected.duration_s,
        predicted_memory_bytes=predicted_memory_bytes(points),
        forecast=expected,
    )


def _override(experiment: Experiment, schedule: Schedule, overrides: Overrides) -> Experiment:
    quick = schedule.mode == "quick"
    problems = experiment.problems
    implementations = experiment.implementations
    if quick:
        problems = experiment.quick_problems or _thinned(problems)
        implementations = experiment.quick_implementations or implementations
    problems = _overridden_problems(problems, overrides, _asked_of(experiment))
    if overrides.implementations:
        named = overrides.implementations
        workloads = {problem.workload for problem in problems}
        implementations = tuple(
            name for name in named if registry.find_implementation(name).workload in workloads
        )
    for name in implementations:
        registry.find_implementation(name)
    return msgspec.structs.replace(
        experiment,
        problems=problems,
        implementations=implementations,
        threads=overrides.threads or experiment.threads,
        dtypes=overrides.dtypes or experiment.dtypes,
    )


def _thinned(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first, the middle and the last."""
    if len(problems) <= 3:
        return problems
    return (problems[0], problems[len(problems) // 2], problems[-1])


def _asked_of(experiment: Experiment) -> str:
    """The workload that short forms are about; empty: every one that has them.

    A pair of two workloads compares the work of the first with a fixed yardstick.
    """
    compared = [registry.find_implementation(name).workload for name in experiment.pair]
    return compared[0] if len(set(compared)) > 1 else ""


def _dims_set_by(name: str, problem: Problem, asked_of: str) -> tuple[str, ...]:
    """The dimensions of the problem that a name of `--set` stands for."""
    short_forms = registry.find_workload(problem.workload).short_forms
    if name in short_forms:
        return short_forms[name] if asked_of in ("", problem.workload) else ()
    return (name,) if name in problem.dims else ()


def check_dims(experiments: Sequence[Experiment], overrides: Overrides) -> None:
    """Raise UsageError for a name that no problem of the experiments knows."""
    problems = [p for e in experiments for p in (*e.problems, *e.quick_problems)]
    workloads = [registry.find_workload(name) for name in {p.workload for p in problems}]
    known = {name for w in workloads for name in (*w.dims, *w.short_forms)}
    for name in overrides.dims:
        if name not in known:
            raise unknown_name("dimension", name, known)


def _overridden_problems(
    problems: Iterable[Problem], overrides: Overrides, asked_of: str
) -> tuple[Problem, ...]:
    """Every problem with every combination of the given values, equal ones once."""
    found: dict[str, Problem] = {}
    for problem in problems:
        names = {n: _dims_set_by(n, problem, asked_of) for n in overrides.dims}
        own = {n: dims for n, dims in names.items() if dims}
        for values in itertools.product(*(overrides.dims[n] for n in own)):
            changed = dict(problem.dims)
            for dims, value in zip(own.values(), values, strict=True):
                changed |= dict.fromkeys(dims, value)
            # A named problem is that problem no longer once a dimension differs.
            name = problem.name if changed == problem.dims else ""
            new = msgspec.structs.replace(problem, dims=changed, name=name)
            found[msgspec.json.encode(new).decode()] = new
    return tuple(found.values())


def _threads(experiment: Experiment, allowed: int) -> tuple[int, ...]:
    """The experiment's thread counts that this process may use; 0 stands for all of them."""
    wanted = {allowed if threads == 0 else threads for threads in experiment.threads}
    return tuple(sorted(threads for threads in wanted if threads <= allowed))


def _dtypes(experiment: Experiment, implementation: Implementation) -> tuple[str, ...]:
    """The experiment's dtypes that the implementation takes, or its own if it takes none."""
    both = tuple(d for d in experiment.dtypes if d in implementation.dtypes)
    return both or implementation.dtypes


def _points(
    experiment: Experiment, machine: Machine, allowed: int, traced: Traced | None
) -> tuple[list[Point], list[Skip]]:
    points: list[Point] = []
    skipped: list[Skip] = []
    for problem, name, threads in itertools.product(
        experiment.problems, experiment.implementations, _threads(experiment, allowed)
    ):
        implementation = registry.find_implementation(name)
        if implementation.workload != problem.workload:
            continue
        for dtype in _dtypes(experiment, implementation):
            typed = msgspec.structs.replace(problem, dtype=dtype)
            point = make_point(experiment.name, implementation, typed, threads, machine, traced)
            reason = implementation.refuse(typed) if implementation.refuse else ""
            if reason:
                skipped.append(Skip(point=point, reason=reason))
            else:
                points.append(point)
    return _paired(points, experiment), skipped


def make_point(
    experiment: str,
    implementation: Implementation,
    problem: Problem,
    threads: int,
    machine: Machine,
    traced: Traced | None = None,
) -> Point:
    """One cell; raises ProblemError when the problem has no meaning."""
    workload = registry.find_workload(problem.workload)
    workload.validate(problem)
    runs = ""
    own = implementation
    if implementation.chooses:
        runs = choice.choose(implementation.chooses, problem, machine, threads)
        implementation = registry.find_implementation(runs)
    if implementation.cost is not unstated:
        cost = implementation.cost(problem)
    elif traced is not None:
        cost = traced(implementation, problem)
    else:
        raise UsageError(
            f"implementation {implementation.name!r} states no cost and none was traced; "
            "give it a cost"
        )
    label = _label(workload, problem)
    return Point(
        id=f"{experiment}/{own.name}/{label}/{problem.dtype}/t{threads}",
        experiment=experiment,
        implementation=own.name,
        family=own.family,
        problem=problem,
        label=label,
        threads=threads,
        cost=cost,
        working_set_bytes=workload.data_bytes(problem) + cost.workspace_bytes,
        predicted_s=prediction.predict_s(cost, machine, problem.dtype, threads),
        runs=runs,
    )


def _label(workload: Workload, problem: Problem) -> str:
    label = workload.label(problem)
    return label if problem.layout == "C" else f"{label}-{problem.layout}"


def _paired(points: list[Point], experiment: Experiment) -> list[Point]:
    """Name partners: the pair that answers the question, and one A/A pair per experiment."""
    if not points:
        return points
    by_id = {point.id: point for point in points}
    left, right = (
        next((p for p in points if p.implementation == name and p.threads == 1), None)
        for name in (experiment.pair or ("", ""))
    )
    if left and right:
        by_id[left.id] = msgspec.structs.replace(left, partner=right.id)
        by_id[right.id] = msgspec.structs.replace(right, partner=left.id)
    # The A/A pair: not one that is paired already, nor a slow one that would cost much.
    free = [p for p in by_id.values() if not p.partner] or list(by_id.values())
    original = min(free, key=lambda p: abs(p.predicted_s - SAMPLE_S))
    twin_id = f"{original.id}/again"
    if not original.partner:
        by_id[original.id] = msgspec.structs.replace(original, partner=twin_id)
    by_id[twin_id] = msgspec.structs.replace(
        original, id=twin_id, replica=1, partner=original.id
    )
    return list(by_id.values())


def _affordable(
    points: list[Point], machine: Machine, schedule: Schedule
) -> tuple[list[Point], list[Skip]]:
    """Leave out points that are predicted to take too long or too much memory."""
    memory_bytes = usable_bytes(machine, schedule)
    kept: list[Point] = []
    skipped: list[Skip] = []
    for point in points:
        reason = ""
        if point.predicted_s > schedule.longest_evaluation_s:
            reason = (
                f"predicted to take {units.time(point.predicted_s)} per evaluation, more than "
                f"the {units.time(schedule.longest_evaluation_s)} of {schedule.mode} mode"
            )
        elif memory_bytes and point.working_set_bytes > memory_bytes:
            reason = (
                f"needs {units.size(point.working_set_bytes)} of memory, more than the "
                f"{units.size(memory_bytes)} that may be used"
            )
        if reason:
            skipped.append(Skip(point=point, reason=reason))
        else:
            kept.append(point)
    gone = {skip.point.id for skip in skipped}
    return [
        msgspec.structs.replace(p, partner="") if p.partner in gone else p for p in kept
    ], skipped


def check_memory(points: Sequence[Point], machine: Machine, schedule: Schedule) -> None:
    """Raise UsageError when the points cannot be held in one process."""
    memory_bytes = usable_bytes(machine, schedule)
    needed_bytes = predicted_memory_bytes(points)
    if memory_bytes and needed_bytes > memory_bytes:
        raise UsageError(
            f"the points together need {units.size(needed_bytes)} of memory, more than the "
            f"{units.size(memory_bytes)} that may be used; choose fewer experiments or "
            "smaller sizes, or share them out with --shard"
        )


def usable_bytes(machine: Machine, schedule: Schedule) -> float:
    """Memory that the points held in one process may use; 0 when it is not known."""
    return machine.facts.memory_bytes * schedule.memory_share


def predicted_memory_bytes(points: Sequence[Point]) -> float:
    """All data and all that was prepared are held at once; of the rest, the largest counts."""
    data: dict[str, float] = {}
    kept = 0.0
    passing = [0.0]
    known = registry.implementations()
    for point in points:
        key = point.environment + msgspec.json.encode(point.problem).decode()
        data[key] = point.working_set_bytes - point.cost.workspace_bytes
        found = known.get(point.runs or point.implementation)
        if found is not None and found.prepare is not None:
            kept += point.cost.workspace_bytes
        else:
            passing.append(point.cost.workspace_bytes)
    return sum(data.values()) + kept + max(passing)
