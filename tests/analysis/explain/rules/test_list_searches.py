"""Lists that are searched again and again become sets, or dictionaries of places."""

from types import SimpleNamespace

import numpy as np

from profiler_suite.analysis.explain.rules import list_searches
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

rng = np.random.default_rng(13)
NUMBERS = rng.integers(0, 40, 60).tolist()
assert list_searches

VOCABULARY = """
def f(words):
    known = []
    codes = []
    for w in words:
        if w not in known:
            known.append(w)
        codes.append(known.index(w))
    return known, codes
"""

FIRES = [
    Fires(  # of several lists at once
        "list_search",
        "def f(a, b, wanted):\n    out = []\n    for w in wanted:\n"
        "        out.append(a.index(w) + b.index(w))\n    return out\n",
        lambda: (NUMBERS, NUMBERS[::-1], NUMBERS[:9]),
        "out.append(a_places[w] + b_places[w])",
    ),
    Fires("places_of_new", VOCABULARY, lambda: (NUMBERS,), "codes.append(known_places[w])"),
    Fires(
        "list_membership",
        "def f(a, b):\n    return [x for x in a if x in b]\n",
        lambda: (NUMBERS, NUMBERS[:20]),
        "b_set = set(b)",
    ),
    Fires(  # whether it is there is known with its place
        "list_search",
        "def f(a, b):\n    return [b.index(x) for x in a if x in b]\n",
        lambda: (NUMBERS, NUMBERS[:20]),
        "[b_places[x] for x in a if x in b_places]",
    ),
    Fires(  # a list that an object keeps: what is in it, once for each call
        "list_membership",
        "def f(self, tokens):\n    new = 0\n    for token in tokens:\n"
        "        if token not in self.words:\n            self.words.append(token)\n"
        "            new += 1\n    return new\n",
        lambda: (SimpleNamespace(words=[1, 2]), NUMBERS),
        "self_words_set.add(token)",
    ),
    Fires(  # of what each of them holds
        "list_membership",
        "def f(a, rows):\n    out = []\n    for x in a:\n"
        "        if x not in [r['n'] for r in rows]:\n            out.append(x)\n"
        "    return out\n",
        lambda: (NUMBERS, [{"n": n} for n in NUMBERS[:20]]),
        "rows_n_set = {r['n'] for r in rows}",
    ),
    Fires(
        "list_membership",
        """
        def f(a):
            seen = []
            for x in a:
                if x not in seen:
                    seen.append(x)
            return seen
        """,
        lambda: (NUMBERS,),
        "seen_set.add(x)",
    ),
    Fires(
        "list_search",
        "def f(a):\n    return {x: a.count(x) for x in set(a)}\n",
        lambda: (NUMBERS,),
        "a_counts = collections.Counter(a)",
    ),
    Fires(
        "list_search",
        "def f(ids, wanted):\n    out = []\n    for w in wanted:\n"
        "        out.append(np.where(ids == w)[0][0])\n    return out\n",
        lambda: (rng.permutation(30), np.arange(12)),
        "out.append(ids_places[w])",
    ),
    Fires(
        "list_search",
        """
        class Alphabet:
            def __init__(self, words):
                self.words = words

            def places(self, asked):
                return [self.words.index(word) for word in asked]

        f = Alphabet(list("abcd")).places
        """,
        lambda: ("abba",),
        "words_places[word]",
    ),
]
SILENT = [
    Silent(  # nothing is looked for again
        "places_of_new",
        VOCABULARY.replace("known.index(w)", "len(known)"),
        lambda: (NUMBERS,),
    ),
    Silent("places_of_new", VOCABULARY.replace("append(w)", "insert(0, w)"), lambda: ([1],)),
    Silent(
        "list_membership", "def f(a, b):\n    return a[0] in b\n", lambda: (NUMBERS, NUMBERS)
    ),
    Silent(  # its places serve both
        "list_membership",
        "def f(a, b):\n    return [b.index(x) for x in a if x in b]\n",
        lambda: (NUMBERS, NUMBERS[:20]),
    ),
    Silent(  # the list grows on the way
        "list_search",
        """
        class Alphabet:
            def __init__(self, words):
                self.words = words

            def places(self, asked):
                found = []
                for word in asked:
                    self.words = [*self.words, word]
                    found.append(self.words.index(word))
                return found

        f = Alphabet(list("abcd")).places
        """,
        lambda: ("abba",),
    ),
    Silent(
        "list_search", "def f(a):\n    return a.count(3), a.index(a[4])\n", lambda: (NUMBERS,)
    ),
]
REFUSED = [
    Refused(  # what cannot be hashed
        "places_of_new", VOCABULARY, lambda: ([[1], [2], [1]],)
    ),
    Refused(  # what cannot be hashed
        "list_membership",
        "def f(a, b):\n    return [x for x in a if x in b]\n",
        lambda: ([[1], [2]], [[2]]),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
