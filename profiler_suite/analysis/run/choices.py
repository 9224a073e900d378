"""How good the choices were that a model made without trying, and what wrong ones cost."""

import math

import pandas as pd

from profiler_suite import units
from profiler_suite.analysis.run import measured_points
from profiler_suite.analysis.run.load import Run
from profiler_suite.model.noun import Noun
from profiler_suite.model.workload import PEER

# A choice this near to the fastest is as good as right: the spread of two worker processes.
NEAR = 1.10


class Choice(Noun, frozen=True):
    """What was chosen for one problem, and what would have been fastest."""

    point: str
    """Id of the point that ran the chosen implementation."""
    experiment: str
    problem: str
    """Its own name, or its sizes."""
    chosen: str
    fastest: str
    """The fastest implementation measured on the same problem, peers left out."""
    ratio: float
    """Time of the choice over that of the fastest; a little off 1 where they are the same."""

    @property
    def right(self) -> bool:
        """Whether the fastest one was chosen."""
        return self.chosen == self.fastest


def choices(run: Run) -> tuple[Choice, ...]:
    """Every choice of a run that can be judged."""
    measured = measured_points.measured(run.points)
    times = dict(zip(measured["id"], measured["time_s"], strict=True))
    fastest = _fastest(measured_points.rivals(run.points))
    found = []
    for point in run.provenance.points:
        if not point.runs or point.replica or point.environment or point.id not in times:
            continue
        key = (point.experiment, point.label, point.problem.dtype, point.threads)
        if key not in fastest:
            continue
        implementation, time_s = fastest[key]
        found.append(
            Choice(
                point=point.id,
                experiment=point.experiment,
                problem=point.problem.name or point.label,
                chosen=point.runs,
                fastest=implementation,
                ratio=times[point.id] / time_s,
            )
        )
    return tuple(found)


def _fastest(rivals: pd.DataFrame) -> dict[tuple[str, str, str, int], tuple[str, float]]:
    """Experiment, problem, dtype and threads → the fastest implementation and its time (s)."""
    columns = ["experiment", "problem", "dtype", "threads", "implementation", "time_s"]
    own = rivals.loc[rivals["family"] != PEER, columns].sort_values("time_s")
    best = own.drop_duplicates(columns[:4])
    return {row[:4]: row[4:] for row in best.itertuples(index=False, name=None)}


def findings(run: Run) -> tuple[str, ...]:
    """The choices and the comparison with the peers in a sentence each, where there are any."""
    return (*_of_choices(choices(run)), *_against_peers(run.points))


def _of_choices(made: tuple[Choice, ...]) -> tuple[str, ...]:
    if not made:
        return ()
    near = sum(choice.right or choice.ratio <= NEAR for choice in made)
    said = (
        f"best: of {len(made)} choices that a model of the machine made without measuring, "
        f"{sum(choice.right for choice in made)} were the fastest implementation and {near} "
        f"were within {units.percent(NEAR - 1)} of it"
    )
    wrong = [choice for choice in made if not choice.right]
    if not wrong:
        return (f"{said}.",)
    cost = math.exp(sum(math.log(choice.ratio) for choice in wrong) / len(wrong))
    worst = max(wrong, key=lambda choice: choice.ratio)
    return (
        f"{said}; a wrong choice took {units.ratio(cost)} the time of the fastest (geometric "
        f"mean), the worst {units.ratio(worst.ratio)}: {worst.chosen} instead of "
        f"{worst.fastest} on {worst.problem} ({worst.experiment}).",
    )


def _against_peers(points: pd.DataFrame) -> tuple[str, ...]:
    """The fastest implementation against the fastest peer, experiment by experiment."""
    said = []
    for name, table in measured_points.rivals(points).groupby("experiment", sort=False):
        is_peer = table["family"] == PEER
        keys = ["problem", "dtype", "threads"]
        own = table[~is_peer].groupby(keys)["time_s"].min()
        peers = table[is_peer].groupby(keys)["time_s"].min()
        ratios = [float(peers[key] / own[key]) for key in peers.index if key in own.index]
        if not ratios:
            continue
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        names = ", ".join(sorted(set(table[is_peer]["implementation"])))
        said.append(
            f"{name}: compared with the line to beat (the fastest of {names}), the fastest "
            f"NumPy implementation is {units.ratio(mean)} as fast (geometric mean of "
            f"{len(ratios)} problems, {units.ratio(min(ratios))} to "
            f"{units.ratio(max(ratios))})."
        )
    return tuple(said)
