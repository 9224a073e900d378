"""When should DataFrame.apply not be used?"""

import pandas as pd


def total(row):
    return row["price"] * row["count"]


def totals(sales):
    return sales.apply(total, axis=1)


def setup():
    return (pd.DataFrame({"price": [1.5, 2.0, 0.5] * 700, "count": [3.0, 1.0, 8.0] * 700}),)
