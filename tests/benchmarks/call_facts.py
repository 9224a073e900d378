"""Facts of 200 generated calls (dtype × layout × operation) against symbols and processors.

    python tests/benchmarks/call_facts.py [--only WORD] [--calls 200]

Each call is looked into twice, in processes of their own: with all that the processor has, and
under `NPY_DISABLE_CPU_FEATURES` with all beyond NumPy's baseline switched off. Right is a
call whose layout, bytes used of a cache line and casts are those it was generated with, whose
samples lie mostly in the routine that is named, and whose vector instructions are none of the
disabled ones in the second process. Ends with 1 where fewer than 95 % are right.
"""

import argparse
import importlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import threadpoolctl

from profiler_suite.measure.inside import access, routine
from profiler_suite.measure.inside.changes import casts_of
from profiler_suite.measure.native import available, sample

WANTED = 0.95
ROOT = Path(__file__).resolve().parents[2]
SIDE = 160
DTYPES = ("f4", "f8", "i4", "i8", "c16")
LAYOUTS = ("contiguous", "strided", "reversed", "Fortran order")
OPERATIONS = (
    *("add", "multiply", "subtract", "negative", "square", "sum", "max"),
    *("add with a float64", "copy", "matmul"),
)
_SAMPLE_S = 0.05
_ABOVE_BASELINE = ("AVX2", "AVX-512", "SVE")


class GeneratedCall(NamedTuple):
    """A call and what is known of it."""

    name: str
    function: Any
    args: tuple[Any, ...]
    layout: str
    used_bytes: float
    casts: bool


def generated() -> Iterator[GeneratedCall]:
    """Every dtype on every layout in every operation."""
    for dtype, layout, operation in itertools.product(DTYPES, LAYOUTS, OPERATIONS):
        array = laid_out(np.dtype(dtype), layout)
        itemsize = array.itemsize
        used = 64.0 if layout != "strided" else 16.0
        other = np.ones(array.shape) if operation == "add with a float64" else array
        function = function_of(operation)
        one = operation in ("negative", "square", "sum", "max", "copy")
        casts = operation == "add with a float64" and dtype not in ("f8", "c16")
        casts |= operation == "sum" and dtype == "i4"
        casts |= operation == "add with a float64" and dtype == "c16"
        yield GeneratedCall(
            name=f"{operation}, {dtype}, {layout}",
            function=function,
            args=(array,) if one else (array, other),
            layout=layout,
            used_bytes=max(used, float(itemsize)),
            casts=casts,
        )


def laid_out(dtype: np.dtype[Any], layout: str) -> Any:
    """A square array of ones that lies in memory as the word says."""
    if layout == "strided":
        return np.ones((SIDE, 4 * SIDE), dtype)[:, ::4]
    if layout == "reversed":
        return np.ones((SIDE, SIDE), dtype)[:, ::-1]
    return np.ones((SIDE, SIDE), dtype, order="F" if layout == "Fortran order" else "C")


def function_of(operation: str) -> Any:
    """The compiled function of that name."""
    special = {
        "sum": np.add.reduce,
        "max": np.maximum.reduce,
        "add with a float64": np.add,
        "copy": np.ndarray.copy,
    }
    return special.get(operation) or getattr(np, operation)


def wrong_with(call: GeneratedCall, limited: bool) -> str:
    """What is not right in the facts of one call; empty where all is."""
    found = access.accesses(call.args, {}, None)[0]
    if found.layout != call.layout:
        return f"layout {found.layout}"
    if found.used_bytes != call.used_bytes:
        return f"{found.used_bytes} bytes used of a line, not {call.used_bytes}"
    if bool(casts_of((call.function, call.args, {}))) != call.casts:
        return f"casts {casts_of((call.function, call.args, {}))}"
    samples = sample(call.function, call.args, _SAMPLE_S, 3989.0)
    main = routine.routine_of(samples.weights)
    if main is None:
        return "no samples"
    core = importlib.import_module("numpy._core._multiarray_umath")
    simd = routine.simd_of(main, core.__cpu_baseline__)
    of_numpy = "multiarray_umath" in main.library
    if limited and of_numpy and simd in _ABOVE_BASELINE:
        return f"{main.symbol} is {simd}, which is switched off"
    for_blas = call.layout in ("contiguous", "Fortran order")  # others NumPy multiplies itself
    is_blas = main.entry in ("blas", "packing", "copy")
    if for_blas and call.name.startswith("matmul, f") and not is_blas:
        return f"a product in {main.symbol}"
    return ""


def answers(only: str, most: int, *, limited: bool) -> dict[str, str]:
    """What is wrong with each call, from a process of its own."""
    environment = dict(os.environ)
    if limited:
        core = importlib.import_module("numpy._core._multiarray_umath")
        features = [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]
        environment["NPY_DISABLE_CPU_FEATURES"] = " ".join(features)
    command = [sys.executable, __file__, "--answer", "--only", only, "--calls", str(most)]
    command += ["--limited"] * limited
    text = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    ).stdout
    found: dict[str, str] = json.loads(text)
    return found


def main() -> int:
    """Ask both processes, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer", action="store_true")
    parser.add_argument("--limited", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--calls", type=int, default=200)
    asked = parser.parse_args()
    reason = available()
    if reason:
        sys.stdout.write(f"{reason}\n")
        return 0
    if asked.answer:
        calls = [each for each in generated() if asked.only in each.name][: asked.calls]
        with threadpoolctl.threadpool_limits(1):
            found = {each.name: wrong_with(each, asked.limited) for each in calls}
        sys.stdout.write(json.dumps(found))
        return 0
    right = total = 0
    for limited in (False, True):
        for name, wrong in answers(asked.only, asked.calls, limited=limited).items():
            total += 1
            right += not wrong
            if wrong:
                sys.stdout.write(f"{name}{', limited' if limited else ''}: {wrong}\n")
    sys.stdout.write(f"{right} of {total} calls are right, {100 * WANTED:.0f} % are wanted\n")
    return int(right < WANTED * total)


if __name__ == "__main__":
    sys.exit(main())
