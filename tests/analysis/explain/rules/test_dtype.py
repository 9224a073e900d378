"""Rules about dtypes: each fires, keeps silent on its neighbour, is refused when inexact."""

import numpy as np
import pytest

from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(3)
INTS = rng.integers(-50, 50, (12, 9))
OTHER = rng.integers(0, 50, (9, 7))
BIG = rng.integers(2**40, 2**41, (6, 6))
SINGLE = rng.random((8, 5)).astype(np.float32)
DOUBLE = rng.random((8, 5))
COMPLEX = rng.random((8, 5)) + 1j * rng.random((8, 5))
BOOLS = rng.random((8, 8)) > 0.7
HALF = rng.random(50).astype(np.float16)
INDEX = rng.integers(0, 10, 40)

PIXELS = np.random.default_rng(8).integers(0, 256, (60, 50), dtype=np.uint8)

FIRES = [
    Fires(
        "table_of_values",
        """
        def f(img, gamma):
            out = 255.0 * (img / 255.0) ** gamma
            return np.clip(out, 0, 255).astype(np.uint8)
        """,
        lambda: (PIXELS, 2.2),
        "(np.clip(out, 0, 255).astype(np.uint8))[img]",
    ),
    Fires(
        "integer_product",
        "def f(a, b):\n    return a @ b + 1\n",
        lambda: (INTS, OTHER),
        "integer_product(a, b) + 1",
    ),
    Fires(
        "integer_product",
        "def f(a, b):\n    c = 2 * np.dot(a[1:], b)  # twice\n    return c\n",
        lambda: (INTS, OTHER),
        "c = 2 * integer_product(a[1:], b)  # twice",
    ),
    Fires(
        "integer_product",
        "def f(a):\n    return a.T.dot(a)\n",
        lambda: (INTS.astype(np.int16),),
        "integer_product(a.T, a)",
    ),
    Fires(
        "integer_contraction",
        "def f(a, b):\n    return np.tensordot(a, b, axes=1)\n",
        lambda: (INTS, OTHER),
        "exact_in_float64(",
    ),
    Fires(
        "integer_contraction",
        "def f(a, b):\n    return np.einsum('ij,jk->k', a, b)\n",
        lambda: (INTS, OTHER),
        "optimize=True",
    ),
    Fires(
        "boolean_product",
        "def f(a):\n    return np.matmul(a, a)\n",
        lambda: (BOOLS,),
        "> 0",
    ),
    Fires(
        "half_precision",
        "def f(a):\n    return a * a + a\n",
        lambda: (HALF,),
        "a = a.astype(np.float32)",
    ),
    Fires(
        "longdouble",
        "def f(a):\n    return (a * 2).sum()\n",
        lambda: (DOUBLE.astype(np.longdouble),),
        "a = a.astype(np.float64)",
    ),
    Fires(
        "object_dtype",
        "def f(a):\n    return (a * 2).sum()\n",
        lambda: (np.arange(20).astype(object),),
        "a = np.array(a.tolist())",
    ),
    Fires(
        "byte_order",
        "def f(a):\n    return a * 2\n",
        lambda: (DOUBLE.astype(">f8"),),
        "newbyteorder('=')",
    ),
    Fires(
        "squared_modulus",
        "def f(z):\n    return (np.abs(z + 1) ** 2).sum()\n",
        lambda: (COMPLEX,),
        "(z_once := z + 1).real**2 + z_once.imag**2",
    ),
    Fires(
        "power",
        "def f(x):\n    return 4.3 * x ** 3\n",
        lambda: (DOUBLE,),
        "4.3 * (x * x * x)",
    ),
    Fires(
        "integer_power",
        "def f(x):\n    return np.power(x, 2) - 1\n",
        lambda: (INTS,),
        "(x * x) - 1",
    ),
    Fires(
        "integer_power",
        "def f(x):\n    return np.power(x, 2)\n",
        lambda: (DOUBLE,),
        "return x * x",
    ),
    Fires(
        "power_of_two",
        "def f(x):\n    return x % 8 + x // 4\n",
        lambda: (INTS,),
        "(x & 7) + (x >> 2)",
    ),
    Fires(
        "add_at_mixed",
        "def f(i):\n    a = np.zeros(10)\n    np.add.at(a, i, i)\n    return a\n",
        lambda: (INDEX,),
        "np.asarray(i, a.dtype)",
    ),
    Fires(
        "upcast",
        "def f(x):\n    return x * np.sqrt(len(x))\n",
        lambda: (SINGLE,),
        "float(np.sqrt(len(x)))",
    ),
]

SILENT = [
    Silent(  # lists
        "integer_product",
        "def f(x):\n    return np.dot([[1, 2], [3, 4]], x)\n",
        lambda: ([5, 6],),
    ),
    Silent(  # values of neighbours count
        "table_of_values",
        "def f(img):\n    return np.sqrt(img / 255.0 + img.mean()).astype(np.uint8)\n",
        lambda: (PIXELS,),
    ),
    Silent(  # there are as many values as elements
        "table_of_values",
        "def f(img):\n    return np.sqrt(img / 255.0).astype(np.uint8)\n",
        lambda: (PIXELS[:9, :9],),
    ),
    Silent("integer_product", "def f(a, b):\n    return a.T @ b\n", lambda: (DOUBLE, DOUBLE)),
    Silent("integer_product", "def f(a, b):\n    return a @ b\n", lambda: (INDEX, INDEX)),
    Silent(
        "integer_contraction",
        "def f(a):\n    return np.einsum('ij,ij->i', a, a)\n",
        lambda: (DOUBLE,),
    ),
    Silent("boolean_product", "def f(a):\n    return a @ a\n", lambda: (INTS[:9],)),
    Silent("half_precision", "def f(a):\n    return a * a\n", lambda: (SINGLE,)),
    Silent("longdouble", "def f(a):\n    return a * a\n", lambda: (DOUBLE,)),
    Silent("object_dtype", "def f(a):\n    return a * a\n", lambda: (INTS,)),
    Silent("byte_order", "def f(a):\n    return a * a\n", lambda: (DOUBLE,)),
    Silent("real_for_complex", "def f(a):\n    return a * a\n", lambda: (DOUBLE,)),
    Silent("squared_modulus", "def f(a):\n    return np.abs(a) ** 2\n", lambda: (DOUBLE,)),
    Silent("power", "def f(x):\n    return x ** 2 + x ** 0.5\n", lambda: (DOUBLE,)),
    Silent("integer_power", "def f(x, y):\n    return np.power(x, y)\n", lambda: (INTS, 2)),
    Silent("power_of_two", "def f(x):\n    return x % 8\n", lambda: (DOUBLE,)),
    Silent("power_of_two", "def f(x):\n    return x % 7\n", lambda: (INTS,)),
    Silent(
        "add_at_mixed",
        "def f(i, v):\n    a = np.zeros(10)\n    np.add.at(a, i, v)\n    return a\n",
        lambda: (INDEX, rng.random(40)),
    ),
    Silent("upcast", "def f(x):\n    return x * 2.0\n", lambda: (SINGLE,)),
]

REFUSED = [
    Refused(  # an effect on the argument is part of the answer
        "half_precision",
        "def f(a):\n    a += 1\n    return a.sum()\n",
        lambda: (HALF,),
    ),
    Refused(
        "longdouble",
        "def f(a):\n    return a + 1e-17 - 1\n",
        lambda: (np.ones(5, np.longdouble),),
    ),
    Refused(  # integers of Python have no end
        "object_dtype",
        "def f(a):\n    return a ** 20\n",
        lambda: (np.arange(1000, 1020).astype(object),),
    ),
    Refused(
        "byte_order",
        "def f(a):\n    a += 1\n    return a\n",
        lambda: (DOUBLE.astype(">f8"),),
    ),
    Refused(  # the squares of the parts overflow where the modulus does not
        "squared_modulus",
        "def f(z):\n    return 1 / np.abs(z) ** 2\n",
        lambda: (np.array([complex(np.inf, np.nan), 1, 2]),),
    ),
    Refused(
        "upcast",
        "def f(x):\n    a = np.array([1e-20]) + x[:1, 0]\n    return a * 1e-30\n",
        lambda: (np.full((3, 3), 1e-20, np.float32),),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("def f(a, b):\n    return a @ b\n", (BIG, BIG)),
        ("def f(a, b):\n    return np.tensordot(a, b, axes=1)\n", (BIG, BIG)),
        ("def f(a, b):\n    return a @ b\n", (BIG.astype(np.uint64), BIG.astype(np.uint64))),
        ("def f(a, b):\n    return a @ b\n", (INTS.astype(np.int8), OTHER.astype(np.int8))),
    ],
)
def test_integers_beyond_2_to_the_53_or_that_wrap_stay_exact(
    text: str, arguments: tuple[np.ndarray, ...]
) -> None:
    own = Own(text, *arguments)
    for rule in ("integer_product", "integer_contraction"):
        for finding in own.findings(rule):
            found = own.agreement(finding)
            assert found.same
            assert not found.largest_error


def test_a_real_part_is_offered_only_where_the_rest_is_zero() -> None:
    own = Own("def f(a):\n    return a * a\n", COMPLEX)
    (finding,) = own.findings("real_for_complex")
    assert finding.hint
    assert finding.trial.conversions == (("a", "real"),)
