"""Two processes. Planted: `smooth` in the children is a loop over elements."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np


def smooth(seed: int) -> float:
    x = np.random.default_rng(seed).random(150_000)
    out = np.zeros_like(x)
    for i in range(1, len(x) - 1):
        out[i] = (x[i - 1] + x[i] + x[i + 1]) / 3
    return float(out.sum())


def main() -> float:
    with ProcessPoolExecutor(2) as pool:
        return sum(pool.map(smooth, range(80)))


if __name__ == "__main__":
    print(main() > 0)
