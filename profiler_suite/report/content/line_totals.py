"""The totals of a profiled function, and how the methods differ."""

import pandas as pd

from profiler_suite import units

PART_OF_CALLERS = "its time is also part of the lines that call it"


SLOWED = 1.2
"""A slow-down by line_profiler from which the words say so."""


def totals(part: pd.DataFrame) -> str:
    """Raw, corrected and plain total of a function side by side, and how they differ."""
    raw_s, plain_s = float(part["raw_s"].sum()), float(part["plain_s"].iloc[0])
    said = [f"raw {units.time(raw_s)}"]
    if part["method"].astype(bool).any():
        corrected_s = float(part["time_s"].sum())
        said.append(f"corrected {units.time(corrected_s)}")
        if plain_s > 0:
            apart = 100 * (corrected_s / plain_s - 1)
            said.append(f"run plainly {units.time(plain_s)} ({round(apart, 1) + 0.0:+.1f} %)")
    elif plain_s > 0:
        said.append(f"run plainly {units.time(plain_s)}")
    slowed = float(part["profiled_s"].iloc[0]) / plain_s if plain_s > 0 else 0.0
    if slowed > SLOWED:
        said.append(f"line_profiler made it take {units.ratio(slowed)} as long")
    return ", ".join(said)


def by_cost(lines: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """The lines of each function by its file and name, the costliest function first."""
    groups = [
        ((str(file), str(name)), part)
        for (file, name), part in lines.groupby(["file", "function"], sort=False)
    ]
    return sorted(groups, key=lambda group: -float(group[1]["time_s"].sum()))
