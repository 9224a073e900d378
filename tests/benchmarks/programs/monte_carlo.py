"""Pi by darts. Planted: one random number for each call in `inside`."""

import numpy as np

generator = np.random.default_rng(1)


def inside(throws: int) -> int:
    hits = 0
    for _ in range(throws):
        x, y = generator.random(), generator.random()
        hits += x * x + y * y < 1
    return hits


def check() -> float:
    return float(np.sort(generator.random(2_000_000)).sum())


if __name__ == "__main__":
    hits = sum(inside(600_000) for _ in range(5))
    print(4 * hits / 3_000_000, check())
