"""Why is np.random.choice without replacement slower than random.sample?"""

import numpy as np


def sample(population):
    return np.random.choice(population, 100, replace=False)


def setup():
    np.random.seed(0)
    return (1_000_000,)
