"""Shares of one piece of work, each in a thread of its own: NumPy lets others run meanwhile."""

import functools
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from profiler_suite.host import blas

# Handing a share to another thread and waiting for it takes some 50 µs: worth it from so many
# multiply-adds on (0.13 ms on one core with AVX-512).
LEAST_SHARED = 10**7


def threads(multiply_adds: int) -> int:
    """How many may share so much work: one where BLAS shares out its products itself.

    A BLAS that packs what it multiplies would wait for its own threads here.
    """
    alone = multiply_adds < LEAST_SHARED or not blas.leaves_small_products_unpacked()
    return 1 if alone else blas.threads()


def run(shares: Sequence[Callable[[], None]]) -> None:
    """Call all of them, the first in this thread; an error of any is raised."""
    if len(shares) == 1:
        shares[0]()
        return
    pool = _pool(os.getpid(), len(shares) - 1)
    begun = [pool.submit(share) for share in shares[1:]]
    try:
        shares[0]()
    finally:
        wait(begun)  # the shares use memory of whoever called
    for each in begun:
        each.result()


def ranges(whole: int, shares: int) -> list[slice]:
    """About equal parts of 0 … whole; none is empty."""
    shares = max(1, min(whole, shares))
    cuts = [whole * share // shares for share in range(shares + 1)]
    return [slice(first, end) for first, end in itertools.pairwise(cuts)]


@functools.cache
def _pool(_process: int, helpers: int) -> ThreadPoolExecutor:
    """Threads that wait for work; a forked process has none of its parent's."""
    return ThreadPoolExecutor(helpers, thread_name_prefix="convolution")
