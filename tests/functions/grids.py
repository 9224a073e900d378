"""Stencils and fields on regular grids."""

from typing import Any

import numpy as np

Array = Any


def jacobi(grid: Array, steps: int) -> Array:
    """Steps of Jacobi's method for Laplace's equation with fixed edges."""
    old = grid.copy()
    for _ in range(steps):
        new = old.copy()
        new[1:-1, 1:-1] = 0.25 * (
            old[:-2, 1:-1] + old[2:, 1:-1] + old[1:-1, :-2] + old[1:-1, 2:]
        )
        old = new
    return old


def jacobi_arguments(dtype: str = "float64") -> tuple[Any, ...]:
    return np.random.default_rng(0).random((300, 300)).astype(dtype), 10


def heat_3d(field: Array, steps: int) -> Array:
    """Explicit steps of the heat equation in three dimensions."""
    now = field.copy()
    for _ in range(steps):
        inner = now[1:-1, 1:-1, 1:-1]
        now[1:-1, 1:-1, 1:-1] = (
            0.125 * (now[2:, 1:-1, 1:-1] - 2.0 * inner + now[:-2, 1:-1, 1:-1])
            + 0.125 * (now[1:-1, 2:, 1:-1] - 2.0 * inner + now[1:-1, :-2, 1:-1])
            + 0.125 * (now[1:-1, 1:-1, 2:] - 2.0 * inner + now[1:-1, 1:-1, :-2])
            + inner
        )
    return now


def heat_3d_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((60, 60, 60)), 4


def game_of_life(world: Array, generations: int) -> Array:
    """Conway's rules on a torus."""
    cells = world
    for _ in range(generations):
        neighbours = sum(
            np.roll(np.roll(cells, i, 0), j, 1)
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            if (i, j) != (0, 0)
        )
        cells = ((neighbours == 3) | ((cells == 1) & (neighbours == 2))).astype(np.int8)
    return cells


def game_of_life_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((256, 256)) < 0.3).astype(np.int8), 4


def mandelbrot(width: int, height: int, most: int) -> Array:
    """Steps until each point of the plane leaves the circle of radius 2."""
    real = np.linspace(-2.0, 0.5, width)
    imaginary = np.linspace(-1.25, 1.25, height)
    c = real[None, :] + 1j * imaginary[:, None]
    z = np.zeros_like(c)
    steps = np.zeros(c.shape, np.int64)
    for _ in range(most):
        inside = np.abs(z) <= 2.0
        z = np.where(inside, z * z + c, z)
        steps += inside
    return steps


def mandelbrot_arguments() -> tuple[Any, ...]:
    return 200, 200, 20


def gaussian_blur(image: Array, sigma: float) -> Array:
    """A Gaussian filter by two one-dimensional passes, row by row and column by column."""
    radius = int(3 * sigma)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    rows = np.empty_like(image)
    for i in range(image.shape[0]):
        rows[i] = np.convolve(image[i], taps, "same")
    both = np.empty_like(image)
    for j in range(image.shape[1]):
        both[:, j] = np.convolve(rows[:, j], taps, "same")
    return both


def gaussian_blur_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((200, 200)), 1.5


def fft_low_pass(image: Array, share: float) -> Array:
    """Keeps the lowest frequencies of an image."""
    spectrum = np.fft.fft2(image)
    fy = np.abs(np.fft.fftfreq(image.shape[0]))[:, None]
    fx = np.abs(np.fft.fftfreq(image.shape[1]))[None, :]
    return np.fft.ifft2(spectrum * ((fy < share) & (fx < share))).real


def fft_low_pass_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((256, 256)), 0.1


def summed_area(image: Array) -> Array:
    """Sum of all pixels above and to the left."""
    return np.cumsum(np.cumsum(image, axis=0), axis=1)


def summed_area_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((512, 512)).T,)
