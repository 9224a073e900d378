"""What a trace counted: operations, their operands and lines."""

from typing import Any

from profiler_suite.model.noun import Count, Noun, Number, Whole


class Operand(Noun, frozen=True):
    """One array or number that an operation was given or gave back; never its values."""

    shape: tuple[int, ...]
    strides_bytes: tuple[int, ...]
    dtype: str
    """NumPy's short form such as '<f8'; a Python number's type: 'bool', 'int', 'float', …"""
    form: str = "array"
    """'array', 'numpy scalar' or 'python scalar'."""
    origin: str = "given"
    """'given' (existed before), 'new' (allocated by the operation) or 'view' (of one)."""


class OperationLine(Noun, frozen=True):
    """How often one source line called an operation."""

    file: str
    """Empty when no Python line of the user took part."""
    line: Count
    calls: Count


class Operation(Noun, frozen=True):
    """All calls of one operation with the same shapes, strides, dtypes and parameters.

    FLOP and bytes are totals over all calls, by the conventions of the trace.
    """

    name: str
    """Such as 'np.multiply', 'np.add.reduce', 'ndarray.reshape', 'getitem', 'scalar.mul'."""
    kind: str
    """'ufunc', 'reduction', 'product', 'index', 'copy', 'fft', 'linalg', 'sort', 'create',
    'view', 'scalar' or 'other'."""
    arguments: tuple[Any, ...]
    """Positional arguments as tagged tuples, arrays as ('operand', number)."""
    keywords: dict[str, Any]
    """Keyword arguments in the same form."""
    operands: tuple[Operand, ...]
    """Arrays and numbers that went in, those written to included, without repetition."""
    results: tuple[Operand, ...]
    facts: dict[str, Whole]
    """Counts that depend on values: elements selected by a mask, additions of reduceat,
    twice the exponent of a power."""
    calls: Count
    flop: Number
    bytes_read: Count
    bytes_written: Count
    temporaries: Count
    """Arrays allocated."""
    temporary_bytes: Count
    lines: tuple[OperationLine, ...]
    """Innermost lines outside of NumPy and SciPy, the most frequent first."""
    via: str = ""
    """Python function of NumPy or SciPy that the line called, such as 'np.sum'."""


class Coverage(Noun, frozen=True):
    """How much of what compiled array code does was counted."""

    share: Number
    """Of the time in compiled array code, the part inside counted calls. Without samples:
    counted calls over counted and uncovered calls."""
    samples: Count
    """Native samples in array code during traced evaluations; 0 where there are none."""
    escaped: dict[str, Number]
    """Share of that time by name of what was not counted, the largest first."""


class OperationCounts(Noun, frozen=True):
    """What one evaluation does, operation by operation, and what could not be counted."""

    operations: tuple[Operation, ...]
    calls: Count
    """Counted calls, those without any work (views) included."""
    flop: Number
    """Executed floating-point operations."""
    bytes_read: Count
    bytes_written: Count
    temporaries: Count
    temporary_bytes: Count
    uncovered: dict[str, Count]
    """Calls by name that took part with arrays or numbers but have no count."""
    coverage: Number
    """Counted calls over counted and uncovered calls; 1 when everything seen was counted."""
    conventions: Count
    """Version of the conventions that the numbers follow."""
    extrapolated: Count = 0
    """Calls that were not recorded themselves: others of their line stand for them."""
    complete: bool = True
    """False where the trace ended before the function did."""
