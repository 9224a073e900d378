"""Why is an array of Python numbers no faster than a list?"""

import numpy as np


def total(prices):
    return (prices * 2 + 1).sum()


def setup():
    return (np.arange(50_000).astype(object),)
