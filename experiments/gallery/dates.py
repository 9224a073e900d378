"""Why is the conversion of dates in pandas so slow?"""

import pandas as pd


def parsed(texts):
    return texts.apply(pd.to_datetime)


def setup():
    return (pd.Series([f"2024-{m:02d}-{d:02d}" for m in range(1, 13) for d in range(1, 29)]),)
