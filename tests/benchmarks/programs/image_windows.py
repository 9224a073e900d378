"""An image pipeline. Planted: a window loop of small calls in `blur`."""

import numpy as np


def load(size: int) -> np.ndarray:
    return np.random.default_rng(0).random((size, size))


def blur(image: np.ndarray) -> np.ndarray:
    out = np.zeros_like(image)
    for i in range(1, image.shape[0] - 1):
        for j in range(1, image.shape[1] - 1):
            out[i, j] = np.mean(image[i - 1 : i + 2, j - 1 : j + 2])
    return out


def edges(image: np.ndarray) -> np.ndarray:
    down, right = np.gradient(image)
    return np.asarray(np.hypot(down, right))


if __name__ == "__main__":
    print(sum(edges(blur(load(400))).sum() for _ in range(4)))
