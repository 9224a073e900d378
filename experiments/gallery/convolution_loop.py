"""A convolution of 61,440 operations against np.dot with 3,072,000: why is it slower?"""

import numpy as np


def convolve(image, filters):
    out = np.empty((16, 16, 10))
    for i in range(16):
        for j in range(16):
            for k in range(10):
                out[i, j, k] = np.sum(image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] * filters[k])
    return out


def setup():
    rng = np.random.default_rng(0)
    return rng.random((32, 32, 3)), rng.random((10, 2, 2, 3))
