"""Why is a product of integer matrices slower than one of floats?"""

import numpy as np


def gram(counts):
    return counts.T @ counts


def setup():
    return (np.random.default_rng(0).integers(0, 100, (500, 300)),)
