"""Methods that are called on a method's own object are read as functions."""

import ast

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.source.own_methods import with_own_methods
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.rules.own_function import Own

ASSIGN = "def assign(self, X):\n    for x in X:\n        self.use(self.closest(x, k=2))\n"


def function(text: str, indent: str = "    ", **names: str) -> Function:
    text = "".join(indent + line for line in text.splitlines(keepends=True))
    name = text.split("def ")[1].partition("(")[0]
    source = SourceText(file="f.py", function=name, first_line=1, text=text, names=names)
    return Function(source)


def test_its_own_object_is_no_parameter_of_a_method_any_more() -> None:
    closest = function(
        "def closest(me, x, k):\n    return me.far(x) + me.c\n", **{"me.c": "int 3"}
    )
    far = function("@staticmethod\ndef far(x):\n    return x * 2\n")
    plain = function(ASSIGN)
    made, methods, held = with_own_methods(plain, [closest, far])
    assert list(methods) == ["self.closest", "self.far"]
    assert ast.unparse(methods["self.closest"]) == (
        "def closest(x, k):\n    return self.far(x) + self.c"
    )
    assert ast.unparse(methods["self.far"]) == "def far(x):\n    return x * 2"
    assert held == {"self.c": "int 3"}
    calls = [n.func for n in ast.walk(made.node) if isinstance(n, ast.Call)]
    assert [type(each).__name__ for each in calls] == ["Attribute", "Name"]
    assert made.text == plain.text
    assert not any(isinstance(n, ast.Name) and "." in n.id for n in ast.walk(plain.node))


def test_methods_of_other_given_objects_are_functions_of_those() -> None:
    plain = function(
        "def fill(n, model, rate):\n    return [model.grow(i) + rate.real() for i in n]\n",
        model="Model",
        rate="float 2.0",
    )
    grow = function("def grow(self, i):\n    return self.a * i\n", **{"self.a": "float 2.0"})
    real = function("def real(self):\n    return self\n")
    _, methods, held = with_own_methods(plain, [grow, real])
    assert {name: ast.unparse(each) for name, each in methods.items()} == {
        "model.grow": "def grow(i):\n    return model.a * i"
    }
    assert held == {"model.a": "float 2.0"}


@pytest.mark.parametrize(
    "other",
    [
        "def closest(self, x, k):\n    self.c = k\n    return x\n",
        "def closest(self, x, k):\n    self = x\n    return self\n",
        "@cached\ndef closest(self, x, k):\n    return x\n",
        "def closest():\n    return 1\n",
        "def other(self, x, k):\n    return x\n",
    ],
)
def test_what_does_more_is_left_where_it_is(other: str) -> None:
    plain = function(ASSIGN)
    assert with_own_methods(plain, [function(other)]) == (plain, {}, {})


def test_a_function_of_the_module_is_no_method() -> None:
    plain = function(ASSIGN)
    other = function("def closest(self, x, k):\n    return x\n", indent="")
    assert with_own_methods(plain, [other]) == (plain, {}, {})


CLUSTERS = """
class Clusters:
    def __init__(self, k, centres):
        self.k, self.centres = k, centres

    def distance(self, a, b):
        return np.sqrt(np.sum((a - b) ** 2))

    def closest(self, point):
        best, least = 0, float("inf")
        for j in range(self.k):
            d = self.distance(point, self.centres[j])
            if d < least:
                best, least = j, d
        return best

    def assign(self, X):
        labels = np.zeros(len(X), dtype=int)
        for i, x in enumerate(X):
            labels[i] = self.closest(x)
        return labels

f = Clusters.assign
x = np.random.default_rng(0).normal(size=(40, 3))
given = Clusters(4, x[:4])
"""


def test_a_loop_over_what_methods_compute_is_lifted() -> None:
    space = {"np": np}
    exec(CLUSTERS, space)
    own = Own(CLUSTERS, space["given"], space["x"], traced=False)
    titles = [found.title for found in own.findings("lifted_loop")]
    assert "line 19: the loop over (i, x) as pairwise distances" in titles
    first, *others = own.observed.functions
    (made, *_) = lift(first, helpers=others).lifted
    assert "cdist(X, self.centres[:self.k], 'sqeuclidean')" in made.rewrite.source
    found = own.findings("lifted_loop")[0]
    assert own.agreement(found).same


LATTICE = """
class Lattice:
    def __init__(self, spins):
        self.spins, self.n = spins, len(spins)

    def around(self, i, j):
        n, s = self.n, self.spins
        return s[(i + 1) % n][j] + s[(i - 1) % n][j] + s[i][(j + 1) % n] + s[i][(j - 1) % n]

    def energy(self):
        total = 0
        for i in range(self.n):
            for j in range(self.n):
                total -= self.spins[i][j] * self.around(i, j)
        return total

f = Lattice.energy
given = Lattice([[(-1) ** (i * j % 5) for j in range(9)] for i in range(9)])
"""


def test_lists_that_an_object_holds_become_arrays_of_the_function() -> None:
    space: dict[str, object] = {}
    exec(LATTICE, space)
    own = Own(LATTICE, space["given"], traced=False)
    found = own.findings("lifted_loop")[0]
    assert "    spins_array = np.array(self.spins, int)\n" in found.trial.rewrites[0].source
    assert own.agreement(found).same


LIFE = """
class Life:
    def __init__(self, cells):
        self.cells, self.rows, self.cols = cells, len(cells), len(cells[0])

    def around(self, r, c):
        total = 0
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                if dr == 0 and dc == 0:
                    continue
                total += self.cells[(r + dr) % self.rows][(c + dc) % self.cols]
        return total

    def next_state(self, r, c):
        n = self.around(r, c)
        if self.cells[r][c]:
            return 1 if n in (2, 3) else 0
        return 1 if n == 3 else 0

    def step(self):
        new = []
        for r in range(self.rows):
            row = []
            for c in range(self.cols):
                row.append(self.next_state(r, c))
            new.append(row)
        self.cells = new

f = Life.step
given = Life([[r * c % 3 % 2 for r in range(9)] for c in range(7)])
"""


def test_rows_that_were_lists_are_lists_and_what_is_asked_twice_is_computed_once() -> None:
    space: dict[str, object] = {}
    exec(LIFE, space)
    own = Own(LIFE, space["given"], traced=False)
    every = own.findings("lifted_loop")
    found = next(e for e in every if "np.arange(-1" in e.trial.rewrites[0].source)
    source = found.trial.rewrites[0].source
    assert source.count("np.arange(-1, self.rows - 1)") == 3
    for each in every[:2]:
        source = each.trial.rewrites[0].source
        assert "for " not in source
        assert source.count(".tolist()") == 1
        assert own.agreement(each).same
