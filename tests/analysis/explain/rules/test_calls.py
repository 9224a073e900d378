"""Rules about calls: each fires, keeps silent on its neighbour, is refused when inexact."""

import numpy as np
import pandas as pd
import pytest

from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(5)
A = rng.random((9, 7))
V = rng.random(17)
SINGLE = V.astype(np.float32)

LISTS = """
def f(a, n):
    t = 0.0
    for i in range(n):
        t += np.add(a, i)[0] + np.dot([1.0, 2.0], [i, t])
    return t
"""

FIRES = [
    Fires(  # a row at a time
        "append_in_loop",
        "def f(n):\n    out = np.empty((0, 2))\n    for i in range(n):\n"
        "        out = np.append(out, [[i, i * 0.5]], axis=0)\n    return out\n",
        lambda: (9,),
        "np.concatenate([out, np.reshape(out_parts, (-1, *out.shape[1:]))])",
    ),
    Fires(
        "list_operands",
        LISTS,
        lambda: (V.tolist(), 4),
        "np.add(a_array, i)[0] + np.dot(array_1, [i, t])",
    ),
    Fires(
        "wrapper",
        "def f(x):\n    return np.sum(x) + x.max()\n",
        lambda: (V,),
        "np.add.reduce(x, axis=None) + np.maximum.reduce(x, axis=None)",
    ),
    Fires(
        "small_statistics", "def f(x):\n    return np.std(x)\n", lambda: (V,), "small_std(x)"
    ),
    Fires(
        "python_builtin",
        "def f(x):\n    return sum(x) + max(x)\n",
        lambda: (V,),
        "np.sum(x, axis=0) + np.max(x, axis=0)",
    ),
    Fires(
        "few_elements",
        """
        class Particle:
            def __init__(self):
                self.position, self.velocity = np.array([0.1, 1.2]), np.array([1.0, 2.0])

            def step(self, dt):
                self.position = self.position + self.velocity * dt
                self.velocity = np.where(self.position > 1, -self.velocity, self.velocity)

        f = Particle().step
        """,
        lambda: (0.001,),
        "new_velocity_0 = -velocity_0 if new_position_0 > 1 else velocity_0",
    ),
    Fires(
        "few_elements",
        """
        def f(t, y):
            matrix = np.array([[0.0, 1.0], [-25.0, -0.1]])
            force = np.array([0.0, np.sin(t)])
            return np.asarray(np.dot(matrix, y) + force)
        """,
        lambda: (0.3, np.array([1.0, 2.0])),
        "return np.array([0.0 * y_0 + y_1, -25.0 * y_0 - 0.1 * y_1 + force_1])",
    ),
    Fires(
        "few_elements",
        """
        def f(r, v, dt, n):
            out = np.empty((n, 3))
            for i in range(n):
                a = -r / np.linalg.norm(r) ** 3
                v = v + a * dt
                r = r + v * dt
                out[i] = r
            return out
        """,
        lambda: (np.array([1.0, 0.0, 0.1]), np.array([0.0, 1.0, 0.0]), 0.01, 40),
        "out[i] = r_0, r_1, r_2",
    ),
    Fires(  # what its parameter holds, the trace tells
        "scalar_math",
        """
        def f(n):
            kernel = lambda t: np.exp(-t) * np.sqrt(abs(t))
            return sum(kernel(0.5 * k) for k in range(n))
        """,
        lambda: (9,),
        "math.exp(-t) * math.sqrt(abs(t))",
    ),
    Fires(
        "scalar_math",
        """
        def f(n):
            t = 0.0
            for i in range(n):
                t += np.sqrt(i) + np.abs(t)
            return t
        """,
        lambda: (9,),
        "math.sqrt(i) + abs(t)",
    ),
    Fires(
        "tolist",
        """
        def f(x):
            t = 0.0
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    t = t * 0.5 + x[i][j] * x[i, j]
            return t
        """,
        lambda: (A,),
        "x_list[i][j] * x_list[i][j]",
    ),
    Fires(
        "tolist",
        "def f(x):\n    t = 0.0\n    for v in x:\n        t = t * v + v\n    return t\n",
        lambda: (V,),
        "for v in x_list:",
    ),
    Fires(
        "invariant",
        """
        def f(a, x):
            t = x
            for _ in range(5):
                t = a.astype(np.float32) @ t + np.linalg.inv(a[:7])[0]  # converted each time
            return t
        """,
        lambda: (A[:7], V[:7]),
        "t = astype_before_1 @ t + inv_before_2[0]  # converted each time",
    ),
    Fires(
        "append_in_loop",
        """
        def f(n):
            out = np.array([])
            for i in range(n):
                out = np.append(out, i * 0.5)  # grows
            return out
        """,
        lambda: (9,),
        "out_parts.append(i * 0.5)  # grows",
    ),
    Fires(
        "append_in_loop",
        """
        def f(a):
            rows = np.empty((0, a.shape[1]))
            for i in range(len(a)):
                rows = np.vstack([rows, a[i] * i])
            return rows
        """,
        lambda: (A,),
        "rows = np.vstack([rows, *rows_parts])",
    ),
    Fires(
        "append_in_loop",
        """
        def f(a):
            out = a[:1]
            for i in range(4):
                out = np.concatenate((out, a[i:i + 2]), axis=0)
            return out
        """,
        lambda: (A,),
        "np.concatenate([out, *out_parts], axis=0)",
    ),
    Fires(
        "array_of_arrays",
        "def f(a):\n    return np.array([row * 2 for row in a])\n",
        lambda: (A,),
        "np.stack([row * 2 for row in a])",
    ),
    Fires(
        "needless_copy",
        "def f(x):\n    return (x.astype(np.float64) * 2).sum()\n",
        lambda: (V,),
        "x.astype(np.float64, copy=False)",
    ),
    Fires(
        "norm_of_rows",
        "def f(x):\n    return np.linalg.norm(x, axis=1)\n",
        lambda: (A,),
        "np.einsum('ij,ij->i', x, x)",
    ),
    Fires(
        "cross",
        "def f(a, b):\n    return np.cross(b - a, a)\n",
        lambda: (np.array([1.0, 2.0, 0.5]), np.array([0.2, 3.0, 1.0])),
        "cross_of_three(b - a, a)",
    ),
    Fires(
        "cross",
        "def f(a, b):\n    return np.cross(a, b)\n",
        lambda: (np.arange(60.0).reshape(20, 3), np.sqrt(np.arange(60.0)).reshape(20, 3)),
        "crosses(a, b)",
    ),
    Fires(
        "cross",
        "def f(a, v):\n    return np.cross(v, a)\n",
        lambda: (np.sqrt(np.arange(60.0)).reshape(20, 3), np.array([0.3, 2.0, 1.0])),
        "crosses(v, a)",
    ),
]

SILENT = [
    Silent(  # it changes in the loop
        "list_operands",
        "def f(a, n):\n    out = np.zeros(n)\n    for i in range(n):\n"
        "        a.append(i)\n        out[i] = np.add(a, i)[0]\n    return out\n",
        lambda: ([1.0, 2.0], 4),
    ),
    Silent("wrapper", "def f(x):\n    return np.add.reduce(x)\n", lambda: (V,)),
    Silent("wrapper", "def f(x):\n    return np.sum(x)\n", lambda: (np.zeros(50_000),)),
    Silent("small_statistics", "def f(x):\n    return np.std(x)\n", lambda: (np.zeros(9999),)),
    Silent("python_builtin", "def f(x):\n    return sum(x)\n", lambda: ([1.0, 2.0],)),
    Silent("few_elements", "def f(a, b):\n    return a + b\n", lambda: (V[:3], V[:3])),
    Silent(
        "few_elements",
        "def f(a):\n    b = a * 2.0\n    return np.sin(b) + b / 3.0\n",
        lambda: (V,),
    ),
    Silent(  # two names of one array, one of which changes in place
        "few_elements",
        """
        def f(x, n):
            for i in range(n):
                y = x
                y[0] = np.sin(x[1])
                x = x * 0.5 + y / 3.0
            return x
        """,
        lambda: (V[:3].copy(), 4),
    ),
    Silent("scalar_math", "def f(x):\n    return np.sqrt(x)\n", lambda: (V,)),
    Silent(  # of numbers once, of an array once
        "scalar_math",
        "def f(x):\n    of = lambda t: np.exp(-t)\n    return of(2.0) * of(x)\n",
        lambda: (V,),
    ),
    Silent(
        "tolist",
        "def f(x):\n    for i in range(3):\n        x[i] = x[i] + 1\n    return x\n",
        lambda: (V,),
    ),
    Silent(
        "tolist",
        "def f(x):\n    for i in range(3):\n        x[i:i + 2].sum()\n    return x\n",
        lambda: (V,),
    ),
    Silent(
        "invariant",
        "def f(x):\n    for i in range(3):\n        x = np.sort(x)\n    return x\n",
        lambda: (V,),
    ),
    Silent(
        "append_in_loop",
        """
        def f(n):
            out = np.array([0.0])
            for i in range(n):
                out = np.append(out, out[-1] + i)
            return out
        """,
        lambda: (9,),
    ),
    Silent("array_of_arrays", "def f(x):\n    return np.array(x)\n", lambda: (V,)),
    Silent("needless_copy", "def f(x):\n    return x.astype(np.float64)\n", lambda: (SINGLE,)),
    Silent(
        "norm_of_rows",
        "def f(x):\n    return np.linalg.norm(x, axis=1)\n",
        lambda: (A + 1j,),
    ),
    Silent(
        "cross",
        "def f(a, b):\n    return np.cross(a, b)\n",
        lambda: (np.arange(40.0).reshape(20, 2), np.arange(40.0).reshape(20, 2)),
    ),
]

REFUSED = [
    Refused(  # it changes in a way that is not seen
        "list_operands",
        "def f(a, n):\n    t = 0.0\n    for i in range(n):\n"
        "        t += np.sum(a)\n        a.__setitem__(0, 2.5 * i)\n    return t\n",
        lambda: ([1.0, 2.0], 4),
    ),
    Refused(  # np.mean of float16 adds in float32
        "wrapper",
        "def f(x):\n    return np.mean(x)\n",
        lambda: (np.full(100, 1000, np.float16),),
    ),
    Refused(
        "python_builtin",
        "def f(x):\n    return sum(x)\n",
        lambda: (np.array([200, 100], np.uint8),),
    ),
    Refused(  # Python raises where NumPy divides by zero
        "few_elements",
        "def f(a):\n    b = a * 2.0\n    return np.sin(b) + 1.0 / a - a\n",
        lambda: (np.array([0.0, 1.0]),),
    ),
    Refused(  # Python raises in the first iteration, where NumPy gives inf
        "few_elements",
        """
        def f(x, n):
            y = x
            for i in range(n):
                x = x / np.linalg.norm(x) + np.sin(x) / i
            return x
        """,
        lambda: (np.array([0.5, 1.0]), 3),
    ),
    Refused(  # an array that two names outside have
        "few_elements",
        """
        class Body:
            def __init__(self):
                self.v = self.w = np.array([1.0, 2.0])

            def step(self, dt):
                self.v += self.w * dt - 1.0
                self.w += self.v * dt + 1.0

        f = Body().step
        """,
        lambda: (0.5,),
    ),
    Refused(
        "scalar_math",
        """
        def f(n):
            t = -1.0
            for i in range(n):
                t = np.sqrt(t)
            return t
        """,
        lambda: (2,),
    ),
    Refused(
        "invariant",
        """
        def f(a):
            t, b = 0.0, a
            for i in range(3):
                b[0] = i
                t += np.sum(a)
            return t
        """,
        lambda: (V,),
    ),
    Refused(  # the list would hold the same array again and again
        "append_in_loop",
        """
        def f(n):
            out, row = np.array([]), np.zeros(2)
            for i in range(n):
                row[:] = i
                out = np.append(out, row)
            return out
        """,
        lambda: (3,),
    ),
    Refused(
        "needless_copy",
        "def f(x):\n    y = x.copy()\n    y += 1\n    return y\n",
        lambda: (V,),
    ),
    Refused(  # small integers overflow where np.linalg.norm converts them
        "norm_of_rows",
        "def f(x):\n    return np.linalg.norm(np.roll(x, 1), axis=1)\n",
        lambda: (np.full((3, 3), 100, np.int8),),
    ),
    Refused(
        "array_of_arrays",
        "def f(n):\n    return np.array([[i, i] for i in range(n)])\n",
        lambda: (0,),
    ),
    Refused(
        "tolist",
        """
        def f(x):
            y = x
            t = 0
            for i in range(2):
                y += 1
                t += x[i] * 1
            return t
        """,
        lambda: (V,),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


@pytest.mark.parametrize(
    "x",
    [
        np.array([200, -200] * 50, np.float16),
        np.array([1e200, -1e200]),
        np.float32(1e7) + rng.random(30).astype(np.float32),
        np.array([[1.0, np.inf], [2.0, 3.0]]),
        A[:, ::2],
    ],
)
def test_a_small_standard_deviation_is_numpys_own(x: np.ndarray) -> None:
    own = Own("def f(x):\n    return np.std(x)\n", x)
    (finding,) = own.findings("small_statistics")
    assert own.agreement(finding).same


def test_only_methods_of_arrays_are_called_as_ufuncs() -> None:
    text = "def f(x, table):\n    return table.groupby('g')['v'].sum() / x.sum()\n"
    own = Own(text, V, pd.DataFrame({"g": [1, 2], "v": [1.0, 2.0]}), traced=False)
    (finding,) = own.findings("wrapper")
    source = finding.trial.rewrites[0].source
    assert "table.groupby('g')['v'].sum() / np.add.reduce(x, axis=None)" in source
