"""Facts of 200 generated calls (dtype × layout × operation) against symbols and processors.

    python tests/benchmarks/call_facts.py [--only WORD] [--calls 200]

Each call is looked into twice, in processes of their own: with all that the processor has, and
under `NPY_DISABLE_CPU_FEATURES` with all beyond NumPy's baseline switched off. Right is a
call whose layout, bytes used of a cache line and casts are those it was generated with, whose
routine is the loop of its dtype and operation, in that version of all that NumPy's library
holds which the processor is left to choose, or the copy or BLAS routine in its place, and whose
vector instructions are that version's. Ends with 1 where fewer than 95 % are right.
"""

import argparse
import functools
import importlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import threadpoolctl

from profiler_suite.measure.inside import access, routine
from profiler_suite.measure.inside.changes import casts_of
from profiler_suite.measure.native import available, sample
from profiler_suite.model.native import NativeWeight

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
# How NumPy's loops are called after dtypes and operations; others go by the ufunc's name.
_TYPES = {"f4": "FLOAT", "f8": "DOUBLE", "i4": "INT", "i8": "LONG", "c16": "CDOUBLE"}
_LOOPS = {
    "sum": ("add", "pairwise_sum"),
    "max": ("maximum",),
    "add with a float64": ("add",),
    "copy": (),
    "matmul": ("matmul", "matmul_inner_noblas", "matmul_matrixmatrix", "dot"),
}
# Loops of functions of one number, which are not compiled for each dtype.
_GENERIC = {("negative", "c16"): ("PyUFunc_D_D", "nc_neg")}
# From the best on; what else a library's build is called, it is not chosen by the processor.
_VERSIONS = (
    *("AVX512_SPR", "AVX512_ICL", "X86_V4", "AVX512_SKX", "X86_V3", "AVX2", "SVE"),
    *("ASIMDHP", "ASIMD", "VSX4", "VSX3", "VSX2", "VXE2", "VXE", "VX"),
)


class GeneratedCall(NamedTuple):
    """A call and what is known of it."""

    name: str
    function: Any
    args: tuple[Any, ...]
    layout: str
    used_bytes: float
    casts: bool
    loops: tuple[str, ...]
    """Symbols of the loops that may do its work, without their version."""


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
            loops=loops_of(operation, dtype),
        )


def loops_of(operation: str, dtype: str) -> tuple[str, ...]:
    """What NumPy calls the loops of an operation on a dtype."""
    if (operation, dtype) in _GENERIC:
        return _GENERIC[operation, dtype]
    converted = operation == "add with a float64" and dtype != "c16"
    # Sums of small integers are integers of 64 bits.
    widened = operation == "sum" and dtype == "i4"
    kind = "DOUBLE" if converted else "LONG" if widened else _TYPES[dtype]
    return tuple(f"{kind}_{each}" for each in _LOOPS.get(operation, (operation,)))


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


def wrong_with(call: GeneratedCall) -> str:
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
    return wrong_routine(call, main, names_in(main), umath().__cpu_features__)


def umath() -> Any:
    """NumPy's compiled core."""
    return importlib.import_module("numpy._core._multiarray_umath")


def names_in(main: NativeWeight) -> Set[str]:
    """The functions in NumPy's library, where the routine is one of it."""
    return functions_in(umath().__file__) if "multiarray_umath" in main.library else set()


@functools.cache
def functions_in(path: str) -> Set[str]:
    """Names of all functions in a library file."""
    from elftools.elf.elffile import ELFFile

    with Path(path).open("rb") as file:
        section: Any = ELFFile(file).get_section_by_name(".symtab")
        return {routine.in_words(each.name) for each in section.iter_symbols()}


def wrong_routine(
    call: GeneratedCall, main: NativeWeight, names: Set[str], features: Mapping[str, bool]
) -> str:
    """What is wrong with the routine that is named; empty where nothing is."""
    symbol = routine.in_words(main.symbol)
    simd = routine.simd_of(main, umath().__cpu_baseline__)
    in_blas = main.entry in ("blas", "packing")
    if in_blas or main.entry == "copy":
        product = "matmul" in call.name and not call.name.startswith("matmul, i")
        copies = call.casts or call.name.startswith(("copy", "matmul"))
        return "" if (product if in_blas else copies) else f"{symbol} does none of its work"
    plain = next((e for e in call.loops if re.fullmatch(rf"{e}(_[A-Z0-9_]+)?", symbol)), "")
    if not plain:
        return f"{symbol} is no loop of it"
    best = next((v for v in _VERSIONS if features.get(v) and f"{plain}_{v}" in names), "")
    if names and symbol != (f"{plain}_{best}" if best else plain):
        return f"{symbol} where {best or 'the baseline'} is what the processor has"
    level = routine.level_of(best or umath().__cpu_baseline__[-1])
    return "" if simd.removesuffix(" (baseline)") == level else f"{symbol} is said to be {simd}"


def answers(only: str, most: int, *, limited: bool) -> dict[str, str]:
    """What is wrong with each call, from a process of its own."""
    environment = dict(os.environ)
    if limited:
        core = umath()
        features = [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]
        environment["NPY_DISABLE_CPU_FEATURES"] = " ".join(features)
    command = [sys.executable, __file__, "--answer", "--only", only, "--calls", str(most)]
    text = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    ).stdout
    found: dict[str, str] = json.loads(text)
    return found


def main() -> int:
    """Ask both processes, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answer", action="store_true")
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
            found = {each.name: wrong_with(each) for each in calls}
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
