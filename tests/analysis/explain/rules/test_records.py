"""Rules about records and texts: fire, keep silent, are refused."""

import math
from types import SimpleNamespace

from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

ROWS = [{"k": n % 5, "v": n / 4} for n in range(40)]
MEANS = (
    "def f(rows, keys):\n    out = {}\n    for k in keys:\n"
    "        own = [r['v'] for r in rows if r['k'] == k]\n"
    "        out[k] = sum(own) / len(own) if own else 0.0\n    return out\n"
)
JOINED = (
    "def f(a, b):\n    out = []\n    for x in a:\n        for y in b:\n"
    "            if x['k'] == y['k']:\n                out.append(x['v'] * y['v'])\n"
    "    return out\n"
)
TOTALS = (
    "import csv\n"
    "def f(lines):\n    total = {}\n    for row in csv.DictReader(lines):\n"
    "        total[row['k']] = total.get(row['k'], 0.0) + float(row['v'])\n    return total\n"
)
COMPLEMENT = (
    "def f(s):\n    out = ''\n    for c in reversed(s):\n        if c == 'A':\n"
    "            out += 'T'\n        elif c == 'T':\n            out += 'A'\n"
    "        else:\n            out += c\n    return out\n"
)
HAMMING = (
    "def f(s):\n    n = len(s)\n    out = np.zeros((n, n))\n    for i in range(n):\n"
    "        for j in range(n):\n"
    "            out[i, j] = sum(1 for a, b in zip(s[i], s[j]) if a != b)\n    return out\n"
)
WORDS = ["gatta", "catta", "gaéta", "cacca"]
TABLE = ["n,k,v", "1,a,0.5", "", '2,"b,c",1e3', "3,a,0.1"]
PUSHED = (
    "def f(ps, reach):\n    energy = 0.0\n    for p in ps:\n        push = 0.0\n"
    "        for q in ps:\n            if p is q:\n                continue\n"
    "            d = p.x - q.x\n            if abs(d) < reach:\n"
    "                push += d * q.m\n                energy += q.m * d * d\n"
    "        p.push = push\n    return energy\n"
)
NEAREST = (
    "import math\n"
    "def distance(p, x):\n    d, m = abs(p.x - x), p.m\n    e = d * d + m\n"
    "    return math.sqrt(e + d)\n"
    "def f(ps, x):\n    best, found = math.inf, None\n    for p in ps:\n"
    "        d = distance(p, x)\n        if d < best:\n            best, found = d, p\n"
    "    return found.m, best\n"
)
ZIPPED = (
    "def f(ps, amounts):\n    total = 0.0\n    for p, n in zip(ps, amounts):\n"
    "        total += n * np.exp(p.v) * p.x\n    return total\n"
)
MOVED = (
    "def f(ps):\n    for p in ps:\n        p.x += 0.5 * p.v\n        p.v = abs(p.x)\n"
    "    return ps[1].x\n"
)


def objects() -> list[SimpleNamespace]:
    """Nine objects with fields."""
    return [SimpleNamespace(x=n * n / 7, v=0.3 * n, m=1.0 + n, push=0.0) for n in range(9)]


def one_twice() -> list[SimpleNamespace]:
    """A list in which an object stands twice."""
    found = objects()
    return [*found, found[1]]


FIRES = [
    Fires("fields_of_objects", PUSHED, lambda: (objects(), 1.5), "ps_x[:, None] - ps_x"),
    Fires("fields_of_objects", NEAREST, lambda: (objects(), 0.8), "found = ps[found_at]"),
    Fires("fields_of_objects", ZIPPED, lambda: (objects(), [0.5, 0.25] * 4), "[:count]"),
    Fires("fields_of_objects", MOVED, lambda: (objects(),), "ps_x += 0.5 * ps_v"),
    Fires("texts_compared", HAMMING, lambda: (WORDS,), "s_characters[i] != s_characters[j]"),
    Fires("texts_compared", HAMMING, lambda: (WORDS,), "cdist(s_characters"),
    Fires("characters", COMPLEMENT, lambda: ("GATTACAé",), "s[::-1].translate(str.maketrans("),
    Fires(
        "characters",
        "def f(s):\n    n = 0\n    for c in s:\n        if c in 'GC':\n            n += 1\n"
        "    return n / len(s) if s else 0.0\n",
        lambda: ("GATTACA",),
        "n += sum(map(s.count, [c for c in set(s) if c in 'GC']))",
    ),
    Fires("rows_by_name", TOTALS, lambda: (TABLE,), "total.get(row[at_k], 0.0)"),
    Fires(
        "rows_by_name",
        "import csv\nimport io\nimport pandas as pd\n"
        "def f(text):\n    rows = csv.DictReader(io.StringIO(text), delimiter=';')\n"
        "    x, y = [], []\n    for row in rows:\n        x.append(float(row['v']))\n"
        "        y.append(int(row['n']))\n    return x, y\n",
        lambda: ("n;k;v\n7;NA;0.1\n-3;;-2e-5\n",),
        "pd.read_csv(io.StringIO(text), sep=';', usecols=['v', 'n']",
    ),
    Fires("filtered_by_key", MEANS, lambda: (ROWS, [4, 0, 7]), "in rows_by_key.get(k, ())]"),
    Fires("filtered_by_key", JOINED, lambda: (ROWS, ROWS[::3]), "in b_by_key.get(x['k'], ()):"),
    Fires(  # what equals nothing is found nowhere
        "filtered_by_key",
        MEANS,
        lambda: ([*ROWS, {"k": math.nan, "v": 1.0}], [math.nan, 1, 1.0]),
        "in rows_by_key.get(k, ())]",
    ),
]

SILENT = [
    Silent(  # what is done with an object as a whole
        "fields_of_objects", MOVED.replace("abs(p.x)", "str(p)"), lambda: (objects(),)
    ),
    Silent(  # what comes in order
        "texts_compared", HAMMING.replace("a != b", "a < b"), lambda: (WORDS,)
    ),
    Silent(  # what comes before counts
        "characters",
        "def f(s):\n    out = ''\n    for c in s:\n        out += c if c != out[-1:] else ''\n"
        "    return out\n",
        lambda: ("aabba",),
    ),
    Silent("rows_by_name", TOTALS.replace("DictReader", "reader"), lambda: ([],)),
    Silent(
        "filtered_by_key",
        "def f(rows, k):\n    return [r['v'] for r in rows if r['k'] == k]\n",
        lambda: (ROWS, 2),
    ),
]

REFUSED = [
    Refused("fields_of_objects", MOVED, lambda: (one_twice(),)),
    Refused(  # one of them ends first
        "texts_compared", HAMMING, lambda: (["abc", "abcd"],)
    ),
    Refused(  # rows that end too early
        "rows_by_name",
        TOTALS.replace("float(row['v'])", "float(row['v'] or 0)"),
        lambda: ([*TABLE, "4,a"],),
    ),
    Refused(  # what cannot be hashed
        "filtered_by_key", MEANS, lambda: ([{"k": [n % 2], "v": 1.0} for n in range(9)], (1, 2))
    ),
]

test_fires, test_silent, test_refused = family_tests(FIRES, SILENT, REFUSED)
