"""What belongs to a run as a whole: provenance, environments, the selfcheck."""

from profiler_suite.model.experiment import Experiment, Point, Skip
from profiler_suite.model.machine import Machine, MachineFacts
from profiler_suite.model.noun import CanaryName, Count, Noun, Number, Seconds, Time


class Check(Noun, frozen=True):
    """One number of the suite, measured on something whose truth is known."""

    group: str
    """What it is about: 'clock', 'times', 'same code', 'planted changes', 'breakdowns', …"""
    name: str
    error: float
    """What was measured, in `unit`: an error, a rate, a share."""
    unit: str
    """'s', 'share' (of 1), 'deviation' (a signed share) or 'times'."""
    limit: float
    """What it may be, in `unit`."""
    ok: bool
    of_suite: bool
    """True where beyond the limit means a defect of this suite; False where it is what this
    machine can resolve now."""
    sample: str
    """What it was taken from: '80 pairs'."""
    at_least: bool = False
    """True where `limit` is the least it should be, not the most."""
    low: float | None = None
    """95 % interval of `error`, of a rate by Clopper and Pearson; None where there is none.
    A limit of the suite is exceeded only when all of it lies beyond."""
    high: float | None = None
    note: str = ""
    exact: bool = False
    """True where interference changes nothing: counts, sums, and a wait that is too short."""
    undisturbed: float | None = None
    """Of a miss that could not be judged: the share of measurements that nothing interfered
    with; None of all others."""
    beside: dict[str, float] = {}
    """Interference that was planted ('busy loops', 'memory hogs') → `error` beside it."""


class SelfCheck(Noun, frozen=True):
    """What `selfcheck` found on one machine and software; kept, and carried by later runs."""

    fingerprint: str
    suite_version: str
    measured_at: str
    """ISO 8601, UTC."""
    duration_s: float
    checks: tuple[Check, ...]
    verdict: tuple[str, ...]
    """What this machine can and cannot resolve, in whole sentences."""
    missing: tuple[str, ...] = ()
    """What could not be checked here, in whole sentences."""

    @property
    def defects(self) -> tuple[Check, ...]:
        """The checks that say that this suite, not the machine, is wrong."""
        missed = (check for check in self.checks if check.of_suite and not check.ok)
        return tuple(check for check in missed if check.undisturbed is None)

    @property
    def unjudged(self) -> tuple[Check, ...]:
        """The checks whose miss may be the suite's or the doing of what else ran here."""
        return tuple(check for check in self.checks if check.undisturbed is not None)


class Environment(Noun, frozen=True):
    """Another Python with its own libraries on the same machine."""

    python_executable: str
    fingerprint: str
    """Of the same form as a `Machine`'s; its canaries' baselines are kept under it."""
    facts: MachineFacts


class Provenance(Noun, frozen=True, rename={"baselines_s": "floors_s"}):
    """What ran, where and how: enough to run it again. Stored as run.json."""

    schema: int
    suite_version: str
    command: tuple[str, ...]
    mode: str
    """'quick', 'default' or 'full'."""
    seed: int
    started_at: str
    """ISO 8601, UTC."""
    git: str
    """Commit and state of the folder the sweep was started in; empty outside git."""
    load_average: tuple[Number, ...]
    python_executable: str
    environment: dict[str, str]
    """Environment variables that change speed: OMP_NUM_THREADS, MALLOC_*, …"""
    baselines_s: dict[CanaryName, Time]
    """Canary baselines kept from earlier runs on this machine when the run began, s."""
    machine: Machine
    experiments: tuple[Experiment, ...]
    points: tuple[Point, ...]
    skipped: tuple[Skip, ...]
    predicted_duration_s: Seconds = 0.0
    experiment_files: tuple[str, ...] = ()
    plan: str = ""
    """Name of the whole plan that these points are from; empty in older runs."""
    asked_points: Count = 0
    """Points of the whole plan, skipped ones included, second names of A/A pairs not."""
    shard: str = ""
    """'3/16' when these points are one of several parts of the plan."""
    host: str = ""
    """Name of the host in a run over several; empty in a run on one machine."""
    other: Environment | None = None
    """What this one was measured against in the same rounds (``sweep --versus``)."""

    exponents: dict[str, tuple[Number, Number]] = {}
    """Kind of code → how its time follows a slowdown of the canaries (an exponent, and its
    standard error), kept from earlier runs on this machine when the run began."""

    selfcheck: SelfCheck | None = None
    """The one that was kept for this machine and software when the run began."""
