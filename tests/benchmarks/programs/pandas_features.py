"""Features of a table. Planted: rows one by one in `ratios`."""

import numpy as np
import pandas as pd


def table(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame({"a": rng.random(rows), "b": rng.random(rows) + 1})


def ratios(frame: pd.DataFrame) -> list[float]:
    return [row["a"] / row["b"] for _, row in frame.iterrows()]


def ranked(frame: pd.DataFrame) -> float:
    return float(frame.rank().sum().sum())


if __name__ == "__main__":
    data = table(60_000)
    print(sum(ratios(data)), ranked(data))
