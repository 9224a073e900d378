"""Stencils, images and cellular rules: as they are often written, and by hand."""

from typing import Any

import numpy as np
from scipy import ndimage

Array = Any


def five_points(u: Array) -> Array:
    """Mean of the four neighbours of every inner cell."""
    n, m = u.shape
    out = u.copy()
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return out


def five_points_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((120, 110)),)


def five_points_by_hand(u: Array) -> Array:
    out = u.copy()
    out[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
    return out


def heat_line(rod: Array, alpha: float, steps: int) -> Array:
    """Explicit steps of the heat equation on a rod, cell by cell."""
    now = rod.copy()
    for _ in range(steps):
        new = now.copy()
        for i in range(1, len(now) - 1):
            new[i] = now[i] + alpha * (now[i + 1] - 2 * now[i] + now[i - 1])
        now = new
    return now


def heat_line_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(400), 0.2, 30


def heat_line_by_hand(rod: Array, alpha: float, steps: int) -> Array:
    now = rod.copy()
    for _ in range(steps):
        now[1:-1] = now[1:-1] + alpha * (now[2:] - 2 * now[1:-1] + now[:-2])
    return now


def life_by_cells(world: Array) -> Array:
    """One generation on a torus, neighbour by neighbour."""
    rows, columns = world.shape
    after = np.zeros_like(world)
    for r in range(rows):
        for c in range(columns):
            alive = 0
            for dr in (-1, 0, 1):
                for dc in (-1, 0, 1):
                    if dr or dc:
                        alive += world[(r + dr) % rows, (c + dc) % columns]
            if alive == 3 or (alive == 2 and world[r, c]):
                after[r, c] = 1
    return after


def life_by_cells_arguments() -> tuple[Any, ...]:
    return ((np.random.default_rng(0).random((50, 45)) < 0.3).astype(np.int64),)


def life_by_cells_by_hand(world: Array) -> Array:
    padded = np.pad(world, 1, mode="wrap")
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    alive = across[:-2] + across[1:-1] + across[2:] - world
    return ((alive == 3) | ((alive == 2) & (world == 1))).astype(world.dtype)


def life_inside(world: Array) -> Array:
    """One generation with dead edges, the neighbours added up one by one."""
    n, m = world.shape
    after = np.zeros((n, m), dtype=int)
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            total = world[i - 1 : i + 2, j - 1 : j + 2].sum() - world[i, j]
            if world[i, j] == 1:
                after[i, j] = 1 if total in (2, 3) else 0
            else:
                after[i, j] = 1 if total == 3 else 0
    return after


def life_inside_arguments() -> tuple[Any, ...]:
    return ((np.random.default_rng(0).random((70, 60)) < 0.3).astype(int),)


def life_inside_by_hand(world: Array) -> Array:
    after = np.zeros(world.shape, dtype=int)
    across = world[:, :-2] + world[:, 1:-1] + world[:, 2:]
    inner = world[1:-1, 1:-1]
    total = across[:-2] + across[1:-1] + across[2:] - inner
    after[1:-1, 1:-1] = (total == 3) | ((total == 2) & (inner == 1))
    return after


def escape_times(width: int, height: int, most: int) -> Array:
    """Mandelbrot's set, point by point."""
    steps = np.zeros((height, width), dtype=np.int64)
    for row in range(height):
        for column in range(width):
            c = complex(-2.0 + 2.5 * column / width, -1.25 + 2.5 * row / height)
            z = 0j
            n = 0
            while abs(z) <= 2.0 and n < most:
                z = z * z + c
                n += 1
            steps[row, column] = n
    return steps


def escape_times_arguments() -> tuple[Any, ...]:
    return 80, 70, 30


def escape_times_by_hand(width: int, height: int, most: int) -> Array:
    real = -2.0 + 2.5 * np.arange(width) / width
    imaginary = -1.25 + 2.5 * np.arange(height) / height
    c = (real[None, :] + 1j * imaginary[:, None]).ravel()
    steps = np.zeros(c.size, dtype=np.int64)
    left = np.arange(c.size)
    z = np.zeros_like(c)
    for _ in range(most):
        inside = z.real**2 + z.imag**2 <= 4.0
        left, z, c = left[inside], z[inside], c[inside]
        steps[left] += 1
        z = z * z + c
    return steps.reshape(height, width)


def bilinear_resize(image: Array, height: int, width: int) -> Array:
    """An image in another size, pixel by pixel."""
    rows, columns = image.shape
    out = np.empty((height, width))
    for i in range(height):
        for j in range(width):
            y = i * (rows - 1) / (height - 1)
            x = j * (columns - 1) / (width - 1)
            y0, x0 = int(y), int(x)
            y1, x1 = min(y0 + 1, rows - 1), min(x0 + 1, columns - 1)
            fy, fx = y - y0, x - x0
            top = image[y0, x0] * (1 - fx) + image[y0, x1] * fx
            bottom = image[y1, x0] * (1 - fx) + image[y1, x1] * fx
            out[i, j] = top * (1 - fy) + bottom * fy
    return out


def bilinear_resize_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((60, 80)), 90, 100


def bilinear_resize_by_hand(image: Array, height: int, width: int) -> Array:
    rows, columns = image.shape
    y = np.arange(height) * (rows - 1) / (height - 1)
    x = np.arange(width) * (columns - 1) / (width - 1)
    y0, x0 = y.astype(int), x.astype(int)
    y1, x1 = np.minimum(y0 + 1, rows - 1), np.minimum(x0 + 1, columns - 1)
    fy, fx = (y - y0)[:, None], x - x0
    upper, lower = image[y0], image[y1]
    top = upper[:, x0] * (1 - fx) + upper[:, x1] * fx
    bottom = lower[:, x0] * (1 - fx) + lower[:, x1] * fx
    return top * (1 - fy) + bottom * fy


def median_3x3(image: Array) -> Array:
    """Median of each pixel and its eight neighbours; the rim stays."""
    out = image.copy()
    for y in range(1, image.shape[0] - 1):
        for x in range(1, image.shape[1] - 1):
            out[y, x] = np.median(image[y - 1 : y + 2, x - 1 : x + 2])
    return out


def median_3x3_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((40, 50)),)


def median_3x3_by_hand(image: Array) -> Array:
    out = image.copy()
    out[1:-1, 1:-1] = ndimage.median_filter(image, 3)[1:-1, 1:-1]
    return out


def pooled(image: Array, size: int) -> Array:
    """The largest of each block of pixels."""
    h, w = image.shape[0] // size, image.shape[1] // size
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.max(image[i * size : (i + 1) * size, j * size : (j + 1) * size])
    return out


def pooled_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((128, 160)), 4


def pooled_by_hand(image: Array, size: int) -> Array:
    h, w = image.shape[0] // size, image.shape[1] // size
    return image[: h * size, : w * size].reshape(h, size, w, size).max(axis=(1, 3))


def sobel(image: Array) -> Array:
    """Magnitude of the gradient by Sobel's two kernels."""
    kx = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=float)
    ky = kx.T
    h, w = image.shape
    out = np.zeros((h - 2, w - 2))
    for i in range(h - 2):
        for j in range(w - 2):
            patch = image[i : i + 3, j : j + 3]
            gx = (patch * kx).sum()
            gy = (patch * ky).sum()
            out[i, j] = np.sqrt(gx * gx + gy * gy)
    return out


def sobel_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((50, 60)),)


def sobel_by_hand(image: Array) -> Array:
    across = image[:-2] + 2 * image[1:-1] + image[2:]
    gx = across[:, 2:] - across[:, :-2]
    along = image[:, :-2] + 2 * image[:, 1:-1] + image[:, 2:]
    gy = along[2:] - along[:-2]
    return np.sqrt(gx * gx + gy * gy)


def luminance(image: Array) -> Array:
    """Grey values of a colour image, pixel by pixel."""
    grey = np.zeros(image.shape[:2])
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            r, g, b = image[i, j]
            grey[i, j] = 0.299 * r + 0.587 * g + 0.114 * b
    return grey


def luminance_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).integers(0, 256, (80, 90, 3)).astype(np.uint8),)


def luminance_by_hand(image: Array) -> Array:
    return image @ np.array([0.299, 0.587, 0.114])


def integral_image(image: Array) -> Array:
    """Sum of everything above and to the left, cell by cell."""
    n, m = image.shape
    out = np.zeros((n, m))
    for i in range(n):
        row = 0.0
        for j in range(m):
            row += image[i, j]
            out[i, j] = row + (out[i - 1, j] if i > 0 else 0.0)
    return out


def integral_image_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((100, 110)),)


def integral_image_by_hand(image: Array) -> Array:
    return image.cumsum(axis=0).cumsum(axis=1)


def local_deviation(image: Array, size: int) -> Array:
    """Standard deviation of the pixels around each."""
    h, w = image.shape
    out = np.empty((h - size + 1, w - size + 1))
    for i in range(h - size + 1):
        for j in range(w - size + 1):
            out[i, j] = image[i : i + size, j : j + size].std()
    return out


def local_deviation_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random((50, 60)), 7


def local_deviation_by_hand(image: Array, size: int) -> Array:
    def box(a: Array) -> Array:
        total = np.zeros((a.shape[0] + 1, a.shape[1] + 1))
        total[1:, 1:] = a.cumsum(axis=0).cumsum(axis=1)
        rows = total[size:] - total[:-size]
        return (rows[:, size:] - rows[:, :-size]) / size**2

    shifted = image - image.mean()
    return np.sqrt(np.maximum(box(shifted * shifted) - box(shifted) ** 2, 0.0))
