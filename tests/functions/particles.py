"""Bodies, paths and random walks."""

from typing import Any

import numpy as np

Array = Any


def n_body(positions: Array, masses: Array) -> Array:
    """Accelerations of bodies by gravity, all pairs at once."""
    difference = positions[None, :, :] - positions[:, None, :]
    squared = np.sum(difference**2, axis=2) + 1e-3
    inverse = squared**-1.5
    return np.sum(difference * (masses[None, :] * inverse)[:, :, None], axis=1)


def n_body_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((300, 3)), rng.random(300)


def n_body_loops(positions: Array, masses: Array) -> Array:
    """The same, one pair of bodies after the other."""
    n = len(masses)
    result = np.zeros((n, 3))
    for i in range(n):
        for j in range(n):
            if i != j:
                d = positions[j] - positions[i]
                result[i] += masses[j] * d / (np.sum(d * d) + 1e-3) ** 1.5
    return result


def n_body_loops_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((40, 3)), rng.random(40)


def lennard_jones(positions: Array) -> Any:
    """Potential energy of a cluster of particles."""
    energy = 0.0
    for i in range(len(positions) - 1):
        d = positions[i + 1 :] - positions[i]
        r2 = (d * d).sum(axis=1)
        s6 = (1.0 / r2) ** 3
        energy += np.sum(4.0 * (s6 * s6 - s6))
    return energy


def lennard_jones_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((200, 3)) * 10,)


def floyd_warshall(distances: Array) -> Array:
    """Shortest paths between all pairs of nodes."""
    d = distances.copy()
    for k in range(len(d)):
        d = np.minimum(d, d[:, k, None] + d[None, k, :])
    return d


def floyd_warshall_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((120, 120)),)


def monte_carlo_pi(n: int) -> float:
    """π from random points in a square, one draw per call."""
    points = np.random.random((n, 2))  # noqa: NPY002 - the old way is common
    return 4.0 * float(np.mean(np.sum(points**2, axis=1) < 1.0))


def monte_carlo_pi_arguments() -> tuple[Any, ...]:
    return (50_000,)


def black_scholes(price: Array, strike: Array, years: Array) -> Array:
    """Prices of call options, with a rational approximation of the normal distribution."""
    rate, volatility = 0.02, 0.3
    root = volatility * np.sqrt(years)
    d1 = (np.log(price / strike) + (rate + 0.5 * volatility**2) * years) / root
    d2 = d1 - root
    return price * _normal(d1) - strike * np.exp(-rate * years) * _normal(d2)


def _normal(x: Array) -> Array:
    k = 1.0 / (1.0 + 0.33267 * np.abs(x))
    tail = (0.4361836 * k - 0.1201676 * k**2 + 0.9372980 * k**3) * np.exp(-0.5 * x * x)
    upper = 1.0 - tail / np.sqrt(2.0 * np.pi)
    return np.where(x >= 0.0, upper, 1.0 - upper)


def black_scholes_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    n = 50_000
    return rng.uniform(10, 50, n), rng.uniform(10, 50, n), rng.uniform(0.1, 2.0, n)
