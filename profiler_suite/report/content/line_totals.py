"""The totals of a profiled function, and how the methods differ."""

import pandas as pd

from profiler_suite import units

PART_OF_CALLERS = "its time is also part of the lines that call it"


SLOWED = 1.2
"""A slow-down by line_profiler from which the words say so."""
_ANOTHER_PACE = 1.15


def totals(part: pd.DataFrame) -> str:
    """Raw and corrected total of a function and its own time side by side, and how they differ.

    Where the passes in which the lines were timed took the function another time, that too.
    """
    raw_s, plain_s = float(part["raw_s"].sum()), float(part["plain_s"].iloc[0])
    function_s = float(part["function_s"].iloc[0])
    said = [f"raw {units.time(raw_s)}"]
    if part["method"].astype(bool).any():
        corrected_s = float(part["time_s"].sum())
        said.append(f"corrected {units.time(corrected_s)}")
        if function_s > 0:
            apart = 100 * (corrected_s / function_s - 1)
            said.append(
                f"run plainly {units.time(function_s)} ({round(apart, 1) + 0.0:+.1f} %)"
            )
    elif function_s > 0:
        said.append(f"run plainly {units.time(function_s)}")
    if plain_s > 0 and max(plain_s / function_s, function_s / plain_s) > _ANOTHER_PACE:
        said.append(
            f"{units.time(plain_s)} in the runs that timed its lines, "
            f"which are shown as shares of {units.time(function_s)}"
        )
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
