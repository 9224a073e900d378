"""Real signals are filtered with half of a spectrum."""

import numpy as np

from profiler_suite.analysis.explain.rules import spectra
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(68)
IMAGE = rng.normal(size=(48, 60))
SIGNAL = rng.normal(size=901)
assert spectra

_MASKED = (
    "def f(image, share):\n"
    "    spectrum = np.fft.fft2(image)\n"
    "    fy = np.abs(np.fft.fftfreq(image.shape[0]))[:, None]\n"
    "    fx = np.abs(np.fft.fftfreq(image.shape[1]))[None, :]\n"
)
FIRES = [
    Fires(
        "filtered_spectrum",
        f"{_MASKED}    return np.fft.ifft2(spectrum * ((fy < share) & (fx < share))).real\n",
        lambda: (IMAGE, 0.1),
        "(spectrum * half_of((fy < share) & (fx < share), image.shape), image.shape[-2:])\n",
    ),
    Fires(
        "filtered_spectrum",
        "def f(x, cut):\n"
        "    spectrum = np.fft.fft(x)\n"
        "    spectrum[np.abs(np.fft.fftfreq(x.size)) > cut] = 0\n"
        "    return np.real(np.fft.ifft(spectrum))\n",
        lambda: (SIGNAL, 0.1),
        "    return np.fft.irfft(spectrum, x.shape[-1])\n",
    ),
    Fires(
        "filtered_spectrum",
        "def f(x, width):\n"
        "    k = np.fft.fftfreq(len(x))\n"
        "    smooth = np.fft.fft(x) * np.exp(-0.5 * (k * width) ** 2)\n"
        "    return np.fft.ifft(smooth).real\n",
        lambda: (SIGNAL, 9.0),
        "np.fft.rfft(x) * half_of(",
    ),
    Fires(  # changed in place, and divided
        "filtered_spectrum",
        "import scipy.fft\n"
        "def f(x, width):\n"
        "    spectrum = scipy.fft.fft(x)\n"
        "    spectrum *= 1 + np.abs(scipy.fft.fftfreq(len(x)))\n"
        "    return 1 + scipy.fft.ifft(2 * spectrum / width).real\n",
        lambda: (SIGNAL, 9.0),
        "    return 1 + scipy.fft.irfft(2 * spectrum / ",
    ),
]
SILENT = [
    Silent(
        "filtered_spectrum",
        "def f(x, h):\n    return np.fft.ifft(np.fft.fft(x) * h)\n",
        lambda: (SIGNAL, 2.0),
    ),
    Silent(  # complex numbers
        "filtered_spectrum",
        "def f(x, h):\n    return np.fft.ifft(np.fft.fft(x) * h).real\n",
        lambda: (SIGNAL * 1j, 2.0),
    ),
    Silent(  # the spectrum is asked for itself
        "filtered_spectrum",
        "def f(x, h):\n    s = np.fft.fft(x)\n    return np.fft.ifft(s * h).real, np.abs(s)\n",
        lambda: (SIGNAL, 2.0),
    ),
    Silent(  # a sum, and a shifted spectrum
        "filtered_spectrum",
        "def f(x, h):\n    return np.fft.ifft(np.fft.fft(x) + h).real\n",
        lambda: (SIGNAL, 2.0),
    ),
]
REFUSED = [
    Refused(  # other for negative frequencies: a shift of the phase
        "filtered_spectrum",
        "def f(x, h):\n"
        "    s = np.fft.fft(x)\n"
        "    return np.fft.ifft(s * (np.fft.fftfreq(x.size) > 0)).real\n",
        lambda: (SIGNAL, 2.0),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
