"""Rules about signals and random numbers: fire, keep silent, are refused when inexact."""

import numpy as np

from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(9)
LONG = rng.random(300)
OTHER = rng.random(90)
IMAGE = rng.random((20, 24))
KERNEL = rng.random((5, 5))
SIGNAL = "import scipy.signal\nfrom scipy import signal\n"

FIRES = [
    Fires(
        "long_convolution",
        "def f(a, b):\n    return np.convolve(a, b, 'same')  # long\n",
        lambda: (LONG, OTHER),
        "scipy.signal.fftconvolve(a, b, 'same')  # long",
    ),
    Fires(
        "long_convolution",
        "def f(a, b):\n    return np.correlate(a, b, mode='full')\n",
        lambda: (LONG, OTHER),
        "scipy.signal.oaconvolve(a, b[::-1], 'full')",
    ),
    Fires(
        "signal_method",
        SIGNAL + "def f(a, b):\n    return signal.convolve2d(a, b, mode='same')\n",
        lambda: (IMAGE, KERNEL),
        "signal.fftconvolve(a, b, 'same')",
    ),
    Fires(
        "signal_method",
        SIGNAL + "def f(x, taps):\n    return signal.lfilter(taps, 1.0, x)\n",
        lambda: (rng.random(3000), rng.random(64)),
        "signal.oaconvolve(x, taps)[:len(x)]",
    ),
    Fires(
        "signal_method",
        SIGNAL + "def f(a):\n    return signal.medfilt2d(a, 3)\n",
        lambda: (IMAGE,),
        "scipy.ndimage.median_filter(a, 3, mode='constant')",
    ),
    Fires(
        "real_transform",
        "def f(a, b):\n    return np.fft.ifft(np.fft.fft(a) * np.fft.fft(b)).real\n",
        lambda: (OTHER, OTHER[::-1].copy()),
        "np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b), a.shape[-1])",
    ),
    Fires(
        "real_transform",
        "def f(a):\n    return np.abs(np.fft.fft(a)[:len(a) // 2 + 1])\n",
        lambda: (OTHER,),
        "np.abs(np.fft.rfft(a))",
    ),
    Fires(
        "prime_fft",
        "def f(a):\n    return np.fft.rfft(a)\n",
        lambda: (rng.random(10007),),
        "np.fft.rfft(a, scipy.fft.next_fast_len(a.shape[-1]))",
    ),
    Fires(
        "legacy_random",
        "def f(n):\n    return np.random.choice(n, 5, replace=False)\n",
        lambda: (100,),
        "np.random.default_rng().choice(n, 5, replace=False)",
    ),
    Fires(
        "random_one_by_one",
        "def f(g, n):\n    return np.array([g.normal(0, 2) for _ in range(n)])\n",
        lambda: (np.random.default_rng(3), 20),
        "g.normal(0, 2, size=n)",
    ),
    Fires(
        "random_one_by_one",
        "def f(n):\n    return [np.random.random() for k in range(n)]\n",
        lambda: (20,),
        "np.random.random(n).tolist()",
    ),
    Fires(
        "half_spectrum",
        "def f(x):\n    s = np.fft.fft(x * 2.0, axis=1)\n    return np.abs(s[:, :9]) ** 2\n",
        lambda: (np.random.default_rng(3).random((4, 32)),),
        "s = np.fft.rfft(x * 2.0, axis=1)",
    ),
]

SILENT = [
    Silent(
        "shuffled_one_by_one",
        "def f(a, seed):\n    return np.random.default_rng(seed).permutation(a)\n",
        lambda: (np.arange(9.0), 0),
    ),
    Silent(
        "long_convolution",
        "def f(a, b):\n    return np.convolve(a, b)\n",
        lambda: (LONG, OTHER[:3]),
    ),
    Silent(
        "signal_method",
        SIGNAL + "def f(a, b):\n    return signal.fftconvolve(a, b)\n",
        lambda: (IMAGE, KERNEL),
    ),
    Silent(  # both are long: one transform
        "signal_method",
        SIGNAL + "def f(a, b):\n    return signal.fftconvolve(a, b, mode='same')\n",
        lambda: (rng.random(300), rng.random(90)),
    ),
    Silent(
        "real_transform",
        "def f(a, b):\n    return np.fft.ifft(np.fft.fft(a) * np.fft.fft(b)).real\n",
        lambda: (OTHER + 1j, OTHER + 1j),
    ),
    Silent("prime_fft", "def f(a):\n    return np.fft.fft(a)\n", lambda: (rng.random(1024),)),
    Silent(
        "legacy_random",
        "def f(g):\n    return g.choice(9, 5, replace=False)\n",
        lambda: (np.random.default_rng(3),),
    ),
    Silent(
        "random_one_by_one",
        "def f(g, n):\n    return [g.normal(k) for k in range(n)]\n",
        lambda: (np.random.default_rng(3), 5),
    ),
    Silent(  # the whole of it is used as well
        "half_spectrum",
        "def f(x):\n    s = np.fft.fft(x)\n    return s[:9], s\n",
        lambda: (np.arange(32.0),),
    ),
]

REFUSED = [
    Refused(  # what is small beside the largest element is lost in a transform
        "long_convolution",
        "def f(a, b):\n    return 1 / np.convolve(a, b)\n",
        lambda: (np.r_[1e20, np.full(200, 1e-9)], np.full(100, 1e-3)),
    ),
    Refused(
        "signal_method",
        SIGNAL + "def f(a, b):\n    return signal.convolve2d(a, b)\n",
        lambda: (np.full((9, 9), 2**60, np.int64), np.ones((3, 3), np.int64)),
    ),
    Refused(  # an odd length has another middle
        "real_transform",
        "def f(a, n):\n    return np.fft.fft(a)[:n // 2 + 1]\n",
        lambda: (OTHER, 20),
    ),
    Refused(  # each draw has another mean
        "random_one_by_one",
        "def f(g, n):\n    return np.array([g.normal(g.random()) for _ in range(n)])\n",
        lambda: (np.random.default_rng(3), 5),
    ),
    Refused(  # more than a half
        "half_spectrum",
        "def f(x):\n    return np.fft.fft(x)[:20]\n",
        lambda: (np.arange(32.0) ** 2,),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


def test_what_gives_another_answer_is_a_hint() -> None:
    for rule, text, arguments in (
        ("prime_fft", "def f(a):\n    return np.fft.fft(a)\n", (rng.random(10007),)),
        ("legacy_random", "def f(n):\n    return np.random.permutation(n)\n", (9,)),
    ):
        own = Own(text, *arguments)
        for finding in own.findings(rule):
            assert finding.hint
            assert finding.trial.answer == "other"


def test_permutations_of_a_loop_in_one_call_are_a_hint() -> None:
    text = (
        "def f(a, n, seed):\n"
        "    r = np.random.default_rng(seed)\n"
        "    return np.array([r.permutation(a)[:5].sum() for _ in range(n)])\n"
    )
    own = Own(text, rng.random(12), 20, 0)
    first, *_ = own.findings("shuffled_one_by_one")
    assert first.hint
    assert first.trial.answer == "other"
    assert "return a_shuffled[:, :5].sum(axis=1)" in first.trial.rewrites[0].source
    assert own.agreement(first).same


def test_a_padded_convolution_is_no_hint() -> None:
    own = Own(
        "def f(a, b, n):\n    return np.fft.irfft(np.fft.rfft(a, n) * np.fft.rfft(b, n), n)\n",
        LONG,
        OTHER,
        len(LONG) + len(OTHER) - 1,
    )
    (finding,) = own.findings("prime_fft")
    assert not finding.hint
    assert own.agreement(finding).same
