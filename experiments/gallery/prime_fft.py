"""Why do some lengths of np.fft.fft take so much longer than others?"""

import numpy as np


def smooth(signal, kernel):
    n = len(signal) + len(kernel) - 1
    return np.fft.irfft(np.fft.rfft(signal, n) * np.fft.rfft(kernel, n), n)


def setup():
    rng = np.random.default_rng(0)
    return rng.random(60_000), rng.random(494)
