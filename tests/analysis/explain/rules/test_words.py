"""Texts are searched for many words by one pattern, and taken apart into one table."""

import pandas as pd

from profiler_suite.analysis.explain.rules import words
from tests.analysis.explain.rules.tables import Fires, Refused, Silent, family_tests

assert words

HEAD = "import pandas as pd\n"


def texts() -> pd.DataFrame:
    made = ["a dog (old)", "", "Cat.and mouse", "c++ or c", "dogma", "mouse"] * 9
    return pd.DataFrame({"t": made, "n": range(len(made))})


WORDS = ["dog", "c++", "."]
ANY = [
    "def f(df, words):\n    return df[df['t'].apply(lambda t: any(w in t for w in words))]\n",
    "def f(df, words):\n"
    "    return df['t'].map(lambda t: not any([w in t.lower() for w in words]))\n",
    "def f(df, words):\n    s = df['t']\n"
    "    return s.apply(lambda t: 1 if any(w in t for w in words) else 0)\n",
    "def f(df, words):\n    return [any(w in t for w in words) for t in df['t']]\n",
    "def f(df, words):\n    def has(text):\n        text = text.lower()\n"
    "        for word in words:\n            if word in text:\n                return True\n"
    "        return False\n    return df['t'].apply(has)\n",
]
FIRST = (
    "def f(df, table):\n    def kind(text):\n        for word, value in table.items():\n"
    "            if word in text.lower():\n                return value\n"
    "        return 'none'\n    return df['t'].apply(kind)\n"
)
SPLIT = "def f(df):\n    return df['t'].apply(lambda t: pd.Series([len(t), t[:2]]))\n"
NAMED = (
    "def f(df):\n"
    "    return df['t'].apply(lambda t: pd.Series([t[:1], t[1:]], index=['a', 'b']))\n"
)

FIRES = [
    *(
        Fires("any_of_words", HEAD + text, lambda: (texts(), WORDS), "contains_any(")
        for text in ANY
    ),
    Fires("any_of_words", HEAD + ANY[0], lambda: (texts(), []), "contains_any("),
    Fires(
        "any_of_words",
        HEAD + FIRST,
        lambda: (texts(), {"mouse": "m", "dog": "d", "cat": "c"}),
        "first_found(",
    ),
    Fires(
        "series_of_elements",
        HEAD + SPLIT,
        lambda: (texts(),),
        "pd.DataFrame([[len(t), t[:2]] for t in df['t'].tolist()], index=df['t'].index)",
    ),
    Fires("series_of_elements", HEAD + NAMED, lambda: (texts(),), ", columns=['a', 'b'])"),
]
SILENT = [
    Silent(  # all of the words
        "any_of_words",
        "def f(df, words):\n    return df['t'].apply(lambda t: all(w in t for w in words))\n",
        lambda: (texts(), WORDS),
    ),
    Silent(  # words that are other texts' own
        "any_of_words",
        "def f(df, words):\n"
        "    return df['t'].apply(lambda t: any(w in t for w in t.split()))\n",
        lambda: (texts(), WORDS),
    ),
    Silent(
        "any_of_words",
        "def f(df, words):\n    return df['t'].apply(lambda t: any(t == w for w in words))\n",
        lambda: (texts(), WORDS),
    ),
    Silent(
        "series_of_elements",
        "def f(df):\n    return df['t'].apply(lambda t: len(t))\n",
        lambda: (texts(),),
    ),
]
REFUSED = [
    Refused(  # elements that are lists of words
        "any_of_words",
        HEAD + ANY[0],
        lambda: (texts().assign(t=[t.split() for t in texts()["t"]]), WORDS),
    ),
    Refused(  # a Series of whole numbers and others holds no whole numbers
        "series_of_elements",
        HEAD + "def f(df):\n    return df['t'].apply(lambda t: pd.Series([len(t), 0.5]))\n",
        lambda: (texts(),),
    ),
]

test_it_fires, test_it_is_silent_on_its_neighbour, test_it_is_refused = family_tests(
    FIRES, SILENT, REFUSED
)
