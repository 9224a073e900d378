"""Tables of objects in loops: they get names of their own, unless the loop sets them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites import held_tables
from tests.analysis.explain.rules.own_function import Own

BALANCES = """
def f(ledger):
    known = {}
    ledger.frame['balance'] = 0.0
    for i in range(len(ledger.frame)):
        account = ledger.frame.at[i, 'account']
        after = known.get(account, 0.0) + ledger.frame.at[i, 'amount']
        ledger.frame.at[i, 'balance'] = after
        known[account] = after
    return ledger.frame['balance'].to_numpy()
"""
COMPREHENDED = """
def f(ledger):
    return [ledger.frame.iloc[i]['amount'] * 2 for i in range(len(ledger.frame))]
"""
GRID = """
def f(ledger):
    total = 0.0
    for i in range(3):
        for j in range(2):
            total += ledger.numbers.iloc[i, j]
    return total
"""
SETS_IT = """
def f(ledger):
    for i in range(3):
        ledger.frame = ledger.frame.copy()
        ledger.frame.at[i, 'amount'] = 0.0
    return ledger.frame['amount'].to_numpy()
"""


def ledger() -> SimpleNamespace:
    frame = pd.DataFrame({"account": np.arange(12) % 3, "amount": np.arange(12.0)})
    return SimpleNamespace(frame=frame, numbers=frame.astype(float))


@pytest.mark.parametrize(
    ("text", "rule"),
    [(BALANCES, "table_rows"), (COMPREHENDED, "table_rows"), (GRID, "table_grid")],
)
def test_elements_of_a_table_that_an_object_holds_are_taken_from_its_columns(
    text: str, rule: str
) -> None:
    own = Own(text, ledger())
    found = own.findings(rule)
    assert found
    for each in found:
        assert own.agreement(each).same, own.agreement(each).reason
    (rewrite,) = found[0].trial.rewrites
    assert ".at[" not in rewrite.source
    assert ".iloc[" not in rewrite.source


def test_a_table_that_the_loop_sets_stays_with_its_object() -> None:
    own = Own(SETS_IT, ledger())
    assert held_tables.named(own.observed.functions[0]) is None
