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
