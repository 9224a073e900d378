"""Why is np.append so much slower than list.append?"""

import numpy as np


def collect(values):
    out = np.array([])
    for value in values:
        out = np.append(out, value * 2.0)
    return out


def setup():
    return (np.arange(2000.0),)
