"""Rules about layout: each fires, keeps silent on its neighbour, is refused when inexact."""

import numpy as np

from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(4)
A = rng.random((9, 7))
V = rng.random(7)
INDEX = rng.integers(0, 7, 5)
FIELDS = np.array([(1.0, 2), (3.0, 4), (5.0, 6)] * 3, dtype=[("p", "f8"), ("q", "i4")])

FIRES = [
    Fires(
        "contiguous",
        "def f(x):\n    return np.exp(x).sum()\n",
        lambda: (A[:, ::2],),
        "x = np.ascontiguousarray(x)",
    ),
    Fires(
        "reversed_into_blas",
        "def f(a, x):\n    return np.dot(a, x)\n",
        lambda: (A[::-1], V),
        "np.dot(a[::-1], x)[::-1]",
    ),
    Fires(
        "reversed_into_blas",
        "def f(a, x):\n    return a @ x + 1\n",
        lambda: (A[:, ::-1], V),
        "a[:, ::-1] @ x[::-1]",
    ),
    Fires(
        "structured_field",
        """
        def f(a):
            t = 0.0
            for _ in range(3):
                t += a['p'].sum()
            return t
        """,
        lambda: (FIELDS,),
        "a_p = np.ascontiguousarray(a['p'])",
    ),
    Fires(
        "record_attribute",
        "def f(a):\n    return a.p.sum() + a.q.sum()\n",
        lambda: (FIELDS.view(np.recarray),),
        "a['p'].sum() + a['q'].sum()",
    ),
    Fires(
        "counting_index",
        "def f(a, n):\n    return a[np.arange(n)] * 2\n",
        lambda: (V, 5),
        "a[:n] * 2",
    ),
    Fires(
        "counting_index",
        "def f(a):\n    return a[:, range(2, 5)].sum()\n",
        lambda: (A,),
        "a[:, 2:5]",
    ),
    Fires(
        "take",
        "def f(a, i):\n    return a[:, i]\n",
        lambda: (A, INDEX),
        "np.take(a, i, axis=1)",
    ),
    Fires("mask", "def f(a):\n    return a[np.where(a > 0.5)]\n", lambda: (A,), "a[a > 0.5]"),
    Fires(
        "mask",
        "def f(a):\n    return len(np.where(a > 0.5)[0])\n",
        lambda: (A,),
        "np.count_nonzero(a > 0.5)",
    ),
    Fires(
        "count_nonzero",
        "def f(a):\n    m = a > 0.5\n    return np.sum(m) + (a < 0.1).sum()\n",
        lambda: (A,),
        "np.count_nonzero(m) + np.count_nonzero(a < 0.1)",
    ),
    Fires(
        "any_by_count",
        "def f(a):\n    return np.where(np.sum(a > 0.9, axis=1) > 0)[0]\n",
        lambda: (A,),
        "np.where(np.any(a > 0.9, axis=1))[0]",
    ),
    Fires(
        "any_by_count",
        "def f(a):\n"
        "    bad = np.isnan(a)\n"
        "    return a[bad.sum(axis=1) == 0], bad.sum() != 0, np.sum(bad) == bad.size\n",
        lambda: (A,),
        "return a[~bad.any(axis=1)], bad.any(), np.all(bad)",
    ),
    Fires(
        "flatten", "def f(a):\n    return a.flatten().sum()\n", lambda: (A,), "a.ravel().sum()"
    ),
    Fires(
        "reshape_copies",
        "def f(a, b):\n    return np.ascontiguousarray(a.T) @ b\n",
        lambda: (A, A),
        "a.T @ b",
    ),
    Fires(
        "column_loop",
        """
        def f(a):
            t = 0.0
            for j in range(a.shape[1]):
                t += np.sort(a[:, j])[0]
            return t
        """,
        lambda: (A,),
        "a = np.asfortranarray(a)",
    ),
]

SILENT = [
    Silent("contiguous", "def f(x):\n    return np.exp(x)\n", lambda: (A,)),
    Silent("reversed_into_blas", "def f(a, x):\n    return a @ x\n", lambda: (A, V)),
    Silent("structured_field", "def f(a):\n    return a['x']\n", lambda: ({"x": V},)),
    Silent("record_attribute", "def f(a):\n    return a['p'].sum()\n", lambda: (FIELDS,)),
    Silent("counting_index", "def f(a, i):\n    return a[i]\n", lambda: (V, INDEX)),
    Silent("take", "def f(a):\n    return a[1:5]\n", lambda: (V,)),
    Silent("take", "def f(a, m):\n    return a[m]\n", lambda: (V, V > 0.5)),
    Silent("mask", "def f(a, i):\n    return a[np.where(i)]\n", lambda: (V, V)),
    Silent("count_nonzero", "def f(a):\n    return np.sum(a)\n", lambda: (A,)),
    Silent("any_by_count", "def f(a):\n    return a.sum(axis=1) > 0\n", lambda: (A,)),
    Silent("any_by_count", "def f(a):\n    return (a > 0.5).sum(axis=1) > 1\n", lambda: (A,)),
    Silent("flatten", "def f(a):\n    return a.ravel()\n", lambda: (A,)),
    Silent("reshape_copies", "def f(a, b):\n    return a.T @ b\n", lambda: (A, A)),
    Silent(
        "column_loop",
        """
        def f(a):
            t = 0.0
            for i in range(3):
                t += a[i, :].sum()
            return t
        """,
        lambda: (A,),
    ),
]

REFUSED = [
    Refused(  # what it writes must arrive in its argument
        "contiguous",
        "def f(x):\n    x[0] = 0\n    return x.sum()\n",
        lambda: (A[:, ::2].copy()[::2],),
    ),
    Refused(
        "structured_field",
        "def f(a):\n    b = a['p']\n    b[0] = 9\n    return b\n",
        lambda: (FIELDS,),
    ),
    Refused(
        "counting_index",
        "def f(a, n):\n    b = a[np.arange(n)]\n    b += 1\n    return b\n",
        lambda: (V, 5),
    ),
    Refused(
        "flatten",
        "def f(a):\n    b = a.flatten()\n    b[0] = 5\n    return b\n",
        lambda: (A,),
    ),
    Refused(
        "column_loop",
        """
        def f(a):
            for j in range(3):
                np.sort(a[:, j])
            a[0] = 1
            return 0
        """,
        lambda: (A,),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)
