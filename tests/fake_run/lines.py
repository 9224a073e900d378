"""The table of profiled lines of two implementations."""

import pandas as pd

from profiler_suite.analysis.run.table_columns import LINE_COLUMNS
from tests.fake_run.hostile import HOSTILE

_LOOP_SOURCE = (
    (12, "    for i in range(outputs_high):", 17, 3e-6),
    (13, "        for j in range(outputs_wide):", 272, 30e-6),
    (14, "            for k in range(len(kernels)):", 2816, 250e-6),
    (15, "                window = x[s*i:s*i+kh, s*j:s*j+kw]", 2560, 910e-6),
    (16, "                product = window * kernels[k]", 2560, 1900e-6),
    (17, "                out[i, j, k] = np.sum(product)", 2560, 9400e-6),
    (19, "    return out", 1, 0.1e-6),
)


def lines(points: pd.DataFrame) -> pd.DataFrame:
    total = sum(time_s for *_, time_s in _LOOP_SOURCE)
    seed = points[points["experiment"] == "seed_question"]
    # line_profiler made everything take twice as long; one line is below resolution.
    rows = [
        {
            "id": seed.loc[seed["implementation"] == name, "id"].iloc[0],
            "experiment": "seed_question",
            "implementation": name,
            "file": f"/home/{HOSTILE}/workloads/convolution.py",
            "function": name,
            "line": line,
            "source": f'    """{HOSTILE}"""' if line == 19 and name == "taps" else source,
            "hits": float(hits),
            "time_s": time_s,
            "share": time_s / total,
            "corrected_s": time_s / 2,
            "uncertainty_s": 1e-6,
            "corrected_share": time_s / total,
            "resolved": time_s / 2 > 1e-6,
            "method": "sampled",
            "indicative": False,
            "samples": 100.0,
            "added_s": time_s / 2,
            "plain_s": total / 2,
            "profiled_s": total,
            "interpreter_s": 0.2 * time_s,
            "dispatch_s": 0.3 * time_s,
            "memory_s": 0.0,
            "copy_s": 0.0,
            "arithmetic_s": 0.001 * time_s,
        }
        for name in ("loop", "taps")
        for line, source, hits, time_s in _LOOP_SOURCE
    ]
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))
