"""Shares of one piece of work, each in a thread of its own: NumPy lets others run meanwhile."""

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait


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


@functools.cache
def _pool(_process: int, helpers: int) -> ThreadPoolExecutor:
    """Threads that wait for work; a forked process has none of its parent's."""
    return ThreadPoolExecutor(helpers, thread_name_prefix="convolution")
