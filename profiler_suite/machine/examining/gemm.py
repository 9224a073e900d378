"""Peak: the best rate of a matrix product, per dtype and thread count.

It reaches 0.90 to 0.94 of what fused multiply-adds alone reach, so it is called
'best GEMM' and never 'peak of the CPU'.
"""

import time
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from profiler_suite.machine.examining.ceilings import CeilingTarget
from profiler_suite.machine.examining.rounds import Sample, Station
from profiler_suite.model.machine import Ceiling

DTYPES = ("float64", "float32")
# BLAS is best at very small (in L2) or large sizes, worse between.
SIZES = (96, 384, 768, 1024, 1536, 2048)
_SAMPLE_S = 1.5e-3
# A visit longer than this is made in every n-th round only.
_VISIT_S = 0.02

Blocks = dict[str, tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]]


def gemm_ceilings(
    thread_counts: Sequence[int], longest_s: float, largest: int = max(SIZES)
) -> tuple[list[Station], list[CeilingTarget]]:
    """Stations and targets for orders up to `largest`, at most `longest_s` a product."""
    controller = ThreadpoolController().select(user_api="blas")
    blocks = _blocks(largest)
    stations: list[Station] = []
    targets: list[CeilingTarget] = []
    for dtype in DTYPES:
        for threads in thread_counts:
            granted = granted_threads(controller, threads)
            keys, work = [], []
            for n, seconds in _affordable(blocks, dtype, threads, controller, longest_s):
                key = f"gemm {dtype} {threads} {n}"
                stations.append(_station(key, blocks, dtype, threads, n, seconds, controller))
                keys.append(key)
                work.append(2.0 * n**3)
            warning = "" if granted == threads else f"BLAS uses {granted} of {threads} threads"
            ceiling = Ceiling(
                quantity="peak",
                label=f"best GEMM, {dtype}",
                dtype=dtype,
                threads=threads,
                warning=warning,
            )
            targets.append(
                CeilingTarget(ceiling=ceiling, stations=tuple(keys), work=tuple(work))
            )
    return stations, targets


def granted_threads(controller: Any, threads: int) -> int:
    """Threads that BLAS says it uses after it was asked for `threads`."""
    with controller.limit(limits=threads):
        return max((int(pool["num_threads"]) for pool in controller.info()), default=1)


def _blocks(n: int) -> Blocks:
    # Random values, repeated: making millions of them would take longer than needed.
    values = np.random.default_rng(0).random(4099)
    return {
        dtype: (
            np.resize(values.astype(dtype), n * n),
            np.resize(values.astype(dtype)[::-1], n * n),
            np.ones(n * n, dtype),
        )
        for dtype in DTYPES
    }


def _affordable(
    blocks: Blocks, dtype: str, threads: int, controller: Any, longest_s: float
) -> list[tuple[int, float]]:
    """Sizes and seconds a product, judged by the rate of the size before."""
    found: list[tuple[int, float]] = []
    rate = 0.0
    for n in SIZES:
        if n * n > blocks[dtype][0].size or (rate and 2.0 * n**3 / rate > longest_s):
            break
        with controller.limit(limits=threads):
            seconds = min(_product_s(blocks, dtype, n, 1) for _ in range(3 if n < 1000 else 1))
        rate = max(rate, 2.0 * n**3 / seconds)
        found.append((n, seconds))
    return found


def _station(
    key: str,
    blocks: Blocks,
    dtype: str,
    threads: int,
    n: int,
    seconds: float,
    controller: Any,
) -> Station:
    repeats = max(1, round(_SAMPLE_S / seconds))

    def sample() -> Sample:
        with controller.limit(limits=threads):
            if seconds < _SAMPLE_S:
                _product_s(blocks, dtype, n, 1)
            used = time.process_time_ns()
            product_s = _product_s(blocks, dtype, n, repeats)
            used_s = (time.process_time_ns() - used) * 1e-9
        return Sample(values=(product_s,), granted=used_s / (product_s * repeats * threads))

    period = max(1, round(seconds / _VISIT_S))
    return Station(key=key, sample=sample, period=period, last=threads > 1)


def _product_s(blocks: Blocks, dtype: str, n: int, repeats: int) -> float:
    a, b, out = (block[: n * n].reshape(n, n) for block in blocks[dtype])
    matmul = np.matmul
    start = time.perf_counter_ns()
    for _ in repeat(None, repeats):
        matmul(a, b, out=out)
    return (time.perf_counter_ns() - start) * 1e-9 / repeats
