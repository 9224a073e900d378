"""Four threads. Planted: `count` is bytecode, so they take turns."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np


def count(limit: int) -> int:
    total = 0
    for i in range(limit):
        total += i % 7
    return total


def norms(size: int) -> float:
    return float(np.linalg.norm(np.random.default_rng(4).random((size, size))))


if __name__ == "__main__":
    with ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(count, [3_000_000] * 24)), norms(1500) > 0)
