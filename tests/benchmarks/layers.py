"""Layers against an external sampler: 30 functions of pandas, SciPy and scikit-learn.

    python tests/benchmarks/layers.py [--only NAME,NAME] [--seconds 4]

Each function runs in a process of its own: first the suite reads its stacks, then `py-spy
record --native` does, whose stacks are put down to layers by the same rule, from the
instruction outwards. Both see no garbage collection, and what py-spy leaves out is left out:
threads that sleep. Prints the largest difference of a layer's share for each function, and
ends with 1 where one is above 7 points, or where fewer than 90 % of the looks led to a layer.
scikit-learn is no dependency: `pip install scikit-learn`.
"""

import argparse
import collections
import functools
import gc
import importlib
import importlib.util
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from profiler_suite.measure.layers.stacks import WAITING, sample_layers
from profiler_suite.measure.native import layers
from profiler_suite.measure.reading import peek

ALLOWED, LEAST_COVERED = 0.07, 0.90
RATE_HZ = 400
_MOST_COMPARISONS = 3
_ANYBODY = -1  # linux/prctl.h, PR_SET_PTRACER_ANY
_GO_ON = signal.SIGUSR1
# mallopt(3): memory is neither given back to the system nor mapped for one array.
_HEAP = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")
ROOT = Path(__file__).resolve().parents[2]
_PYTHON_FRAME = re.compile(r"^(?P<name>.*) \((?P<file>[^()]*?):(?P<line>\d+)\)$")
_NATIVE_FRAME = re.compile(r"^(?P<name>.*) \((?P<library>[^()]*)\)$")

SOURCES = {
    # pandas
    "groupby_apply": "frame.groupby('key')['value'].apply(lambda v: v.max() - v.min())",
    "groupby_mean": "frame.groupby('key')['value'].mean()",
    "groupby_transform": "frame.groupby('key')['value'].transform('sum')",
    "merge": "frame.merge(other, on='key', how='left')",
    "sort_values": "frame.sort_values(['key', 'value'])",
    "rolling_mean": "frame['value'].rolling(50).mean()",
    "rolling_apply": "frame['value'].iloc[:2000].rolling(20).apply(lambda each: each.sum())",
    "pivot_table": "frame.pivot_table(index='key', columns='group', values='value')",
    "value_counts": "frame['key'].value_counts()",
    "row_loop": "[row.value * 2 for row in frame.iloc[:2000].itertuples()]",
    "iterrows": "[row['value'] * 2 for _, row in frame.iloc[:500].iterrows()]",
    "element_access": "[frame.at[n, 'value'] for n in range(1000)]",
    "masks": "frame[(frame['value'] > 0.5) & (frame['key'] < 20)]",
    "string_methods": "words.str.upper().str.len()",
    "datetimes": "(dates.dt.hour + dates.dt.minute).sum()",
    "to_numpy": "frame[['key', 'value']].to_numpy().T @ frame[['key', 'value']].to_numpy()",
    # SciPy
    "minimize": "optimize.minimize(lambda x: float(((x - 1) ** 2).sum()), np.zeros(8))",
    "quad": "integrate.quad(lambda x: x * x + 1.0, 0.0, 3.0)",
    "solve_ivp": "integrate.solve_ivp(lambda t, y: -y, (0.0, 5.0), vector[:9])",
    "generic_filter": "ndimage.generic_filter(image[:40, :40], lambda w: w.max() - w.min(), 3)",
    "gaussian_filter": "ndimage.gaussian_filter(image, 2.0)",
    "fftconvolve": "signal.fftconvolve(image, image[:15, :15])",
    "lfilter": "signal.lfilter([1.0, 0.5], [1.0, -0.3], values)",
    "solve": "linalg.solve(matrix, vector)",
    "svd": "linalg.svd(matrix[:120, :120])",
    "sparse_product": "sparse_matrix @ sparse_matrix",
    "interpolate": "interpolate.CubicSpline(grid, vector[:200])(values[:5000])",
    "distances": "distance.cdist(points, points)",
    # scikit-learn
    "kernel_density": "neighbors.KernelDensity().fit(points).score_samples(points)",
    "standardise": "preprocessing.StandardScaler().fit_transform(points)",
}
NEED_SKLEARN = ("kernel_density", "standardise")


_MODULES = {
    "optimize": "scipy.optimize",
    "integrate": "scipy.integrate",
    "ndimage": "scipy.ndimage",
    "signal": "scipy.signal",
    "linalg": "scipy.linalg",
    "interpolate": "scipy.interpolate",
    "distance": "scipy.spatial.distance",
    "neighbors": "sklearn.neighbors",
    "preprocessing": "sklearn.preprocessing",
}


def space(text: str) -> dict[str, Any]:
    """What the function with that text works on."""
    names = set(re.findall(r"[a-z_]\w*", text))
    random = np.random.default_rng(0)
    found: dict[str, Any] = {"np": np, "values": random.random(20_000)}
    found["matrix"] = random.random((200, 200)) + 200 * np.eye(200)
    found["vector"], found["image"] = random.random(200), random.random((200, 200))
    found["points"], found["grid"] = random.random((400, 3)), np.arange(200.0)
    for name in names & set(_MODULES):
        found[name] = importlib.import_module(_MODULES[name])
    if "sparse_matrix" in names:
        sparse = importlib.import_module("scipy.sparse")
        found["sparse_matrix"] = sparse.random(2000, 2000, 0.005, format="csr", random_state=0)
    if names & {"frame", "words", "dates"}:
        found |= tables(random)
    return found


def tables(random: np.random.Generator) -> dict[str, Any]:
    """What the functions of pandas work on."""
    pd = importlib.import_module("pandas")
    return {
        "frame": pd.DataFrame(
            {
                "key": random.integers(0, 50, 20_000),
                "group": random.integers(0, 5, 20_000),
                "value": random.random(20_000),
            }
        ),
        "other": pd.DataFrame({"key": np.arange(50), "name": np.arange(50) * 2}),
        "words": pd.Series(["some words"] * 5000),
        "dates": pd.Series(pd.date_range("2020-01-01", periods=5000, freq="h")),
    }


def function_of(name: str) -> Callable[[], Any]:
    """The function of that name, as a person's own file would hold it."""
    found = space(SOURCES[name])
    text = f"def evaluated():\n    return {SOURCES[name]}\n"
    exec(compile(text, f"/home/me/{name}.py", "exec"), found)
    function: Callable[[], Any] = found["evaluated"]
    function()
    return function


def both_shares(name: str, seconds: float) -> tuple[dict[str, float], float, dict[str, float]]:
    """What the suite says of a process, the share of looks that led on, and what py-spy says.

    The suite before py-spy and after it, in the same process, whose heap gives nothing back:
    what else runs here comes and goes, and how often memory is asked for anew depends on what
    else lies there.
    """
    command = [sys.executable, __file__, "--run", name, "--seconds", str(seconds)]
    environment = {**os.environ, **dict.fromkeys(_HEAP, str(2**30))}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            theirs = spied(process.pid, seconds)
            process.send_signal(_GO_ON)
            found: dict[str, Any] = json.loads(process.stdout.readline())
        finally:
            process.kill()
    return found["layers"], found["covered"], theirs


def spied(pid: int, seconds: float) -> dict[str, float]:
    """What py-spy's stacks of a process say by the suite's rule."""
    spy = shutil.which("py-spy") or str(Path(sys.executable).parent / "py-spy")
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "stacks"
        command = [spy, "record", "--native", "--rate", str(RATE_HZ), "--format", "raw"]
        command += ["--full-filenames", "--output", str(raw), "--pid", str(pid)]
        command += ["--duration", str(math.ceil(seconds))]
        subprocess.run(command, capture_output=True, check=True)
        text = raw.read_text()
    counts: Counter[str] = Counter()
    for line in text.splitlines():
        stack, _, number = line.rpartition(" ")
        layer = layer_of(stack.split(";"))
        if layer:
            counts[layer] += int(number)
    return {layer: number / counts.total() for layer, number in counts.items()}


def layer_of(frames: list[str]) -> str:
    """The layer of one stack of py-spy's, root first; empty outside of the function."""
    libraries: list[str] = []
    names: list[str] = []
    source = ""
    for frame in reversed(frames):
        python = _PYTHON_FRAME.match(frame)
        if python and python["file"].endswith(".py"):
            source = source or python["file"]
            names.append(python["name"])
            continue
        if python and "<" in python["file"]:
            # Code without a file is, in these functions, that of named tuples.
            made = python["file"] == "<string>"
            source = source or (collections.__file__ if made else python["file"])
            names.append(python["name"])
            continue
        native = _NATIVE_FRAME.match(frame)
        if native and not source:
            libraries.append(library_of(native["library"]))
    # py-spy puts the Python function in place of the loop that runs its bytecode: all that is
    # further in and the interpreter's serves the code that calls it.
    served = [each for each in libraries if not layers.is_interpreter(each)]
    if "evaluated" in names:
        return layers.of_moment(served, source)
    # What a call has returned is freed where it was called; the loop itself is nobody's.
    freeing = layers.of_moment(served, "") if names[:1] == [spin.__name__] else layers.CPYTHON
    return "" if freeing == layers.CPYTHON else freeing


def library_of(written: str) -> str:
    """The path of a library; a source file in its place is the interpreter's, as its build has
    kept them, or that of a standard module which is a library of its own.
    """
    path = re.sub(r":\d+$", "", written)
    if not path.endswith((".c", ".h", ".S")):
        return path
    stem = Path(path).stem
    for name in (stem, stem.removesuffix("module")):
        if name in _standard_libraries():
            return _standard_libraries()[name]
    return "/libpython3"


@functools.cache
def _standard_libraries() -> dict[str, str]:
    folder = Path(sysconfig.get_paths()["platstdlib"]) / "lib-dynload"
    return {each.name.partition(".")[0]: str(each) for each in folder.glob("*.so")}


def without_waiting(shares: dict[str, float]) -> dict[str, float]:
    """Shares of the time in which the thread did not sleep."""
    awake = {layer: share for layer, share in shares.items() if layer != WAITING}
    total = sum(awake.values())
    return {layer: share / total for layer, share in awake.items()} if total else {}


def largest_gap(mine: dict[str, float], theirs: dict[str, float]) -> tuple[str, float]:
    """The layer whose shares differ most."""
    gaps = {name: abs(mine.get(name, 0.0) - theirs.get(name, 0.0)) for name in {*mine, *theirs}}
    layer = max(gaps, key=lambda each: gaps[each])
    return layer, gaps[layer]


def say(text: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def compared(name: str, seconds: float) -> tuple[float, float]:
    """The largest difference of one function's layers, and its coverage; said as well.

    Where they differ more than is allowed, all of three comparisons count alike: a machine
    that slows down in between slows bytecode down more than compiled loops.
    """
    found = [both_shares(name, seconds)]
    while largest_gap(*_means(found))[1] > ALLOWED and len(found) < _MOST_COMPARISONS:
        found.append(both_shares(name, seconds))
    mine, theirs = _means(found)
    covered = min(each for _, each, _ in found)
    layer, gap = largest_gap(mine, theirs)
    say(
        f"{name:18} {100 * gap:5.1f} points in {layer}: "
        f"{100 * mine.get(layer, 0):.0f} % here, {100 * theirs.get(layer, 0):.0f} % there, "
        f"{100 * covered:.1f} % covered{f', {len(found)} times' if len(found) > 1 else ''}"
    )
    return gap, covered


def _means(
    found: list[tuple[dict[str, float], float, dict[str, float]]],
) -> tuple[dict[str, float], dict[str, float]]:
    sides = [each for each, _, _ in found], [each for _, _, each in found]
    mine, theirs = (mean_shares(side) for side in sides)
    return mine, theirs


def mean_shares(several: list[dict[str, float]]) -> dict[str, float]:
    """Shares of several comparisons, each of which counts alike."""
    names = {name for each in several for name in each}
    return {name: sum(each.get(name, 0.0) for each in several) / len(several) for name in names}


def serve(name: str, seconds: float) -> None:
    """Look, run on while another sampler looks, look again, and say what was found."""
    function = function_of(name)
    peek.allow_reader(peek.libc(), _ANYBODY)
    records = [sample_layers(function, tuple, seconds / 2)]
    waiting = [True]
    signal.signal(_GO_ON, lambda *_: waiting.clear())
    say("ready")
    spin(function, waiting)
    records.append(sample_layers(function, tuple, seconds / 2))
    counts: Counter[str] = Counter()
    for record in records:
        counts.update({each.layer: each.samples for each in record.layers})
    total, lost = counts.total(), sum(record.lost for record in records)
    shares = {layer: number / max(1, total) for layer, number in counts.items()}
    covered = total / max(1, total + lost)
    say(json.dumps({"layers": without_waiting(shares), "covered": covered}))


def spin(function: Callable[[], Any], waiting: list[bool]) -> None:
    """Run on; no garbage is collected, as while the suite reads stacks."""
    gc.disable()
    asked_by = os.getppid()
    while waiting and os.getppid() == asked_by:  # else nobody is there to say that it is enough
        function()
    gc.enable()


def main() -> int:
    """Compare all functions, or serve as one side of a comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run")
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=4.0)
    asked = parser.parse_args()
    if asked.run:
        serve(asked.run, asked.seconds)
        return 0
    names = asked.only.split(",") if asked.only else list(SOURCES)
    if not importlib.util.find_spec("sklearn"):
        for name in set(names) & set(NEED_SKLEARN):
            say(f"{name:18} skipped: pip install scikit-learn")
        names = [name for name in names if name not in NEED_SKLEARN]
    found = [compared(name, asked.seconds) for name in names]
    worst, least = max(gap for gap, _ in found), min(covered for _, covered in found)
    within = sum(gap <= ALLOWED for gap, _ in found)
    say(
        f"{within} of {len(found)} within {100 * ALLOWED:.0f} points, at most {100 * worst:.1f}"
    )
    say(f"least coverage {100 * least:.1f} %, wanted {100 * LEAST_COVERED:.0f}")
    return int(worst > ALLOWED or least < LEAST_COVERED)


if __name__ == "__main__":
    sys.exit(main())
