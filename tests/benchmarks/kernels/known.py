"""The functions of tests/functions by hand: the best that NumPy and SciPy give."""

from typing import Any

import numpy as np
import scipy.fft
from scipy import ndimage

Array = Any


def jacobi_by_hand(grid: Array, steps: int) -> Array:
    old = grid.copy()
    new = grid.copy()
    for _ in range(steps):
        inner = new[1:-1, 1:-1]
        np.add(old[:-2, 1:-1], old[2:, 1:-1], out=inner)
        inner += old[1:-1, :-2]
        inner += old[1:-1, 2:]
        inner *= 0.25
        old, new = new, old
    return old


def heat_3d_by_hand(field: Array, steps: int) -> Array:
    now = field.copy()
    inner = now[1:-1, 1:-1, 1:-1]
    total = np.empty_like(inner)
    for _ in range(steps):
        np.add(now[2:, 1:-1, 1:-1], now[:-2, 1:-1, 1:-1], out=total)
        total += now[1:-1, 2:, 1:-1]
        total += now[1:-1, :-2, 1:-1]
        total += now[1:-1, 1:-1, 2:]
        total += now[1:-1, 1:-1, :-2]
        total *= 0.125
        inner *= 0.25
        inner += total
    return now


def game_of_life_by_hand(world: Array, generations: int) -> Array:
    cells = world
    for _ in range(generations):
        p = np.pad(cells, 1, mode="wrap")
        across = p[:, :-2] + p[:, 1:-1] + p[:, 2:]
        near = across[:-2] + across[1:-1] + across[2:] - cells
        cells = ((near == 3) | ((cells == 1) & (near == 2))).astype(np.int8)
    return cells


def mandelbrot_by_hand(width: int, height: int, most: int) -> Array:
    real = np.linspace(-2.0, 0.5, width)
    imaginary = np.linspace(-1.25, 1.25, height)
    c = (real[None, :] + 1j * imaginary[:, None]).ravel()
    left = np.arange(c.size)
    z = np.zeros_like(c)
    steps = np.zeros(c.size, np.int64)
    for _ in range(most):
        inside = z.real**2 + z.imag**2 <= 4.0
        if not inside.all():
            left, z, c = left[inside], z[inside], c[inside]
        steps[left] += 1
        z = z * z + c
    return steps.reshape(height, width)


def gaussian_blur_by_hand(image: Array, sigma: float) -> Array:
    radius = int(3 * sigma)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    rows = ndimage.convolve1d(image, taps, axis=1, mode="constant")
    both: Array = ndimage.convolve1d(rows, taps, axis=0, mode="constant")
    return both


def fft_low_pass_by_hand(image: Array, share: float) -> Array:
    spectrum = scipy.fft.rfft2(image)
    fy = np.abs(np.fft.fftfreq(image.shape[0]))[:, None]
    fx = np.fft.rfftfreq(image.shape[1])[None, :]
    spectrum *= (fy < share) & (fx < share)
    return scipy.fft.irfft2(spectrum, image.shape)


def summed_area_by_hand(image: Array) -> Array:
    return np.cumsum(np.cumsum(image.T, axis=1), axis=0).T


def softmax_by_hand(x: Array) -> Array:
    shifted = x - x.max(axis=1, keepdims=True)
    np.exp(shifted, out=shifted)
    shifted /= shifted.sum(axis=1, keepdims=True)
    return shifted


def k_means_step_by_hand(points: Array, centres: Array) -> Array:
    distances = (centres * centres).sum(axis=1) - 2 * points @ centres.T
    nearest = np.argmin(distances, axis=1)
    counts = np.bincount(nearest, minlength=len(centres))
    sums = (nearest == np.arange(len(centres))[:, None]).astype(float) @ points
    return sums / counts[:, None]


def histogram_loop_by_hand(values: Array, bins: int) -> Array:
    return np.bincount((values * bins).astype(np.int64), minlength=bins)


def attention_by_hand(query: Array, key: Array, value: Array) -> Array:
    scores = query @ key.transpose(0, 2, 1)
    scores /= np.sqrt(query.shape[-1])
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores @ value


def chain_by_hand(a: Array, b: Array, c: Array) -> Array:
    return a @ b @ c


def layer_by_layer_by_hand(samples: Array, weights: Array) -> Array:
    out = samples @ weights.T
    return np.maximum(out, 0.0, out=out)


def normalised_rows_by_hand(x: Array) -> Array:
    scaled = x * np.linspace(0.5, 1.5, x.shape[1])
    scaled /= np.sqrt(np.einsum("ij,ij->i", scaled, scaled))[:, None]
    return scaled


def moving_average_by_hand(series: Array, width: int) -> Array:
    total = np.cumsum(np.concatenate(([0.0], series)))
    return (total[width:] - total[:-width]) / width


def gram_schmidt_by_hand(a: Array) -> Array:
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


def conjugate_gradient_by_hand(a: Array, b: Array, steps: int) -> Array:
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    squared = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = squared / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        following = r @ r
        p *= following / squared
        p += r
        squared = following
    return x


def power_iteration_by_hand(a: Array, steps: int) -> Array:
    v = np.ones(len(a))
    for _ in range(steps):
        v = a @ v
        v /= np.sqrt(v @ v)
    return v


def matrix_product_loops_by_hand(a: Array, b: Array) -> Array:
    return a @ b


def big_product_by_hand(a: Array, b: Array) -> Array:
    return a @ b


def n_body_by_hand(positions: Array, masses: Array) -> Array:
    p = np.ascontiguousarray(positions.T)
    d = p[:, None, :] - p[:, :, None]
    squared = np.einsum("kij,kij->ij", d, d) + 1e-3
    weight = masses / (squared * np.sqrt(squared))
    return np.einsum("kij,ij->ik", d, weight)


def n_body_loops_by_hand(positions: Array, masses: Array) -> Array:
    return n_body_by_hand(positions, masses)


def lennard_jones_by_hand(positions: Array) -> Any:
    first, second = np.triu_indices(len(positions), 1)
    d = positions[first] - positions[second]
    s6 = 1.0 / np.einsum("ij,ij->i", d, d)
    s6 = s6 * s6 * s6
    return 4.0 * (s6 @ s6 - s6.sum())


def floyd_warshall_by_hand(distances: Array) -> Array:
    d = distances.copy()
    through = np.empty_like(d)
    for k in range(len(d)):
        np.add(d[:, k, None], d[k], out=through)
        np.minimum(d, through, out=d)
    return d


def monte_carlo_pi_by_hand(n: int) -> float:
    points = np.random.random((n, 2))  # noqa: NPY002 - the same draws
    return 4.0 * np.count_nonzero(np.einsum("ij,ij->i", points, points) < 1.0) / n


def black_scholes_by_hand(price: Array, strike: Array, years: Array) -> Array:
    rate, volatility = 0.02, 0.3
    root = volatility * np.sqrt(years)
    d1 = np.log(price / strike)
    d1 += (rate + 0.5 * volatility**2) * years
    d1 /= root
    d2 = d1 - root
    return price * _normal(d1) - strike * np.exp(-rate * years) * _normal(d2)


def _normal(x: Array) -> Array:
    k = 1.0 / (1.0 + 0.33267 * np.abs(x))
    tail = k * (0.4361836 + k * (0.9372980 * k - 0.1201676)) * np.exp(-0.5 * x * x)
    tail /= np.sqrt(2.0 * np.pi)
    return np.where(x >= 0.0, 1.0 - tail, tail)
