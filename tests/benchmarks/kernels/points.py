"""Distances, neighbours and bodies: as they are often written, and by hand."""

from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

Array = Any


def distances(x: Array, y: Array) -> Array:
    """Euclidean distances of all pairs."""
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = np.sqrt(np.sum((x[i] - y[j]) ** 2))
    return out


def distances_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((60, 8)), rng.random((70, 8))


def distances_by_hand(x: Array, y: Array) -> Array:
    return cdist(x, y)


def city_block(x: Array) -> Array:
    """Distances by city blocks within one set of points."""
    n = x.shape[0]
    out = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = np.abs(x[i] - x[j]).sum()
    return out


def city_block_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((70, 6)),)


def city_block_by_hand(x: Array) -> Array:
    return cdist(x, x, "cityblock")


def nearest(points: Array, sites: Array) -> Array:
    """The nearest site of each point."""
    found = np.zeros(len(points), dtype=int)
    for i, point in enumerate(points):
        found[i] = np.argmin(((sites - point) ** 2).sum(axis=1))
    return found


def nearest_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((1000, 3)), rng.random((100, 3))


def nearest_by_hand(points: Array, sites: Array) -> Array:
    return cKDTree(sites).query(points)[1]


def closest_pair(x: Array) -> Any:
    """Smallest distance between two points."""
    best: Any = np.inf
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            d = np.linalg.norm(x[i] - x[j])
            if d < best:
                best = d
    return best


def closest_pair_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((90, 3)),)


def closest_pair_by_hand(x: Array) -> Any:
    nearest_two: Array = cKDTree(x).query(x, k=2)[0]
    return nearest_two[:, 1].min()


def gravity(positions: Array, masses: Array) -> Array:
    """Forces between all pairs of bodies, coordinate by coordinate."""
    n = len(masses)
    force = np.zeros((n, 3))
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            dx = positions[j, 0] - positions[i, 0]
            dy = positions[j, 1] - positions[i, 1]
            dz = positions[j, 2] - positions[i, 2]
            inverse = masses[i] * masses[j] / (dx * dx + dy * dy + dz * dz + 1e-2) ** 1.5
            force[i, 0] += dx * inverse
            force[i, 1] += dy * inverse
            force[i, 2] += dz * inverse
    return force


def gravity_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((60, 3)), rng.random(60)


def gravity_by_hand(positions: Array, masses: Array) -> Array:
    d = positions[None] - positions[:, None]
    weight = masses * masses[:, None] * (np.einsum("ijk,ijk->ij", d, d) + 1e-2) ** -1.5
    return np.einsum("ij,ijk->ik", weight, d)


def coulomb_energy(positions: Array, charges: Array) -> Any:
    """Energy of all pairs, each once."""
    energy = 0.0
    for i in range(len(charges)):
        for j in range(i):
            energy += charges[i] * charges[j] / np.linalg.norm(positions[i] - positions[j])
    return energy


def coulomb_energy_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((80, 3)), rng.random(80)


def coulomb_energy_by_hand(positions: Array, charges: Array) -> Any:
    r = cdist(positions, positions)
    np.fill_diagonal(r, np.inf)
    return 0.5 * charges @ (1 / r) @ charges


def haversine(lat: Array, lon: Array, lat0: float, lon0: float) -> Array:
    """Distance on the globe from one place to many."""
    import math

    out = np.empty(len(lat))
    for i in range(len(lat)):
        a = (
            math.sin((lat[i] - lat0) / 2) ** 2
            + math.cos(lat0) * math.cos(lat[i]) * math.sin((lon[i] - lon0) / 2) ** 2
        )
        out[i] = 2 * 6371.0 * math.asin(math.sqrt(a))
    return out


def haversine_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.uniform(-1.5, 1.5, 5000), rng.uniform(-3, 3, 5000), 0.9, 0.1


def haversine_by_hand(lat: Array, lon: Array, lat0: float, lon0: float) -> Array:
    a = (
        np.sin((lat - lat0) / 2) ** 2
        + np.cos(lat0) * np.cos(lat) * np.sin((lon - lon0) / 2) ** 2
    )
    return 2 * 6371.0 * np.arcsin(np.sqrt(a))


def kernel_density(samples: Array, at: Array, width: float) -> Array:
    """Sum of Gaussians at each place."""
    out = np.zeros(len(at))
    for i in range(len(at)):
        for s in samples:
            out[i] += np.exp(-0.5 * ((at[i] - s) / width) ** 2)
        out[i] /= len(samples) * width * np.sqrt(2 * np.pi)
    return out


def kernel_density_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.standard_normal(100), np.linspace(-3, 3, 100), 0.3


def kernel_density_by_hand(samples: Array, at: Array, width: float) -> Array:
    z = (at[:, None] - samples) / width
    return np.exp(-0.5 * z * z).sum(axis=1) / (len(samples) * width * np.sqrt(2 * np.pi))


def rotated(points: Array, angle: float) -> Array:
    """Points in the plane turned around the origin."""
    c, s = np.cos(angle), np.sin(angle)
    out = []
    for x, y in points:
        out.append([c * x - s * y, s * x + c * y])
    return np.array(out)


def rotated_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((5000, 2)), 0.3


def rotated_by_hand(points: Array, angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return points @ np.array([[c, s], [-s, c]])


def similarity(x: Array) -> Array:
    """Cosine of the angle between all pairs of rows."""
    n = len(x)
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = np.dot(x[i], x[j]) / (np.linalg.norm(x[i]) * np.linalg.norm(x[j]))
    return out


def similarity_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((60, 20)),)


def similarity_by_hand(x: Array) -> Array:
    norms = np.sqrt((x * x).sum(axis=1))
    return x @ x.T / (norms[:, None] * norms)
