"""Does DataFrame.iterrows have performance problems?"""

import pandas as pd


def turnover(sales):
    total = 0.0
    for _, row in sales.iterrows():
        total += row["price"] * row["count"]
    return total


def setup():
    return (pd.DataFrame({"price": [1.5, 2.0, 0.5] * 700, "count": [3.0, 1.0, 8.0] * 700}),)
