"""Rules about Python's containers, files and solvers: fire, keep silent, are refused."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

from profiler_suite.analysis.explain.rules import python, solvers
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(13)
NUMBERS = rng.integers(0, 40, 60).tolist()
X = np.linspace(-1.0, 1.0, 9)
A = rng.random((7, 5))
SYSTEM = rng.random((6, 6)) + 6 * np.eye(6)
SPARSE = scipy.sparse.csr_matrix(np.where(A > 0.5, A, 0.0))
STATS = "from scipy import stats\n"
LINES = ["1.5,2.0,3", "4,5,6.25", "7,8,9"]
TEXT = "\n".join(LINES)

ROW_PARTS = (
    "def f(m, n):\n    out = []\n    for i in range(n):\n        row = m.getrow(i)\n"
    "        out.append(row.data.sum() if row.nnz else 0.0)\n    return out\n"
)

SCALED = (
    "def f(m):\n    m = m.tolil()\n    for i in range(m.shape[0]):\n        s = m[i].sum()\n"
    "        if s != 0:\n            m[i] = m[i] / s\n    return m\n"
)

NEAR = (
    "import math\ndef f(a, b):\n    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)))\n"
)

FIRES = [
    Fires(
        "distance_of_tuples",
        NEAR,
        lambda: ((1.0, 2.0, 3.0), (3.0, 1.0, 0.5)),
        "return math.dist(a, b)",
    ),
    Fires("scaled_rows_of_sparse", SCALED, lambda: (SPARSE,), "np.diff(m.indptr)"),
    Fires("compressed_row", ROW_PARTS, lambda: (SPARSE, 7), "m.data[row_begin:row_end].sum()"),
    Fires(  # of rows that have names
        "sparse_rows",
        "def f(m):\n    out = np.zeros(m.shape[0])\n    for i in range(m.shape[0]):\n"
        "        row = m.getrow(i)\n        out[i] = np.sqrt(row.multiply(row).sum())\n"
        "    return out\n",
        lambda: (SPARSE,),
        "np.sqrt(m_rows",
    ),
    Fires(  # with the array, as an array expression
        "sparse_rows",
        "def f(m):\n    out = np.zeros(m.shape[1])\n    for j in range(m.shape[1]):\n"
        "        column = m[:, j].toarray().ravel()\n"
        "        out[j] = np.sqrt((column ** 2).sum())\n    return out\n",
        lambda: (SPARSE,),
        "out[:] = ",
    ),
    Fires(
        "deep_copy",
        "import pickle\ndef f(x):\n    y = pickle.loads(pickle.dumps(x))\n    y[0] = 5.0\n"
        "    return y\n",
        lambda: (X,),
        "y = x.copy()",
    ),
    Fires(
        "deep_copy",
        "import copy\ndef f(x):\n    y = copy.deepcopy(x)\n    y['n'] += 1\n    return y\n",
        lambda: ({"n": 1, "x": X},),
        "{k: copy.copy(v) for k, v in x.items()}",
    ),
    Fires(
        "integral_of_many",
        "from scipy.integrate import quad\n"
        "def wave(t, a, b):\n    return np.exp(-a * t) * np.cos(b * t)\n"
        "def f(p, b):\n    out = []\n    for a in p:\n"
        "        value, error = quad(wave, 0, 3, args=(a, b))\n        out.append(value)\n"
        "    return np.array(out)\n",
        lambda: (X + 2.0, 1.5),
        "quad_vec(lambda t: wave(t, np.asarray(p), b), 0, 3",
    ),
    Fires(
        "queue",
        "def f(a):\n    a = a[:]\n    t = 0\n    while a:\n        t += a.pop(0)\n"
        "    return t\n",
        lambda: (NUMBERS,),
        "t += a.popleft()",
    ),
    Fires(
        "deep_copy",
        "import copy\n"
        "def f(x):\n    kept = []\n    for i in range(3):\n"
        "        kept.append(copy.deepcopy(x))\n        x = x + 1\n    return kept\n",
        lambda: (X,),
        "kept.append(x.copy())",
    ),
    Fires(
        "deep_copy",
        "import copy\n"
        "def f(x):\n    kept = copy.deepcopy(x)\n    x[0][0] = 5.0\n    return kept\n",
        lambda: ([X, X + 1],),
        "kept = [each.copy() for each in x]",
    ),
    Fires(
        "recursion",
        """
        class Terrain:
            def __init__(self, cost):
                self.cost = cost

            def cheapest(self, i, j):
                if i < 0 or j < 0:
                    return 0 if i + j == -1 else 99
                ways = self.cheapest(i - 1, j), self.cheapest(i, j - 1)
                return int(self.cost[i, j]) + min(ways)

        f = Terrain(np.arange(20).reshape(4, 5)).cheapest
        """,
        lambda: (3, 4),
        "cheapest_once(i - 1, j), cheapest_once(i, j - 1)",
    ),
    Fires(
        "recursion",
        """
        def f(weights, room, n):
            if n == 0 or room <= 0:
                return 0
            if weights[n - 1] > room:
                return f(weights, room, n - 1)
            return max(f(weights, room, n - 1), 1 + f(weights, room - weights[n - 1], n - 1))
        """,
        lambda: ([3, 4, 5, 2, 6], 11, 5),
        "def f_once(room, n):",
    ),
    Fires(
        "slow_parser",
        "import io\ndef f(text):\n    return np.genfromtxt(io.StringIO(text), delimiter=',')\n",
        lambda: (TEXT,),
        "np.loadtxt(io.StringIO(text), delimiter=',')",
    ),
    Fires(
        "lines_of_numbers",
        "def f(lines):\n    rows = []\n    for line in lines:\n"
        "        rows.append([float(v) for v in line.split(',')])\n    return np.array(rows)\n",
        lambda: (LINES,),
        "rows = np.loadtxt(lines, ndmin=2, delimiter=',')",
    ),
    Fires(
        "lines_of_numbers",
        "def f(lines):\n    rows = []\n    for line in lines:\n"
        "        parts = line.strip().split(',')\n        row = []\n"
        "        for part in parts:\n            row.append(float(part))\n"
        "        rows.append(row)\n    return rows\n",
        lambda: (LINES,),
        "rows.extend(np.loadtxt(lines, ndmin=2, delimiter=',').tolist())",
    ),
    Fires(  # of rows that are split already
        "lines_of_numbers",
        "import csv\ndef f(lines):\n    a, b = [], []\n    rows = csv.reader(lines)\n"
        "    for row in rows:\n        a.append(float(row[1]))\n"
        "        b.append(float(row[0]))\n    return a, b\n",
        lambda: (['1,"2.5"', "3,4"],),
        "np.loadtxt(lines, ndmin=2, delimiter=',', quotechar='\"', usecols=(0, 1))",
    ),
    Fires(
        "lines_of_numbers",
        "def f(lines):\n    a, b = [], []\n    for line in lines:\n"
        "        parts = line.split(',')\n        a.append(float(parts[1]))\n"
        "        b.append(float(parts[0]))\n    return a, b\n",
        lambda: (LINES,),
        "b.extend(columns[:, 0].tolist())",
    ),
    Fires(
        "list_reduction",
        "def f(a):\n    best = []\n    for v in a:\n        best.append(v)\n"
        "        if np.max(best) - np.mean(best) > 20:\n            best = [v]\n"
        "    return best\n",
        lambda: (NUMBERS,),
        "if max(best) - (sum(best) / len(best)) > 20:",
    ),
    Fires(
        "factorised",
        "def f(a, u):\n    for step in range(5):\n        u = np.linalg.solve(a, u + 1.0)\n"
        "    return u\n",
        lambda: (SYSTEM, SYSTEM[0]),
        "a_factors = scipy.linalg.lu_factor(a)",
    ),
    Fires(
        "factorised",
        "from scipy.sparse.linalg import spsolve\n"
        "def f(a, u):\n    for step in range(5):\n        u = spsolve(a, u)\n    return u\n",
        lambda: (scipy.sparse.csc_matrix(SYSTEM), SYSTEM[0]),
        "u = a_solve(u)",
    ),
    Fires(
        "callback_numbers",
        "from scipy.integrate import odeint\n"
        "def rhs(s, t):\n    x, y = s\n    return np.array([y, -x])\n\n"
        "def f(t):\n    return odeint(rhs, [1.0, 0.0], t)\n",
        lambda: (X + 1.0,),
        "x, y = s.tolist()",
    ),
    Fires(
        "integral_of_many",
        "from scipy.integrate import quad\n"
        "def g(t, a):\n    return np.exp(-a * t)\n\n"
        "def f(p):\n    return np.array([quad(g, 0, 1, args=(a,))[0] for a in p])\n",
        lambda: (X + 2.0,),
        "scipy.integrate.quad_vec(lambda t: g(t, np.asarray(p)), 0, 1",
    ),
    Fires(
        "element_calls",
        STATS + "def f(x):\n    out = []\n    for v in x:\n"
        "        out.append(stats.norm.pdf(v, 0.5, 2.0))\n    return np.array(out)\n",
        lambda: (X,),
        "out.extend(stats.norm.pdf(x, 0.5, 2.0))",
    ),
    Fires(
        "element_calls",
        "from scipy.signal import savgol_filter\n"
        "def f(a):\n    out = np.zeros_like(a)\n    for j in range(a.shape[1]):\n"
        "        out[:, j] = savgol_filter(a[:, j], 5, 2)\n    return out\n",
        lambda: (A,),
        "savgol_filter(a, 5, 2, axis=0)",
    ),
    Fires(
        "element_calls",
        "from scipy.spatial import distance\n"
        "def f(a, b):\n    out = np.zeros((len(a), len(b)))\n    for i in range(len(a)):\n"
        "        for j in range(len(b)):\n"
        "            out[i, j] = distance.cosine(a[i], b[j])\n    return out\n",
        lambda: (A, A[:4] + 1.0),
        "distance.cdist(a, b, 'cosine')",
    ),
    Fires(
        "element_calls",
        "from scipy.spatial import KDTree\n"
        "def f(a, b):\n    tree = KDTree(a)\n    near = []\n    for p in b:\n"
        "        d, i = tree.query(p)\n        near.append(i)\n    return np.array(near)\n",
        lambda: (A, A[:3] + 0.01),
        "near.extend(tree.query(b)[1])",
    ),
    Fires(
        "element_calls",
        "def f(x, lab, n):\n"
        "    return np.array([x[lab == i].mean() for i in range(1, n + 1)])\n",
        lambda: (rng.random((4, 5)), np.arange(20).reshape(4, 5) % 4, 3),
        "scipy.ndimage.mean(x, lab, np.arange(1, n + 1))",
    ),
    Fires(
        "distribution",
        STATS + "def f(x):\n    return [stats.norm(v, 2.0).logpdf(x).sum() for v in x]\n",
        lambda: (X,),
        "-0.5 * ((x - v) / 2.0) ** 2 - np.log((2.0 * np.sqrt(2 * np.pi)))",
    ),
    Fires(
        "lines_of_numbers",
        "def f(lines):\n    return [list(map(float, l.strip().split(','))) for l in lines]\n",
        lambda: (LINES,),
        "np.loadtxt(lines, ndmin=2, delimiter=',').tolist()",
    ),
    Fires(
        "distribution",
        STATS + "def f(x):\n    return [stats.gamma(2.0, scale=3.0).pdf(v) for v in x]\n",
        lambda: (X + 2.0,),
        "stats.gamma.pdf(v, 2.0, scale=3.0)",
    ),
    Fires(
        "distribution",
        "from scipy.stats import norm\n"
        "def f(x):\n    return norm.cdf(x) + norm.logpdf(x, loc=0.5, scale=2.0)\n",
        lambda: (X,),
        "scipy.special.ndtr(x)",
    ),
    Fires(
        "element_calls",
        "from scipy import special\n"
        "def f(x):\n    return sum(special.erf(v) * special.gammaln(v + 3) for v in x)\n",
        lambda: (X,),
        "np.sum(special.erf(x) * special.gammaln(x + 3))",
    ),
    Fires(  # half of a matrix, set on both sides
        "element_calls",
        "from scipy.spatial.distance import cosine\n"
        "def f(a):\n    n = len(a)\n    d = np.zeros((n, n))\n    for i in range(n):\n"
        "        for j in range(i + 1, n):\n            d[i, j] = cosine(a[i], a[j])\n"
        "            d[j, i] = d[i, j]\n    return d\n",
        lambda: (A + 1.0,),
        "scipy.spatial.distance.cdist(a, a, 'cosine')",
    ),
    Fires(  # a matrix that was made elsewhere
        "sparse_assembled",
        "def f(m):\n    for i in range(6):\n        m[i, i] = 4.0\n        m[i, 0] = i - 1.0\n",
        lambda: (scipy.sparse.lil_matrix((7, 7)),),
        "m[m_rows, m_columns] = m_values",
    ),
    Fires(  # the inner loop alone
        "element_calls",
        "def f(x, y):\n    out = np.zeros((len(y), len(x)))\n    for i in range(len(y)):\n"
        "        for j in range(len(x)):\n"
        "            out[i, j] = np.interp(x[j], np.arange(5.0), y[i])\n    return out\n",
        lambda: (X, A),
        "out[i, :] = np.interp(x, np.arange(5.0), y[i])",
    ),
    Fires(
        "sparse_rows",
        "def f(m, w):\n    out = []\n    for i in range(m.shape[0]):\n"
        "        out.append(m.getrow(i).dot(w)[0])\n    return np.array(out)\n",
        lambda: (SPARSE, A[0]),
        "out.append(m_rows[i])",
    ),
    Fires(
        "sparse_assembled",
        "from scipy.sparse import lil_matrix\n"
        "def f(n):\n    m = lil_matrix((n, n))\n    for i in range(n - 1):\n"
        "        m[i, i] += 2.0\n        m[i, i + 1] -= 1.0\n    return m.tocsr()\n",
        lambda: (9,),
        "m = matrix_of_sums(m_rows, m_columns, m_values, m.shape, m.dtype)",
    ),
    Fires(
        "sparse_rows",
        "def f(m):\n    out = np.zeros(m.shape[0])\n    for i in range(m.shape[0]):\n"
        "        out[i] = m[i].sum()\n    return out\n",
        lambda: (SPARSE,),
        "m_rows = np.asarray(m.sum(axis=1)).ravel()",
    ),
    Fires(
        "sparse_rows",
        "def f(m):\n    t = 0.0\n    for i in range(3):\n        for j in range(4):\n"
        "            t += m[i, j] * j\n    return t\n",
        lambda: (SPARSE,),
        "t += m_array[i, j] * j",
    ),
]

SILENT = [
    Silent(  # NumPy's arrays have better ways
        "distance_of_tuples", NEAR, lambda: (np.arange(3.0), np.ones(3))
    ),
    Silent("scaled_rows_of_sparse", SCALED.replace("m[i] / s", "m[0] / s"), lambda: (SPARSE,)),
    Silent("compressed_row", ROW_PARTS, lambda: (SPARSE.tocsc(), 7)),
    Silent("list_reduction", "def f(x):\n    return np.max(x)\n", lambda: (X,)),
    *(
        Silent(
            "list_membership",
            f"def f(self, tokens):\n    new = 0\n    for token in tokens:\n        {line}\n"
            "        new += token not in self.words\n    return new\n",
            lambda: (SimpleNamespace(words=[1, 2]), NUMBERS),
        )
        for line in ("self.words = [3]", "print(self)", "self = self", "self.words[0] = 1")
    ),
    Silent(
        "queue",
        "def f(a):\n    a = a[:]\n    while a:\n        a.pop()\n    return a\n",
        lambda: (NUMBERS,),
    ),
    Silent("deep_copy", "def f(x):\n    return x.copy()\n", lambda: (X,)),
    Silent(  # one way to each
        "recursion", "def f(n):\n    return 1 if n < 2 else n * f(n - 1)\n", lambda: (6,)
    ),
    Silent("slow_parser", "def f(text):\n    return np.array(text.split())\n", lambda: (TEXT,)),
    Silent(
        "lines_of_numbers",
        "def f(lines):\n    rows = []\n    for line in lines:\n"
        "        rows.append(line.split(','))\n    return rows\n",
        lambda: (LINES,),
    ),
    Silent(  # an integer
        "lines_of_numbers",
        "def f(lines):\n    a = []\n    for line in lines:\n"
        "        a.append(int(line.split(',')[0][0]))\n    return a\n",
        lambda: (LINES,),
    ),
    Silent(  # what each line is worth counts as well
        "lines_of_numbers",
        "def f(lines):\n    a = []\n    n = 0\n    for line in lines:\n"
        "        n += 1\n        a.append(float(line.split(',')[0]))\n    return a, n\n",
        lambda: (LINES,),
    ),
    Silent(  # another matrix each time
        "factorised",
        "def f(a, u):\n    for step in range(5):\n        a = a + 1.0\n"
        "        u = np.linalg.solve(a, u)\n    return u\n",
        lambda: (SYSTEM, SYSTEM[0]),
    ),
    Silent(
        "callback_numbers",
        "def rhs(s, t):\n    x, y = s\n    return np.array([y, -x])\n\n"
        "def f(s):\n    return rhs(s, 0.0)\n",
        lambda: (X[:2],),
    ),
    Silent(
        "solver_callback",
        "def rhs(s, t):\n    return -s\n\ndef f(s):\n    return rhs(s, 0.0)\n",
        lambda: (X,),
    ),
    Silent(
        "integral_of_many",
        "from scipy.integrate import quad\ndef f(a):\n    return quad(np.exp, 0, a)[0]\n",
        lambda: (1.0,),
    ),
    Silent(  # its own functions are not a library's
        "element_calls",
        "def g(v):\n    return v + 1\n\ndef f(x):\n    out = []\n    for v in x:\n"
        "        out.append(g(v))\n    return out\n",
        lambda: (X,),
    ),
    Silent(
        "distribution",
        STATS + "def f(x):\n    d = stats.gamma(2.0)\n    return d.pdf(x) + d.cdf(x)\n",
        lambda: (X + 2.0,),
    ),
    Silent(
        "sparse_assembled",
        "from scipy.sparse import lil_matrix\n"
        "def f(n):\n    return lil_matrix((n, n)).tocsr()\n",
        lambda: (9,),
    ),
    Silent("sparse_rows", "def f(m):\n    return m[2].sum()\n", lambda: (SPARSE,)),
]

REFUSED = [
    Refused(  # zip ends with the shorter one
        "distance_of_tuples", NEAR, lambda: ((1.0, 2.0, 3.0), (3.0, 1.0))
    ),
    Refused(  # not all rows
        "scaled_rows_of_sparse",
        SCALED.replace("range(m.shape[0])", "range(2, 5)"),
        lambda: (SPARSE,),
    ),
    Refused(  # from the end
        "compressed_row",
        ROW_PARTS.replace("getrow(i)", "getrow(i - n)"),
        lambda: (SPARSE, 7),
    ),
    Refused(  # rows of numbers
        "list_reduction",
        "def f(a):\n    return np.max(a)\n",
        lambda: ([[1, 5], [3, 2]],),
    ),
    Refused(  # what lies deeper is changed
        "deep_copy",
        "import copy\n"
        "def f(x):\n    y = copy.deepcopy(x)\n    x[0][0].append(5)\n    return y\n",
        lambda: ([[[1], [2]], [[3]]],),
    ),
    Refused(  # it counts how often it was called
        "recursion",
        """
        calls = []

        def f(n):
            calls.append(n)
            if n < 2:
                return len(calls)
            return f(n - 1) + f(n - 2)
        """,
        lambda: (6,),
    ),
    Refused(  # what is no number is NaN for one parser only
        "slow_parser",
        "import io\ndef f(text):\n    return np.genfromtxt(io.StringIO(text), delimiter=',')\n",
        lambda: ("1,a,3\n4,5,6",),
    ),
    Refused(
        "element_calls",
        STATS + "def f(x):\n    out = []\n    for v in x:\n"
        "        out.append(stats.rankdata(v)[0])\n    return np.array(out)\n",
        lambda: (X,),
    ),
    Refused(  # without a scale there is no density, whatever the formula says
        "distribution",
        "from scipy.stats import norm\ndef f(x):\n    return norm.pdf(x, 0.0, -1.0)\n",
        lambda: (X,),
    ),
    Refused(  # what was in it before is added to
        "sparse_assembled",
        "from scipy.sparse import lil_matrix\n"
        "def f(n):\n    m = lil_matrix(np.eye(n))\n    for i in range(n):\n"
        "        m[i // 2, 0] += i + 1.0\n    return m.tocsr()\n",
        lambda: (9,),
    ),
]


(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


def test_what_a_solver_calls_back_is_a_hint_with_its_name() -> None:
    own = Own(
        "from scipy.integrate import odeint\n"
        "def rhs(s, t):\n    return -s\n\n"
        "def f(t):\n    return odeint(rhs, [1.0, 0.0], t)\n",
        X + 1.0,
    )
    (found,) = own.findings(solvers.solver_callback.__name__)
    assert not own.findings(python.recursion.__name__)
    assert found.hint
    assert "odeint calls rhs from Python" in found.title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[(v - min(x)) / max(x) for v in x]", "[(v - min_before_1) / value_before_2"),
        ("[v for v in x if v > sum(x) / len(x)]", "if v > value_before_1 / len(x)]"),
        ("list(map(lambda v: v - sorted(x)[0], x))", "lambda v: v - value_before_1[0]"),
    ],
)
def test_comprehensions_and_functions_compute_what_is_the_same_once(
    text: str, expected: str
) -> None:
    own = Own(f"def f(x):\n    return {text}\n", NUMBERS)
    found = own.findings("invariant")
    assert found, text
    source = found[0].trial.rewrites[0].source
    assert source.count("_before_") >= 2
    assert expected.split("_before_")[1] in source
    assert own.agreement(found[0]).same


def test_what_a_comprehension_changes_is_not_the_same_every_time() -> None:
    own = Own("def f(x):\n    return [sum(x[:v]) for v in x]\n", NUMBERS)
    assert not own.findings("invariant")
    text = (
        "def f(x):\n    out = []\n    for v in x:\n        out.append(v)\n"
        "        t = sum(out)\n    return t\n"
    )
    assert not Own(text, NUMBERS).findings("invariant")
