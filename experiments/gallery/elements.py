"""Why is reading an array element by element slower than reading a list?"""

import numpy as np


def smooth(signal):
    level, out = 0.0, np.empty(len(signal))
    for i in range(len(signal)):
        level = 0.9 * level + 0.1 * signal[i]
        out[i] = level
    return out


def setup():
    return (np.random.default_rng(0).random(20_000),)
