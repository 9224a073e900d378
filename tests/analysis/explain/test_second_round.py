"""Findings for a function that was rewritten once."""

import numpy as np
import pandas as pd

from profiler_suite.analysis.explain import second_round
from tests.analysis.explain.rules.own_function import Own


def test_a_loop_is_rewritten_after_what_is_looked_up_in_it() -> None:
    own = Own(
        "def f(orders, prices):\n    total = []\n    for i, row in orders.iterrows():\n"
        "        p = prices[prices['id'] == row['id']]['price'].values[0]\n"
        "        total.append(p * row['n'])\n    return total\n",
        pd.DataFrame({"id": [2, 0, 1, 2], "n": [1, 2, 3, 4]}),
        pd.DataFrame({"id": [0, 1, 2], "price": [0.5, 1.5, 2.5]}),
        traced=False,
    )
    (first,) = own.findings("looked_up")
    found = second_round.after(own.observed, first, "together")
    both = [f for f in found if "orders_n = orders['n'].tolist()" in f.trial.rewrites[0].source]
    assert both
    assert "price_of[orders_id[row_number]]" in both[0].trial.rewrites[0].source
    assert both[0].title.startswith(first.title)
    assert any(own.agreement(f).same for f in both)


def test_what_is_nothing_more_is_nothing() -> None:
    own = Own("def f(x):\n    return np.linalg.inv(x) @ x[0]\n", np.eye(3), traced=False)
    (first,) = own.findings("solve")
    assert not second_round.after(own.observed, first, "together")


def test_nothing_is_done_about_a_matrix_that_no_trace_has_seen() -> None:
    own = Own(
        "def f(image, filters):\n    out = np.empty((7, 7, 4))\n    for i in range(7):\n"
        "        for j in range(7):\n            for k in range(4):\n"
        "                part = image[i:i + 2, j:j + 2]\n"
        "                out[i, j, k] = np.sum(part * filters[k])\n    return out\n",
        np.arange(192.0).reshape(8, 8, 3),
        np.arange(48.0).reshape(4, 2, 2, 3),
    )
    products = [f for f in own.findings("lifted_loop") if "matrix product" in f.title]
    assert products
    for first in products:
        found = second_round.after(own.observed, first, "together")
        assert not [f.title for f in found if "right way round" in f.title]
