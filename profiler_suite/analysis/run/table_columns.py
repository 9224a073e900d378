"""The columns of the other tables: what each means and in which unit; the type of columns."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import pandas as pd

from profiler_suite.analysis.run.line_breakdown import CALLEES_COLUMN, SPLIT_COLUMNS
from profiler_suite.model.noun import Noun

SAMPLE_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "worker": "number of the process",
    "round": "number of the round",
    "sample": "number within the visit",
    "at_s": "when the visit began, seconds since the run began",
    "time_s": "time per evaluation, s",
    "canary": "worse of the visit's canaries relative to its baseline",
    "undisturbed": "True when the canaries were near their baseline",
}

OPERATION_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "operation": "ufunc, method, indexing, …",
    "via": "the Python function of NumPy or SciPy that made the call, if any",
    "operands": "shapes and dtype of the arrays that go in",
    "file": "source file of the line that calls it most",
    "line": "that line",
    "calls": "calls in one evaluation",
    "call_s": "one call, timed alone, s",
    "fixed_s": "one call at vanishing size, s: entering it",
    "growing_s": "what one call takes beyond that and its page faults, s",
    "call_spread_s": "half the interquartile spread of call_s over rounds, s",
    "fixed_spread_s": "the same of fixed_s, s",
    "plain_s": "the whole function in the same rounds, s",
    "share": "calls × call_s over plain_s",
    "entry": "copy or arithmetic: what the growing part is",
    "flop": "executed FLOP of all calls",
    "traffic_bytes": "bytes read and written by all calls",
    "minor_faults": "page faults of one call",
}

LINE_COLUMNS = {
    "id": "the profiled point",
    "experiment": "the experiment it belongs to",
    "implementation": "the implementation it belongs to",
    "file": "source file",
    "function": "function the line belongs to",
    "line": "line number in the file",
    "source": "text of the line",
    "hits": "times it ran per evaluation",
    "time_s": "raw time per evaluation as line_profiler counts it, s",
    "share": "time_s over the total of the profiled functions",
    "corrected_s": "time of the line in one plain evaluation, s; 0 when not corrected",
    "uncertainty_s": "half width of the 95 % interval of corrected_s, s",
    "corrected_share": "corrected_s over plain_s",
    "resolved": "True where corrected_s is larger than its uncertainty",
    "method": "sampled, modelled, or empty when the line was not corrected",
    "indicative": "True where it is modelled and may be off by 5 points of 100 or more",
    "samples": "samples of plain evaluations that found the line running",
    "added_s": "what line_profiler added to the line per evaluation, by the model, s",
    "plain_s": "plain time of one evaluation, measured in turns with the sampled ones, s",
    "profiled_s": "wall time of one evaluation under line_profiler, s",
    **SPLIT_COLUMNS,
    **CALLEES_COLUMN,
}


_TRUTH_COLUMNS = frozenset({"above_roof", "undisturbed", "resolved", "indicative"})
_TEXT_COLUMNS = frozenset(
    {
        *("id", "experiment", "workload", "problem", "name", "implementation", "family"),
        *(
            "dtype",
            "layout",
            "environment",
            "status",
            "reason",
            "bound",
            "level",
            "flags",
            "breakdown_notes",
        ),
        *("operation", "via", "operands", "file", "entry", "function", "source", "method"),
    }
)


def fields_in(
    kind: type[Noun], columns: Collection[str]
) -> Callable[[Noun], dict[str, object]]:
    """What takes from a record of this kind the fields that are columns under their names."""
    names = [name for name in kind.__struct_fields__ if name in columns]
    return lambda record: {name: getattr(record, name) for name in names}


def typed(rows: Sequence[Any], columns: Iterable[str]) -> pd.DataFrame:
    """A table whose columns are text, truth or numbers, also when it has no rows."""
    table = pd.DataFrame(list(rows), columns=list(columns))
    kinds: dict[str, str] = {}
    for name in table.columns:
        if name in _TRUTH_COLUMNS:
            kinds[name] = "bool"
        elif name in _TEXT_COLUMNS:
            table[name] = table[name].astype(object).where(table[name].notna(), "")
        elif table[name].isna().all():  # no value at all has no type
            kinds[name] = "float64"
    return table.astype(kinds)
