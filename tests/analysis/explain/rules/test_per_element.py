"""Rules about Python called back per element: fire, keep silent, refused when inexact."""

import numpy as np

from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(6)
A = rng.random((9, 7))
V = rng.standard_normal(17)
NDIMAGE = "from scipy import ndimage\nfrom scipy.ndimage import generic_filter\n"

FIRES = [
    Fires(
        "vectorize",
        """
        def relu(v):
            return v if v > 0 else 0.0

        def f(x):
            return np.vectorize(relu)(x)
        """,
        lambda: (V,),
        "relu_of_elements(x)",
    ),
    Fires(
        "vectorize",
        """
        def relu(v):
            return v if v > 0 else 0.0

        of_all = np.vectorize(relu)

        def f(x):
            return of_all(x)
        """,
        lambda: (V,),
        "relu_of_elements(x)",
    ),
    Fires(
        "vectorize",
        """
        @np.vectorize
        def relu(v):
            return v if v > 0 else 0.0

        def f(x):
            return relu(x)
        """,
        lambda: (V,),
        "relu_of_elements(x)",
    ),
    Fires(
        "vectorize",
        """
        def step(v, w):
            \"\"\"A step.\"\"\"
            if v < -1 or v > 1:
                return 0.0
            elif v > 0.5:
                w = w * 2
            s = math.sqrt(abs(v)) + max(w, 0.25)
            return s / (1 + v * v)

        def f(x):
            g = np.vectorize(step)
            return g(x, x)

        import math
        """,
        lambda: (V,),
        "np.where(",
    ),
    Fires(
        "vectorize",
        """
        def f(x, c):
            def own(v):
                return v * c if 0 < v < c else -v
            return np.vectorize(own)(x)
        """,
        lambda: (V, 2.5),
        "own_of_elements(x, c)",
    ),
    Fires(
        "vectorize",
        """
        def relu(v):
            return v if v > 0 else 0.0

        of_all = np.frompyfunc(relu, 1, 1)

        def f(x):
            return of_all(x).astype(float)
        """,
        lambda: (V,),
        "relu_of_elements(x).astype(float)",
    ),
    Fires(
        "vectorize",
        """
        def f(x):
            return np.frompyfunc(lambda v, w: abs(v) + w, 2, 1)(x, 2.5)
        """,
        lambda: (V,),
        "expression_of_elements(x, np.asarray(2.5)).astype(object)",
    ),
    Fires(
        "apply_along_axis",
        "def f(a):\n    return np.apply_along_axis(lambda r: np.sqrt(r @ r) + r[0], 1, a)\n",
        lambda: (A,),
        "np.vecdot(r, r)",
    ),
    Fires(
        "apply_along_axis",
        """
        def centred(r):
            m = r.mean()
            return (r - m) / r.std()

        def f(a):
            return np.apply_along_axis(centred, 0, a)
        """,
        lambda: (A,),
        "np.moveaxis(centred_of_rows(np.moveaxis(a, 0, -1)), -1, 0)",
    ),
    Fires(
        "filter_callback",
        NDIMAGE
        + """
def contrast(w):
    return np.sum(np.abs(w - w[4]))

def f(image):
    return generic_filter(image, contrast, 3)
""",
        lambda: (A,),
        "sum(np.absolute(each - w[4]) for each in w)",
    ),
    Fires(
        "filter_callback",
        NDIMAGE + "def f(image):\n    return ndimage.generic_filter(image, np.max, size=3)\n",
        lambda: (A,),
        "ndimage.maximum_filter(image, 3)",
    ),
    Fires(
        "filter_callback",
        NDIMAGE
        + "def f(image):\n"
        + "    return generic_filter(image, lambda w: w.max() - w.min(), 4, mode='nearest')\n",
        lambda: (A,),
        "'edge'",
    ),
    Fires(
        "filter_callback",
        NDIMAGE
        + "def peak(w):\n    return np.max(np.abs(w))\n\n"
        + "def f(image):\n    return generic_filter(image, peak, 3, mode='wrap')\n",
        lambda: (A,),
        "ndimage.maximum_filter(np.absolute(image), 3, mode='wrap')",
    ),
    Fires(
        "filter_callback",
        NDIMAGE
        + "def f(image):\n    return generic_filter(image, lambda w: (w * w).min(), 3)\n",
        lambda: (A,),
        "ndimage.minimum_filter(image * image, 3)",
    ),
    Fires(
        "mapped",
        "def f(x):\n    return np.array([v ** 2 if v > 0 else -v for v in x])\n",
        lambda: (V,),
        "expression_of_elements(x)",
    ),
    Fires(
        "mapped",
        "def f(x):\n    return np.array([np.interp(v, [0, 1], [3, 4]) for v in x])\n",
        lambda: (V,),
        "np.interp(x, [0, 1], [3, 4])",
    ),
    Fires(
        "mapped",
        """
        def half(v):
            return v / 2

        def f(x):
            return np.array(list(map(half, x)))
        """,
        lambda: (V,),
        "half_of_elements(x)",
    ),
]

SILENT = [
    Silent(
        "vectorize",
        "def g(v):\n    return open(v)\n\ndef f(x):\n    np.vectorize(g)\n    return x\n",
        lambda: (V,),
    ),
    Silent(  # two results
        "vectorize",
        "g = np.frompyfunc(divmod, 2, 2)\n\ndef f(x):\n    return g(x, 2.0)[1]\n",
        lambda: (V,),
    ),
    Silent("apply_along_axis", "def f(a):\n    return a.sum(axis=1)\n", lambda: (A,)),
    Silent(
        "filter_callback",
        NDIMAGE + "def f(image):\n    return ndimage.maximum_filter(image, 3)\n",
        lambda: (A,),
    ),
    Silent("mapped", "def f(x):\n    return [str(v) for v in x]\n", lambda: (V,)),
]

REFUSED = [
    Refused(  # what it returns first decides the dtype of all
        "vectorize",
        """
        def f(x):
            return np.vectorize(lambda v: 0 if v < 1 else v)(x)
        """,
        lambda: (np.array([0.5, 2.5, 3.5]),),
    ),
    Refused(  # whole numbers beside real ones stay what they are in an array of objects
        "vectorize",
        """
        def f(x):
            return np.frompyfunc(lambda v: "0" if v < 1 else v, 1, 1)(x)
        """,
        lambda: (np.array([0.5, 2.5, 3.5]),),
    ),
    Refused(
        "apply_along_axis",
        "def f(a):\n    return np.apply_along_axis(lambda r: 1 if r[0] < 1 else r[1], 1, a)\n",
        lambda: (np.array([[0.5, 1.5], [2.5, 3.5]]),),
    ),
    Refused(  # a filter keeps the dtype of its image
        "filter_callback",
        NDIMAGE + "def f(image):\n    return ndimage.generic_filter(image, np.mean, size=3)\n",
        lambda: ((A * 1e15).astype(np.int64),),
    ),
    Refused(
        "mapped",
        """
        def f(x):
            return np.array([np.sum(v) for v in x])
        """,
        lambda: (A,),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)
