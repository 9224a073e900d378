"""Experiments like the real ones, and one with a hostile name; their problems and points."""

import itertools
from collections.abc import Iterator

from profiler_suite.model.experiment import Cost, Experiment, Point, Problem
from profiler_suite.workloads.registry import find_implementation
from tests.fake_run.hostile import HOSTILE

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


def speed(name: str) -> tuple[float, float]:
    """Seconds per call, and FLOP/s once it runs."""
    return IMPLEMENTATIONS.get(name, (7e-6, 4e9))


def planned_points() -> Iterator[Point]:
    """Every implementation on every problem; some twice, as A/A pairs."""
    for experiment in experiments():
        for problem, threads, name in itertools.product(
            experiment.problems, experiment.threads, experiment.implementations
        ):
            if experiment.name == "seed_question" and (
                (name in PRODUCTS) != (problem.workload == "dense")
            ):
                continue
            yield _point(experiment, name, problem, threads, 0)
            if _is_pair(experiment, name, problem):
                yield _point(experiment, name, problem, threads, 1)


def _point(
    experiment: Experiment, name: str, problem: Problem, threads: int, replica: int
) -> Point:
    tail = "+aa" if replica else ""
    return Point(
        id=f"{experiment.name}/{name}/{label(problem)}/float64/t{threads}{tail}",
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
