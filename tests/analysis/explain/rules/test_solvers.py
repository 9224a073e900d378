"""Systems of a matrix that is kept: a hint where they take the time, with what to keep."""

import os

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import solvers
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

PLATE = """
class Plate:
    def __init__(self):
        self.matrix = np.eye(3) * 2
        self.u = np.ones(3)

    def step(self, b):
        self.u = np.linalg.solve(self.matrix, self.u + b)
        return self.u

f = Plate().step
"""
MODULE = """
MATRIX = np.eye(3) * 2

def f(b):
    return np.linalg.solve(MATRIX, b)
"""
SILENT = [
    Silent(  # every search begins where the one before has ended
        "root_per_element",
        "from scipy.optimize import brentq\n\n\ndef f(a):\n    x = 0.0\n"
        "    for i in range(len(a)):\n        x = brentq(lambda y: y - a[i], x, 9.0)\n"
        "    return x\n",
        lambda: (np.arange(1.0, 5.0),),
    ),
    Silent(  # another matrix each time, as far as one knows
        "kept_matrix_solved",
        "def f(a, b):\n    return np.linalg.solve(a, b)\n",
        lambda: (np.eye(3), np.ones(3)),
    ),
]


def hints(text: str, share: float) -> list[str]:
    own = Own(text, np.ones(3))
    assert not own.findings(solvers.kept_matrix_solved.__name__)  # what lines take is unknown
    (place,) = [n for n, line in enumerate(own.text.splitlines(), 1) if "linalg.solve" in line]
    own.observed._shares = {(os.path.realpath(own.file), place): share}
    found = own.findings(solvers.kept_matrix_solved.__name__)
    assert all(each.hint and each.stands for each in found)
    return [each.title.partition(": ")[2] for each in found]


@pytest.mark.parametrize(("text", "name"), [(PLATE, "self.matrix"), (MODULE, "MATRIX")])
def test_a_matrix_that_is_kept_is_factorised_once(text: str, name: str) -> None:
    said = f"factorise {name} once, where it is made, and not in every call: "
    assert hints(text, 0.9) == [f"{said}scipy.linalg.lu_factor({name})"]
    assert not hints(text, 0.1)


@pytest.mark.parametrize(
    "text",
    [
        PLATE.replace("        return self.u", "        self.matrix = self.matrix * 2"),
        MODULE.replace("def f(b):", "def f(b):\n    MATRIX = np.diag(b)"),
        MODULE.replace("solve(MATRIX,", "solve(own.T,").replace(
            "def f(b):", "def f(b):\n    own = np.diag(b)"
        ),
    ],
)
def test_a_matrix_that_changes_is_left_alone(text: str) -> None:
    assert not hints(text, 0.9)


FIRES = [
    Fires(
        "root_per_element",
        """
        from scipy.optimize import brentq

        def f(a, b):
            out = np.empty(len(a))
            for i in range(len(a)):
                out[i] = brentq(lambda x: x**3 + a[i] * x - b[i], 0.0, 10.0)
            return out
        """,
        lambda: (np.linspace(0.5, 2, 60), np.linspace(1, 5, 60)),
        "roots_between(lambda x",
    ),
]
REFUSED = [
    Refused(  # there are three, and another one may be found
        "root_per_element",
        """
        from scipy.optimize import brentq

        def f(a):
            out = np.empty(len(a))
            for i in range(len(a)):
                out[i] = brentq(lambda x: (x - 1) * (x - 2 - a[i]) * (x - 9), 0.0, 10.0)
            return out
        """,
        lambda: (np.linspace(0, 6, 40),),
    ),
]

test_fires, test_silent, test_refused = family_tests(FIRES, SILENT, REFUSED)
