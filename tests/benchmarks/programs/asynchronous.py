"""Tasks that take turns. Planted: `transform` holds up the loop with an element loop."""

import asyncio

import numpy as np


def transform(x: np.ndarray) -> float:
    total = 0.0
    for value in x:
        total += np.sqrt(value)
    return total


async def fetch(n: int) -> np.ndarray:
    await asyncio.sleep(0.02)
    return np.random.default_rng(n).random(80_000)


async def task(n: int) -> float:
    return transform(await fetch(n))


async def main() -> float:
    return sum(await asyncio.gather(*(task(n) for n in range(120))))


if __name__ == "__main__":
    print(asyncio.run(main()) > 0)
