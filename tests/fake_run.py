"""A made-up run in memory: plausible numbers, every status, hostile names.

Nothing here was measured; the numbers only have the shape of measurements.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from profiler_suite.analysis.run.history import history_of
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.point_columns import point_columns
from profiler_suite.analysis.run.table_columns import (
    LINE_COLUMNS,
    OPERATION_COLUMNS,
)
from profiler_suite.model.experiment import Cost, Experiment, Point, Problem, Skip
from profiler_suite.model.machine import (
    BlasLibrary,
    Cache,
    CallCost,
    Ceiling,
    Machine,
    MachineFacts,
)
from profiler_suite.model.rows import PassRecord, RoundRecord, Row, Visit
from profiler_suite.model.run import Check, Provenance, SelfCheck
from profiler_suite.workloads.registry import find_implementation

HOSTILE = "<script>alert(1)</script>"
PEAK = 55e9
BANDWIDTH = {"L1": 210e9, "L2": 105e9, "L3": 55e9, "memory": 31e9}

# name → fixed seconds per call, FLOP/s once it runs
IMPLEMENTATIONS: dict[str, tuple[float, float]] = {
    "loop_scalar": (90e-9, 3e9),
    "loop": (1.1e-6, 1.2e9),
    "loop_pixels": (1.5e-6, 2.5e9),
    "taps": (1.6e-6, 9e9),
    "windows_einsum": (9e-6, 1.9e9),
    "windows_tensordot": (14e-6, 32e9),
    "im2col_gemm": (4e-6, 24e9),
    "im2col_blocked": (6e-6, 26e9),
    "rows_gemm": (5e-6, 22e9),
    "fft": (60e-6, 5e9),
    "scipy_convolve2d": (9e-6, 0.9e9),
    "scipy_correlate": (25e-6, 1.1e9),
    "scipy_ndimage": (12e-6, 0.7e9),
    "dot": (1.0e-6, 7e9),
    "matmul": (1.1e-6, 6.9e9),
    "einsum_no_blas": (3e-6, 2.2e9),
    "dot_int64": (1.2e-6, 1.1e9),
    "python_loop": (0.1e-6, 2.2e7),
}
CONVOLUTIONS = tuple(n for n in IMPLEMENTATIONS if find_implementation(n).workload != "dense")
PRODUCTS = tuple(n for n in IMPLEMENTATIONS if n not in CONVOLUTIONS)
SWEPT = (
    "loop",
    "loop_pixels",
    "taps",
    "windows_tensordot",
    "im2col_gemm",
    "im2col_blocked",
    "fft",
    "scipy_ndimage",
)
_DIMS = (
    "height",
    "width",
    "channels",
    "filters",
    "filter_height",
    "filter_width",
    "stride",
    "rows",
    "columns",
    "batch",
)


def convolution(n: int, c: int, f: int, k: int, s: int, *, name: str = "") -> Problem:
    dims = {
        "height": n,
        "width": n,
        "channels": c,
        "filters": f,
        "filter_height": k,
        "filter_width": k,
        "stride": s,
    }
    return Problem(workload="convolution", dims=dims, name=name)


def product(m: int, n: int, batch: int = 1) -> Problem:
    return Problem(workload="dense", dims={"rows": m, "columns": n, "batch": batch})


def label(problem: Problem) -> str:
    d = problem.dims
    if problem.workload == "dense":
        return f"{d['rows']}x{d['columns']}x{d['batch']}"
    size = f"{d['height']}x{d['width']}x{d['channels']}"
    return f"{size}-f{d['filters']}-{d['filter_height']}x{d['filter_width']}-s{d['stride']}"


def _outputs(problem: Problem) -> int:
    d = problem.dims
    side = (d["height"] - d["filter_height"]) // d["stride"] + 1
    return side * side


def cost(name: str, problem: Problem) -> Cost:
    d = problem.dims
    if problem.workload == "dense":
        flop = 2.0 * d["rows"] * d["columns"] * d["batch"]
        moved = 8.0 * (d["rows"] * d["columns"] + d["batch"] * (d["columns"] + d["rows"]))
        calls = d["rows"] * d["columns"] if name == "python_loop" else 1
        return Cost(flop=flop, compulsory_bytes=moved, calls=calls)
    area = d["filter_height"] * d["filter_width"] * d["channels"]
    outputs = _outputs(problem)
    flop = 2.0 * outputs * d["filters"] * area
    moved = 8.0 * (d["height"] * d["width"] * d["channels"] + d["filters"] * (area + outputs))
    calls = {
        "loop_scalar": outputs * d["filters"] * area,
        "loop": outputs * d["filters"] * 5,
        "loop_pixels": outputs * 4,
        "taps": d["filter_height"] * d["filter_width"] * 3,
    }.get(name, 4)
    return Cost(flop=flop, compulsory_bytes=moved, calls=calls)


LAYERS = [
    ("AlexNet conv1", 227, 3, 96, 11, 4),
    ("AlexNet conv2", 31, 96, 256, 5, 1),
    ("AlexNet conv3", 15, 256, 384, 3, 1),
    ("AlexNet conv4", 15, 384, 384, 3, 1),
    ("AlexNet conv5", 15, 384, 256, 3, 1),
    ("VGG-16 conv1_1", 226, 3, 64, 3, 1),
    ("VGG-16 conv1_2", 226, 64, 64, 3, 1),
    ("VGG-16 conv2_1", 114, 64, 128, 3, 1),
    ("VGG-16 conv2_2", 114, 128, 128, 3, 1),
    ("VGG-16 conv3_1", 58, 128, 256, 3, 1),
    ("VGG-16 conv3_2", 58, 256, 256, 3, 1),
    ("VGG-16 conv4_1", 30, 256, 512, 3, 1),
    ("VGG-16 conv4_2", 30, 512, 512, 3, 1),
    ("VGG-16 conv5", 16, 512, 512, 3, 1),
    ("ResNet-50 conv1", 230, 3, 64, 7, 2),
]
for _stage, (_side, _width) in enumerate(((56, 64), (28, 128), (14, 256), (7, 512)), 2):
    LAYERS += [
        (f"ResNet-50 conv{_stage}_x 1x1 in", _side, _width * 4, _width, 1, 1),
        (f"ResNet-50 conv{_stage}_x 3x3", _side + 2, _width, _width, 3, 1),
        (f"ResNet-50 conv{_stage}_x 1x1 out", _side, _width, _width * 4, 1, 1),
        (f"ResNet-50 conv{_stage}_1 shortcut", _side, _width * 2, _width * 4, 1, 1),
        (f"ResNet-50 conv{_stage}_1 1x1 in", _side, _width * 2, _width, 1, 1),
    ]
LAYERS = LAYERS[:34]


def experiments() -> tuple[Experiment, ...]:
    """Seven experiments like the real ones, and one of a user with a hostile name."""
    seed = convolution(32, 3, 10, 2, 2)
    return (
        Experiment(
            name="seed_question",
            question="Is np.dot optimized or something? Or are my calculations wrong?",
            axis="name",
            problems=(seed, product(500, 3072)),
            implementations=CONVOLUTIONS + PRODUCTS,
            pair=("loop", "dot"),
        ),
        Experiment(
            name="input_size",
            question="From which input size on does vectorizing pay?",
            axis="height",
            problems=tuple(convolution(n, 3, 16, 3, 1) for n in (8, 16, 32, 64, 128)),
            implementations=SWEPT,
        ),
        Experiment(
            name="filter_count",
            question="Which implementation at how many filters?",
            axis="filters",
            problems=tuple(convolution(64, 3, f, 3, s) for f in (1, 4, 16, 64) for s in (1, 2)),
            implementations=SWEPT[1:6],
        ),
        Experiment(
            name="stride",
            question="Does a larger stride save time in proportion?",
            axis="stride",
            problems=tuple(convolution(64, 3, 16, 3, s) for s in (1, 2, 3, 4)),
            implementations=SWEPT,
        ),
        Experiment(
            name="depth",
            question="What if each call has more to do?",
            axis="channels",
            problems=tuple(convolution(32, c, 16, k, 1) for c in (1, 8, 64) for k in (3, 7)),
            implementations=SWEPT[:5],
        ),
        Experiment(
            name="blas_threads",
            question="Do more BLAS threads help?",
            axis="threads",
            problems=(product(64, 64, 64), product(256, 256, 256), product(1024, 1024, 1024)),
            implementations=("matmul",),
            threads=(1, 2),
        ),
        Experiment(
            name="network_layers",
            question="Which implementation for the layers people run?",
            axis="name",
            problems=tuple(
                convolution(n, c, f, k, s, name=name) for name, n, c, f, k, s in LAYERS
            ),
            implementations=("taps", "im2col_gemm", "im2col_blocked", "windows_tensordot"),
            sources=("Simonyan and Zisserman (2014), arXiv:1409.1556",),
        ),
        Experiment(
            name=f"=mine{HOSTILE}",
            question=f"What does {HOSTILE} do to the page?",
            axis="height",
            problems=tuple(convolution(n, 3, 4, 3, 1) for n in (8, 32)),
            implementations=(HOSTILE, "@my_convolution"),
        ),
    )


def family(name: str) -> str:
    """What the registry says; 'user' of one that is not there."""
    return find_implementation(name).family if name in IMPLEMENTATIONS else "user"


def _speed(name: str) -> tuple[float, float]:
    return IMPLEMENTATIONS.get(name, (7e-6, 4e9))


def _points() -> Iterator[tuple[Point, str]]:
    for experiment in experiments():
        for problem in experiment.problems:
            for threads in experiment.threads:
                for name in experiment.implementations:
                    if experiment.name == "seed_question" and (
                        (name in PRODUCTS) != (problem.workload == "dense")
                    ):
                        continue
                    replicas = (0, 1) if _is_pair(experiment, name, problem) else (0,)
                    for replica in replicas:
                        tail = "+aa" if replica else ""
                        yield (
                            Point(
                                id=f"{experiment.name}/{name}/{label(problem)}/float64/"
                                f"t{threads}{tail}",
                                experiment=experiment.name,
                                implementation=name,
                                family=family(name),
                                problem=problem,
                                label=label(problem),
                                threads=threads,
                                cost=cost(name, problem),
                                working_set_bytes=2 * cost(name, problem).compulsory_bytes,
                                predicted_s=1e-3,
                                replica=replica,
                                partner=_partner(experiment, name, problem, threads, replica),
                            ),
                            experiment.axis,
                        )


def _is_pair(experiment: Experiment, name: str, problem: Problem) -> bool:
    if experiment.name == "seed_question":
        return name in ("im2col_gemm", "dot")
    return name == "im2col_gemm" and problem is experiment.problems[0]


def _partner(
    experiment: Experiment, name: str, problem: Problem, threads: int, replica: int
) -> str:
    tail = f"float64/t{threads}"
    if replica:
        return f"{experiment.name}/{name}/{label(problem)}/{tail}"
    if name in experiment.pair:
        other = experiment.pair[1 - experiment.pair.index(name)]
        of_other = next(p for p in experiment.problems if p is not problem)
        return f"{experiment.name}/{other}/{label(of_other)}/{tail}"
    return ""


def _rows(points: pd.DataFrame, noise: np.random.Generator) -> list[Row]:
    """Rounds of visits that fit the table."""
    measured = points[points["status"] == "ok"]
    rows: list[Row] = []
    for number in range(16):
        factor = np.exp(noise.normal(0, 0.008, len(measured)))
        visits = tuple(
            Visit(
                point=point_id,
                at_s=2.0 * number,
                sample_times_s=(time_s * f,),
                canaries_s={"ufunc": (41e-6, 41.5e-6)},
                minor_faults=0.0,
            )
            for point_id, time_s, f in zip(
                measured["id"], measured["time_s"], factor, strict=True
            )
        )
        rows.append(RoundRecord(round=number, worker=number // 8, visits=visits))
    rows.append(PassRecord(name="sweep", at_s=40.0, outcome="complete"))
    return rows


def _true_time(point: Point) -> float:
    fixed, rate = _speed(point.implementation)
    speed_up = 1.0
    if point.threads > 1:
        speed_up = point.threads / (1 + 30e-6 / max(point.cost.flop / rate, 1e-9)) * 0.95
    return point.cost.calls * fixed + point.cost.flop / (rate * speed_up)


def _row(point: Point, noise: np.random.Generator) -> dict[str, Any]:
    time_s = _true_time(point) * float(np.exp(noise.normal(0, 0.01)))
    width = float(0.015 + abs(noise.normal(0, 0.01)))
    c = point.cost
    intensity_roof = c.intensity * BANDWIDTH["L2" if c.compulsory_bytes < 1e6 else "memory"]
    overhead_roof = c.flop / (c.calls * _speed(point.implementation)[0])
    roofs = {"compute": PEAK, "memory": intensity_roof, "overhead": overhead_roof}
    bound = min(roofs, key=lambda name: roofs[name])
    row: dict[str, Any] = dict.fromkeys(point_columns(), math.nan)
    row |= {
        "id": point.id,
        "experiment": point.experiment,
        "workload": point.problem.workload,
        "problem": point.label,
        "name": point.problem.name,
        "implementation": point.implementation,
        "family": point.family,
        "dtype": "float64",
        "layout": "C",
        "threads": point.threads,
        "replica": point.replica,
        "status": "ok",
        "reason": "converged",
        "time_s": time_s,
        "low_s": time_s * (1 - width),
        "high_s": time_s * (1 + width),
        "minimum_s": time_s * 0.98,
        "raw_median_s": time_s * 1.2,
        "p95_s": time_s * 1.8,
        "cold_s": time_s * 5,
        "evaluations": max(1, round(1e-3 / time_s)),
        "samples": 60,
        "visits": 20,
        "undisturbed_visits": 13,
        "undisturbed_share": 0.65,
        "workers": 2,
        "flop": c.flop,
        "compulsory_bytes": c.compulsory_bytes,
        "intensity": c.intensity,
        "flop_per_s": c.flop / time_s,
        "calls": c.calls,
        "working_set_bytes": point.working_set_bytes,
        "minor_faults": 0.0 if time_s < 1e-3 else 224.0,
        "largest_error": 1e-15,
        "error_bound": 1e-13,
        "bound": bound,
        "level": "L2" if c.compulsory_bytes < 1e6 else "memory",
        "attainable_flop_per_s": roofs[bound],
        "overhead_flop_per_s": overhead_roof,
        "of_attainable": c.flop / time_s / roofs[bound],
        "above_roof": False,
        "flags": "",
    }
    return row | {dim: point.problem.dims.get(dim, math.nan) for dim in _DIMS}


_TIMES = ["time_s", "low_s", "high_s"]
_UNMEASURED = [
    *_TIMES,
    "minimum_s",
    "raw_median_s",
    "p95_s",
    "cold_s",
    "flop_per_s",
    "minor_faults",
    "of_attainable",
    "undisturbed_share",
    "largest_error",
]


def _spoil(points: pd.DataFrame) -> None:
    """Give some points the endings a sweep can have."""
    endings = {
        "seed_question/scipy_correlate": ("wrong", "differs by 3.1, allowed 2e-13"),
        "input_size/fft": ("crashed", "killed by SIGKILL"),
        "network_layers/windows_tensordot/226x226x64": (
            "skipped",
            "would need 9.1 GiB, 7.6 GiB are free",
        ),
        "depth/loop/32x32x64-f16-7x7": ("skipped", "one evaluation would take 41 s"),
    }
    for start, (status, reason) in endings.items():
        index = points.index[points["id"].str.startswith(start)][:1]
        points.loc[index, ["status", "reason"]] = status, reason
        points.loc[index, _UNMEASURED] = math.nan
        points.loc[index, ["samples", "visits", "undisturbed_visits"]] = 0
    flagged = points.index[(points["threads"] == 2) & (points["status"] == "ok")][:2]
    points.loc[flagged, "flags"] = "contended; not converged (8.2 %)"
    points.loc[flagged, "low_s"] *= 0.9


_LOOP_SOURCE = (
    (12, "    for i in range(outputs_high):", 17, 3e-6),
    (13, "        for j in range(outputs_wide):", 272, 30e-6),
    (14, "            for k in range(len(kernels)):", 2816, 250e-6),
    (15, "                window = x[s*i:s*i+kh, s*j:s*j+kw]", 2560, 910e-6),
    (16, "                product = window * kernels[k]", 2560, 1900e-6),
    (17, "                out[i, j, k] = np.sum(product)", 2560, 9400e-6),
    (19, "    return out", 1, 0.1e-6),
)


def _lines(points: pd.DataFrame) -> pd.DataFrame:
    total = sum(time_s for *_, time_s in _LOOP_SOURCE)
    seed = points[points["experiment"] == "seed_question"]
    # line_profiler made everything take twice as long; one line is below resolution.
    rows = [
        {
            "id": seed.loc[seed["implementation"] == name, "id"].iloc[0],
            "experiment": "seed_question",
            "implementation": name,
            "file": f"/home/{HOSTILE}/workloads/convolution.py",
            "function": name,
            "line": line,
            "source": f'    """{HOSTILE}"""' if line == 19 and name == "taps" else source,
            "hits": float(hits),
            "time_s": time_s,
            "share": time_s / total,
            "corrected_s": time_s / 2,
            "uncertainty_s": 1e-6,
            "corrected_share": time_s / total,
            "resolved": time_s / 2 > 1e-6,
            "method": "sampled",
            "indicative": False,
            "samples": 100.0,
            "added_s": time_s / 2,
            "plain_s": total / 2,
            "profiled_s": total,
            "interpreter_s": 0.2 * time_s,
            "dispatch_s": 0.3 * time_s,
            "memory_s": 0.0,
            "copy_s": 0.0,
            "arithmetic_s": 0.001 * time_s,
        }
        for name in ("loop", "taps")
        for line, source, hits, time_s in _LOOP_SOURCE
    ]
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))


def machine() -> Machine:
    """A machine with every kind of ceiling."""
    facts = MachineFacts(
        host=f"host{HOSTILE}",
        system="Linux 6.1",
        cpu="Imaginary CPU 9000",
        architecture="x86_64",
        sockets=1,
        cores=2,
        threads_per_core=1,
        logical_cpus=2,
        cores_allowed=2,
        quota_cores=0,
        caches=(
            Cache(level=1, size_bytes=32 * 1024, shared_by_cores=1),
            Cache(level=2, size_bytes=2**20, shared_by_cores=1),
            Cache(level=3, size_bytes=32 * 2**20, shared_by_cores=2),
        ),
        numa_nodes=1,
        governor="",
        boost="",
        virtualised="kvm",
        memory_bytes=8 * 2**30,
        python="3.11.2",
        numpy="2.4.6",
        scipy="1.17.1",
        blas=(
            BlasLibrary(
                name="openblas",
                version="0.3.30",
                architecture="SkylakeX",
                threading="pthreads",
                threads=1,
            ),
        ),
    )
    peaks = tuple(
        Ceiling(
            quantity="peak",
            label=f"best GEMM, {dtype}",
            dtype=dtype,
            threads=threads,
            value=value * threads,
            median=0.97 * value * threads,
            low=0.95 * value * threads,
            high=value * threads,
        )
        for dtype, value in (("float64", PEAK), ("float32", 2 * PEAK))
        for threads in (1, 2)
    )
    bandwidths = tuple(
        Ceiling(
            quantity="bandwidth",
            label=f"{level} read",
            threads=1,
            level=level,
            access="read",
            value=value,
            median=0.96 * value,
            low=0.93 * value,
            high=value,
        )
        for level, value in BANDWIDTH.items()
    )
    unmeasured = Ceiling(
        quantity="bandwidth",
        label="L1 update",
        level="L1",
        access="update",
        warning="not measured: NumPy cannot reach the rate of L1 writes",
    )
    return Machine(
        fingerprint="abc123",
        facts=facts,
        ceilings=(*peaks, *bandwidths, unmeasured),
        call_costs=(
            CallCost(
                operation="np.add",
                layout="contiguous",
                dims=1,
                dtype="float64",
                fixed_s=210e-9,
                fixed_low_s=200e-9,
                fixed_high_s=220e-9,
                rate_per_s=4e9,
                n_half=840,
            ),
            CallCost(
                operation="slice",
                layout="strided",
                dims=3,
                dtype="float64",
                fixed_s=110e-9,
                fixed_low_s=100e-9,
                fixed_high_s=130e-9,
                rate_per_s=0,
                n_half=0,
            ),
        ),
        measured_at="2026-11-22T08:59:00Z",
        coarse=True,
        duration_s=9.0,
        unavailable=("the CPU's clock cannot be read on this virtual machine",),
    )


def selfcheck() -> SelfCheck:
    checks = (
        Check(
            group="planted changes",
            name=f"+5 % called slower {HOSTILE}",
            error=0.9,
            unit="share",
            limit=0.8,
            ok=True,
            of_suite=False,
            sample="40 pairs",
            at_least=True,
            low=0.76,
            high=0.97,
        ),
    )
    return SelfCheck(
        fingerprint=machine().fingerprint,
        suite_version="0.1.0",
        measured_at="2026-11-21T09:00:00+00:00",
        duration_s=55.0,
        checks=checks,
        verdict=(f"A change of 5 % is found in 90 % of cases {HOSTILE}.",),
    )


def make_run(folder: Path = Path("reports/2026-11-22-quick"), *, copies: int = 1) -> Run:
    """The made-up run; with `copies` > 1 its sizes are repeated, to try large runs."""
    noise = np.random.default_rng(7)
    planned = tuple(point for point, _ in _points())
    points = pd.DataFrame(_row(point, noise) for point in planned)
    for replica in planned:  # the second name of an A/A pair runs the same code
        if replica.replica:
            first = points.loc[points["id"] == replica.partner].iloc[0]
            own = points["id"] == replica.id
            points.loc[own, _TIMES] = (first[_TIMES] * noise.normal(1, 0.004)).to_numpy()
    _spoil(points)
    if copies > 1:
        parts = []
        for number in range(copies):
            part = points.copy()
            if number:
                part["id"] += f"~{number}"
                part["problem"] += f"~{number}"
            part["height"] *= 1 + number / copies
            for column in ("time_s", "low_s", "high_s"):
                part[column] *= 1 + number / copies
            parts.append(part)
        points = pd.concat(parts, ignore_index=True)
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
        lines=_lines(points),
        operations=pd.DataFrame(columns=list(OPERATION_COLUMNS)),
        breakdowns={},
        history=history_of(_rows(points, noise), 0, provenance.baselines_s),
    )
