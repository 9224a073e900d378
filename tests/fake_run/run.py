"""The made-up run: experiments, points, lines and machine together."""

from pathlib import Path

import numpy as np
import pandas as pd

from profiler_suite.analysis.run.history import history_of
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.table_columns import OPERATION_COLUMNS
from profiler_suite.model.experiment import Skip
from profiler_suite.model.run import Provenance
from tests.fake_run import points as table
from tests.fake_run.experiments import experiments, planned_points
from tests.fake_run.hostile import HOSTILE
from tests.fake_run.lines import lines
from tests.fake_run.machine import machine, selfcheck


def make_run(folder: Path = Path("reports/2026-11-22-quick"), *, copies: int = 1) -> Run:
    """The made-up run; with `copies` > 1 its sizes are repeated, to try large runs."""
    noise = np.random.default_rng(7)
    planned = tuple(planned_points())
    points = pd.DataFrame(table.row_of(point, noise) for point in planned)
    table.pair_up(points, planned, noise)
    table.spoil(points)
    points = table.repeated(points, copies)
    provenance = Provenance(
        schema=1,
        suite_version="0.1.0",
        command=("python", "-m", "profiler_suite", "sweep", "--quick"),
        mode="quick",
        seed=7,
        started_at="2026-11-22T09:00:00Z",
        git="abc1234 (clean)",
        load_average=(0.4, 0.3, 0.2),
        python_executable=f"/opt/{HOSTILE}/bin/python",
        environment={"OMP_NUM_THREADS": "1"},
        baselines_s={"ufunc": 41e-6},
        machine=machine(),
        experiments=experiments(),
        points=planned,
        skipped=tuple(
            Skip(point=p, reason="one evaluation would take 41 s") for p in planned[:1]
        ),
        predicted_duration_s=52.0,
        selfcheck=selfcheck(),
    )
    return Run(
        folder=folder,
        provenance=provenance,
        points=points,
        lines=lines(points),
        operations=pd.DataFrame(columns=list(OPERATION_COLUMNS)),
        breakdowns={},
        history=history_of(table.visits_of(points, noise), 0, provenance.baselines_s),
    )
