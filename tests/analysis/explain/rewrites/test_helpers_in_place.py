"""Searches of helpers: they are seen in the loops that call them, and look up a key there."""

import random

import pytest

from profiler_suite.analysis.explain.rewrites import helpers_in_place
from tests.analysis.explain.rules.own_function import Own

CUSTOMERS = [{"id": n, "name": f"n{n}"} for n in random.Random(1).sample(range(60), 40)]
ORDERS = [{"customer": n % 60} for n in range(90)]
KNOWN = [{"customer": each["id"]} for each in CUSTOMERS]
CALLED = """
def f(orders, customers):
    return [find(customers, order['customer']) for order in orders]
"""
FIND = """
def find(customers, wanted):
    '''The name of one.'''
    for customer in customers:
        if customer['id'] == wanted:
            return customer['name']
    return -1
"""
METHOD = """
class Register:
    def __init__(self, customers):
        self.customers = customers

    def find(self, wanted):
        for customer in self.customers:
            if wanted == customer['id']:
                return customer

    def names(self, orders):
        found = []
        for order in orders:
            customer = self.find(order['customer'])
            if customer is not None:
                found.append(customer['name'])
        return found

f = Register([{"id": n % 97, "name": n} for n in range(0, 400, 7)]).names
"""


@pytest.mark.parametrize("text", [FIND + CALLED, METHOD])
def test_a_search_that_a_loop_calls_becomes_a_look_up(text: str) -> None:
    arguments = (ORDERS,) if text is METHOD else (ORDERS, CUSTOMERS)
    own = Own(text, *arguments)
    (found,) = own.findings("filtered_by_key")
    assert own.agreement(found).same, own.agreement(found).reason
    (rewrite,) = found.trial.rewrites
    assert "customers_by_key.get(order['customer'], ())" in rewrite.source.replace(
        "self_by_key", "customers_by_key"
    )


@pytest.mark.parametrize(
    "find",
    [
        FIND.replace("return -1", "raise KeyError(wanted)"),
        FIND.replace("customers, wanted", "customers, wanted, other=1"),
        FIND.replace("return customer['name']", "print(customer)"),
        FIND.replace("return -1", "customers.append(wanted)"),
        FIND.replace("customer in", "wanted in").replace("customer[", "wanted["),
    ],
)
def test_what_does_more_than_search_stays_a_call(find: str) -> None:
    own = Own(find + CALLED, KNOWN, CUSTOMERS)
    f = next(each for each in own.observed.functions if each.node.name == "f")
    assert helpers_in_place.searches(f) is None


STEPS = """
def far(x, y):
    a, b = abs(x), math.sqrt(y)
    c = a * b
    return c + a

def f(values, y):
    return [far(v, y) for v in values]
"""


def computed(text: str) -> str:
    """The function with what its helper computes; empty where that stays a call."""
    own = Own(f"import math\nimport random\n{text}", [1.0, 2.0], 4.0, traced=False)
    (function,) = [each for each in own.observed.functions if each.node.name == "f"]
    made = helpers_in_place.computed(function)
    return "" if made is None else made.text


def test_the_steps_of_a_helper_are_one_expression_in_the_loop_that_calls_it() -> None:
    assert "[abs(v) * math.sqrt(y) + abs(v) for v in values]" in computed(STEPS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("math.sqrt(y)", "random.random()"),  # it would be drawn twice
        ("c = a * b", "c = b; c += a"),
        ("a, b = abs(x), math.sqrt(y)", "a, b = divmod(x, y)"),
        ("return c + a", "if c:\n        return c + a\n    return a"),
    ],
)
def test_what_may_change_or_branches_stays_a_call(old: str, new: str) -> None:
    assert computed(STEPS.replace(old, new)) == ""
