"""Rules about loops: what one call, or one expression, does for all iterations."""

import msgspec
import numpy as np

from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.analysis.explain.rules.registry import find_rule
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests
from tests.fake_machine import MACHINE

rng = np.random.default_rng(12)
A = rng.random((40, 7))
V = rng.random(40)
# A term that swallows the others: their order counts.
SWALLOWED = np.r_[1e30, np.ones(200), -1e30]

FIRES = [
    Fires(
        "lifted_loop",
        """
        def f(a):
            out = np.empty(len(a))
            for i in range(len(a)):
                out[i] = a[i].sum() * 2  # of each row
            return out
        """,
        lambda: (A,),
        "a.sum(axis=1) * 2",
    ),
    Fires(
        "generator_loop",
        """
        def windows(x, size):
            for i in range(len(x) - size + 1):
                yield x[i : i + size]

        def f(x):
            found = []
            for w in windows(x, 5):
                found.append(w.max())
            return np.array(found)
        """,
        lambda: (V,),
        "sliding_window_view(x, 5)",
    ),
    Fires(
        "progress_prints",
        """
        def f(x):
            out = np.zeros(len(x))
            for i in range(len(x)):
                out[i] = x[i] * x[i]
                if i % 10 == 0:
                    print(i)
            return out
        """,
        lambda: (V,),
        "out[:] = x * x",
    ),
    Fires(
        "ragged_loops_in_one",
        """
        def f(x, begin, end):
            y = np.zeros(len(begin))
            for i in range(len(begin)):
                t = 0.0
                for j in range(begin[i], end[i]):
                    t += x[j] * x[j]
                y[i] = t
            return y
        """,
        lambda: (V, np.arange(30), np.arange(30) + np.arange(30) % 5),
        "np.bincount(",
    ),
    Fires(
        "ragged_loops_in_one",
        """
        def f(polygons):
            areas = []
            for corners in polygons:
                n = len(corners)
                s = 0.0
                for i in range(n):
                    a, b = corners[i]
                    c, d = corners[(i + 1) % n]
                    s += a * d - b * c
                areas.append(abs(s) / 2)
            return np.array(areas)
        """,
        lambda: ([rng.random((3 + k % 5, 2)) for k in range(60)],),
        "flat[:, 0][",
    ),
    Fires(
        "characters_as_codes",
        """
        def f(text):
            counts = np.zeros(26, dtype=int)
            for ch in text:
                k = ord(ch) - ord('a')
                if 0 <= k < 26:
                    counts[k] += 1
            return counts
        """,
        lambda: ("it is an old text; it is read by its letters" * 9,),
        "np.bincount(",
    ),
    Fires(
        "lists_as_arrays",
        """
        def f(n):
            flags = [True] * (n + 1)
            flags[0] = flags[1] = False
            for i in range(2, n):
                if flags[i]:
                    for j in range(2 * i, n + 1, i):
                        flags[j] = False
            return flags
        """,
        lambda: (200,),
        "flags[2 * i::i] = False",
    ),
    Fires(  # lists of Python's own numbers stay such: NumPy's are printed otherwise
        "lists_as_arrays",
        """
        def f(x):
            steps = []
            for i in range(1, len(x)):
                steps.append(x[i] * x[i - 1])
            return [each / steps[0] for each in steps]
        """,
        lambda: ([0.5 + 0.25 * n for n in range(60)],),
        "[0]).tolist()",
    ),
    Fires(
        "lists_as_arrays",
        """
        def f(x):
            steps = []
            for i in range(1, len(x)):
                steps.append(x[i] - x[i - 1])
            most = 0.0
            for i in range(1, len(steps)):
                if steps[i] * steps[i - 1] > most:
                    most = steps[i] * steps[i - 1]
            return most
        """,
        lambda: (V,),
        "steps_array[1:",
    ),
    Fires(
        "lifted_loop",
        "def f(x):\n    t = 0.0\n    for v in x:\n        t += v * v\n    return t\n",
        lambda: (V,),
        "x",
    ),
    Fires(
        "counted_characters",
        """
        def f(text):
            n = 0
            letters = {}
            for ch in text:
                if ch.isalpha():
                    n += 1
                    letters[ch] = letters.get(ch, 0) + 1
            return n, list(letters.items())
        """,
        lambda: ("it is an old text; it is read by its letters" * 9,),
        "letters[ch] = letters.get(ch, 0) + times",
    ),
    Fires(
        "runs_of_equal_elements",
        """
        def f(x):
            values = []
            lengths = []
            i = 0
            while i < len(x):
                j = i + 1
                while j < len(x) and x[j] == x[i]:
                    j += 1
                values.append(x[i])
                lengths.append(j - i)
                i = j
            return np.array(values), np.array(lengths)
        """,
        lambda: (np.repeat(np.arange(20) % 3, np.arange(20) + 1),),
        "values = x[x_begins]",
    ),
    Fires(
        "element_before",
        """
        def f(text):
            m = np.zeros((27, 27), dtype=int)
            last = None
            for ch in text:
                k = ord(ch) - 97
                if k < 0 or k > 25:
                    k = 26
                if last is not None:
                    m[last, k] += 1
                last = k
            return m
        """,
        lambda: ("it is an old text; it is read by its letters" * 9,),
        "np.bincount(",
    ),
    Fires(
        "element_before",
        """
        def f(x):
            m = np.zeros((9, 9))
            last = x[0]
            for v in x[1:]:
                m[last, v] += 1
                last = v
            return m
        """,
        lambda: (np.arange(200) ** 2 % 9,),
        "np.add.at(m, (x[:len(x) - 1], x[1:]), 1)",
    ),
    Fires(
        "element_before",
        """
        def f(users, times):
            session = 0
            out = []
            last_user, last_time = None, None
            for user, time in zip(users, times):
                if user != last_user or time - last_time > 10:
                    session += 1
                out.append(session)
                last_user, last_time = user, time
            return np.array(out)
        """,
        lambda: (np.arange(300) // 40, np.cumsum(np.arange(300) * 7 % 13)),
        "np.cumsum(",
    ),
]

SILENT = [
    Silent(
        "lifted_loop",
        "def f(n):\n    a, b = 0, 1\n    for _ in range(n):\n"
        "        a, b = b, (a * a + b) % 1000003\n    return a\n",
        lambda: (9,),
    ),
    Silent(  # it goes on where it was
        "generator_loop",
        "def g(x):\n    total = 0.0\n    for v in x:\n        total = total * total + v\n"
        "        yield total\n\n\ndef f(x):\n    return [v for v in g(x)]\n",
        lambda: (V,),
    ),
    Silent(  # what it prints changes as it goes
        "progress_prints",
        "def f(x):\n    t = 0.0\n    for v in x:\n        t += v\n        print(t)\n",
        lambda: (V,),
    ),
    Silent(  # equally long
        "ragged_loops_in_one",
        "def f(a):\n    t = 0.0\n    for i in range(len(a)):\n        for j in range(3):\n"
        "            t += a[i, j]\n    return t\n",
        lambda: (A,),
    ),
    Silent(  # it is kept as it is
        "characters_as_codes",
        "def f(t):\n    found = []\n    for c in t:\n        if c != 'a':\n"
        "            found.append(c)\n    return found\n",
        lambda: ("abracadabra",),
    ),
    Silent(  # it goes on growing
        "lists_as_arrays",
        "def f(x):\n    t = []\n    for v in x:\n        t.append(v)\n    for v in x:\n"
        "        t.append(t[0] + v)\n    return t\n",
        lambda: (V,),
    ),
    Silent("batch", "def f(a):\n    return a.sum(axis=1)\n", lambda: (A,)),
    Silent("gemm", "def f(a, x):\n    return a @ x\n", lambda: (A, A[0])),
    Silent(  # what it asks for changes as it goes
        "counted_characters",
        "def f(t):\n    n = 0\n    for c in t:\n        if n < 9:\n            n += 1\n"
        "    return n\n",
        lambda: ("abracadabra",),
    ),
    Silent(  # while it grows
        "runs_of_equal_elements",
        "def f(x):\n    n = 1\n    t = []\n    for i in range(1, len(x)):\n"
        "        if x[i] > x[i - 1]:\n            n += 1\n        else:\n"
        "            t.append(n)\n            n = 1\n    return t\n",
        lambda: (V,),
    ),
    Silent(  # what is kept is not of this element alone
        "element_before",
        "def f(x):\n    last = None\n    n = 0\n    for v in x:\n        k = v + n\n"
        "        if last is not None:\n            n += k > last\n        last = k\n"
        "    return n\n",
        lambda: (np.arange(9),),
    ),
]

REFUSED = [
    Refused(
        "lifted_loop",
        "def f(x):\n    t = 0.0\n    for v in x:\n        t += v\n    return t\n",
        lambda: (SWALLOWED,),
    ),
    Refused(
        "generator_loop",
        "def g(x):\n    for v in x:\n        yield v\n\n\n"
        "def f(x):\n    t = 0.0\n    for v in g(x):\n        t += v\n    return t\n",
        lambda: (SWALLOWED,),
    ),
    Refused(
        "progress_prints",
        "def f(x):\n    t = 0.0\n    for v in x:\n        print('.')\n        t += v\n"
        "    return t\n",
        lambda: (SWALLOWED,),
    ),
    Refused(  # beyond 64 bits
        "characters_as_codes",
        "def f(t):\n    s = 1\n    for c in t:\n        s *= ord(c)\n    return s\n",
        lambda: ("abracadabra" * 9,),
    ),
    Refused(  # beyond 64 bits
        "lists_as_arrays",
        "def f(n):\n    t = [1] * n\n    s = 0\n    for v in t:\n        s += v * 2**70\n"
        "    return s\n",
        lambda: (9,),
    ),
    Refused(  # places that count from the end
        "ragged_loops_in_one",
        "def f(x, begin, end):\n    out = []\n    for a, b in zip(begin, end):\n"
        "        for v in x[a:b]:\n            out.append(v)\n    return np.array(out)\n",
        lambda: (V, np.arange(-9, 0), np.arange(-9, 0) + 1),
    ),
    Refused(  # 1 is lost in it
        "counted_characters",
        "def f(t):\n    n = 2.0**60\n    for c in t:\n        n += 1\n    return n - 2.0**60\n",
        lambda: ("abracadabra" * 99,),
    ),
    Refused(
        "element_before",
        "def f(x):\n    t = 0.0\n    last = x[0]\n    for v in x[1:]:\n        t += last\n"
        "        last = v\n    return t\n",
        lambda: (np.append(SWALLOWED, 0.0),),
    ),
]

(
    test_it_fires,
    test_it_is_silent_on_its_innocent_neighbour,
    test_it_is_refused_when_inexact,
) = family_tests(FIRES, SILENT, REFUSED)


def test_many_small_calls_are_a_hint_with_one_call_for_all() -> None:
    own = Own(
        "def f(a):\n    t = []\n    for r in a:\n        t.append(np.exp(r))\n    return t\n", A
    )
    (finding,) = own.findings("batch")
    assert finding.hint
    assert finding.trial.kind == "batch"


def test_a_matrix_times_many_vectors_is_one_product() -> None:
    own = Own(
        "def f(a, m):\n    t = []\n    for r in a:\n        t.append(m @ r)\n    return t\n",
        A,
        np.ones((5, 7)),
    )
    (finding,) = own.findings("gemm")
    assert "matrix by matrix" in finding.title


def test_a_module_of_plain_lists_gets_numpy_with_the_loop() -> None:
    own = Own(
        "def f(a, b):\n    t = 0.0\n    for i in range(len(a)):\n"
        "        t += (a[i] - b[i]) ** 2\n    return t\n",
        list(range(40)),
        list(range(40)),
    )
    (source,) = own.observed.explained.sources
    record = msgspec.structs.replace(
        own.observed.explained,
        sources=(msgspec.structs.replace(source, bound={"math": "math"}),),
    )
    seen = Observation(record, MACHINE)
    made = list(find_rule("lifted_loop").find(seen))
    assert made
    for finding in made:
        (rewrite,) = finding.trial.rewrites
        assert rewrite.prelude == ("import numpy as np",)
        assert all(not each.trial.rewrites[0].prelude for each in own.findings("lifted_loop"))


def test_sums_in_dictionaries_are_loops_that_need_no_compiler() -> None:
    assert find_rule("sums_in_dictionary").family == find_rule("lifted_loop").family


def test_what_a_rewrite_of_a_rewrite_takes_for_granted_is_said() -> None:
    text = "def f(t):\n    s = 0\n    for c in t:\n        s += ord(c) * ord(c)\n    return s\n"
    (finding, *_) = Own(text, "abc" * 9).findings("characters_as_codes")
    assert finding.evidence.startswith("every character is an object of its own")
    keyed = "def f(k):\n    t = [0] * 9\n    for v in k:\n        t[v] += 1\n    return t\n"
    found = Own(keyed, np.arange(9)).findings("lists_as_arrays")
    assert any("; provided that no index of t is negative" in each.evidence for each in found)
