"""Why does concatenating DataFrames in a loop get slower and slower?"""

import pandas as pd


def together(parts):
    table = parts[0]
    for part in parts[1:]:
        table = pd.concat([table, part])
    return table


def setup():
    return ([pd.DataFrame({"x": range(50), "y": 1.0}) for _ in range(150)],)
