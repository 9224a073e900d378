"""Pieces of statistics and machine learning."""

from typing import Any

import numpy as np

Array = Any


def softmax(x: Array) -> Array:
    """Row by row, shifted for stability."""
    shifted = np.exp(x - np.max(x, axis=1, keepdims=True))
    return shifted / np.sum(shifted, axis=1, keepdims=True)


def softmax_arguments(dtype: str = "float64") -> tuple[Any, ...]:
    return (np.random.default_rng(0).standard_normal((400, 500)).astype(dtype),)


def k_means_step(points: Array, centres: Array) -> Array:
    """One round of Lloyd's algorithm."""
    distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argmin(distances, axis=1)
    return np.array([points[nearest == k].mean(axis=0) for k in range(len(centres))])


def k_means_step_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((5000, 4))
    return points, points[:8].copy()


def histogram_loop(values: Array, bins: int) -> Array:
    """Counts by bin, one value after the other."""
    counts = np.zeros(bins, np.int64)
    for value in values:
        counts[int(value * bins)] += 1
    return counts


def histogram_loop_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(2000), 20


def attention(query: Array, key: Array, value: Array) -> Array:
    """Scaled dot-product attention with einsum."""
    scores = np.einsum("hqd,hkd->hqk", query, key) / np.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.einsum("hqk,hkd->hqd", weights, value)


def attention_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal((4, 64, 32)) for _ in range(3))


def chain(a: Array, b: Array, c: Array) -> Array:
    """A product of three matrices written as one sum over four indices."""
    return np.einsum("ij,jk,kl->il", a, b, c)


def chain_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return tuple(rng.random((40, 40)) for _ in range(3))


def layer_by_layer(samples: Array, weights: Array) -> Array:
    """A dense layer applied to one sample after the other."""
    out = np.empty((len(samples), len(weights)))
    for i in range(len(samples)):
        out[i] = np.maximum(weights @ samples[i], 0.0)
    return out


def layer_by_layer_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((200, 256)), rng.standard_normal((128, 256))


def normalised_rows(x: Array) -> Array:
    """Each row divided by its length, with weights that nobody asked to be float64."""
    weights = np.linspace(0.5, 1.5, x.shape[1])
    scaled = x * weights
    return scaled / np.sqrt((scaled * scaled).sum(axis=1, keepdims=True))


def normalised_rows_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((1000, 500)).astype(np.float32),)


def moving_average(series: Array, width: int) -> Array:
    """Mean of the last values, window after window."""
    return np.array([np.mean(series[i : i + width]) for i in range(len(series) - width + 1)])


def moving_average_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(2000), 20
