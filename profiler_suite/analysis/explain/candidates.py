"""What is worth trying on a function: found in its trace, each with evidence and estimate."""

from collections.abc import Iterable
from typing import Any

from profiler_suite import units
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain import buffer_rewrites, call_rewrites, loops, rewriting
from profiler_suite.machine.lookup import call_cost_or_none
from profiler_suite.measure.explain.records import FunctionRecord, Trial
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Breakdown
from profiler_suite.model.trace import Operation

LEAST_SHARE = 0.04
_MANY_CALLS = 16
_SMALL_ELEMENTS = 4096
_LARGE_TEMPORARY_BYTES = 16 * 2**10
_MOST_BATCHES = 4
_THREADS_FLOP = 2e5
_WRAPPERS = (
    *(
        f"{owner}.{name}"
        for owner in ("np", "ndarray")
        for name in ("sum", "prod", "max", "amax", "min", "amin", "any", "all", "mean", "clip")
    ),
    "np.linalg.norm",
)


class Candidate(Noun, frozen=True):
    """Something worth trying, and why."""

    kind: str
    trial: Trial
    title: str
    evidence: str
    estimated_share: float


def candidates(
    explained: FunctionRecord, machine: Machine, breakdown: Breakdown | None
) -> list[Candidate]:
    """What is worth trying on the machine."""
    breakdown_record = explained.breakdown_record
    if breakdown_record.untraced or breakdown_record.plain_s <= 0:
        return []
    functions = [f for f in map(rewriting.parsed, explained.sources) if f is not None]
    found: list[Candidate] = []
    for function in functions:
        own = [
            o
            for o in explained.operations
            if any(_inside(function, line.file, line.line) for line in o.lines)
        ]
        found += _wrappers(explained, machine, function, own)
        found += _powers(explained, function, own)
        found += _buffers(explained, machine, function, own)
        found += _einsum(explained, function, own)
        found += _upcasts(explained, breakdown, function, own)
        found += _contiguous(explained, function)
    found += _batches(explained, functions)
    found += _threads(explained, machine, breakdown)
    return found


def _inside(function: rewriting.Function, file: str, line: int) -> bool:
    source = function.source
    return file == source.file and source.first_line <= line < source.first_line + len(
        function.lines
    )


def _lines_of(operations: Iterable[Operation]) -> set[int]:
    return {line.line for o in operations for line in o.lines}


def _share(explained: FunctionRecord, operations: Iterable[Operation]) -> float:
    """Share of the time that the replay gives to these operations."""
    wanted = {id(o) for o in operations}
    total = sum(
        time.calls * time.full_s
        for time, o in zip(
            explained.breakdown_record.operations, explained.operations, strict=True
        )
        if id(o) in wanted
    )
    return float(total / explained.breakdown_record.plain_s)


def _names(operations: Iterable[Operation]) -> str:
    counts: dict[str, int] = {}
    for o in operations:
        name = o.via or o.name
        counts[name] = counts.get(name, 0) + o.calls
    return ", ".join(f"{units.count(n)} × {name}" for name, n in counts.items())


def _at(lines: Iterable[int]) -> str:
    numbers = sorted(lines)
    return ("line " if len(numbers) == 1 else "lines ") + ", ".join(map(str, numbers[:6]))


def _elements(operation: Operation) -> int:
    return max(
        (_product(each.shape) for each in operation.operands if each.form == "array"),
        default=1,
    )


def _product(shape: Iterable[int]) -> int:
    total = 1
    for n in shape:
        total *= n
    return total


def _wrappers(
    explained: FunctionRecord,
    machine: Machine,
    function: rewriting.Function,
    operations: list[Operation],
) -> list[Candidate]:
    chosen = [
        o for o in operations if o.via in _WRAPPERS and _elements(o) <= 10 * _SMALL_ELEMENTS
    ]
    lines = _lines_of(chosen)
    rewrite = call_rewrites.without_wrappers(function, lines) if chosen else None
    if rewrite is None:
        return []
    sums = call_cost_or_none(machine, "np.sum")
    reduces = call_cost_or_none(machine, "np.add.reduce")
    each_s = max(0.0, sums.fixed_s - reduces.fixed_s) if sums and reduces else 0.0
    calls = sum(o.calls for o in chosen)
    return [
        Candidate(
            kind="wrapper",
            trial=Trial(kind="rewrite", rewrite=rewrite),
            title=f"{_at(lines)}: call the ufunc's own reduction instead of its Python wrapper",
            evidence=f"{_names(chosen)} on at most {units.count(max(map(_elements, chosen)))} "
            "elements each: the wrapper costs more than the sum",
            estimated_share=min(1.0, calls * each_s / explained.breakdown_record.plain_s),
        )
    ]


def _powers(
    explained: FunctionRecord, function: rewriting.Function, operations: list[Operation]
) -> list[Candidate]:
    chosen = [o for o in operations if o.name in ("np.power", "scalar.pow")]
    lines = _lines_of(chosen)
    rewrite = call_rewrites.without_powers(function, lines) if chosen else None
    if rewrite is None:
        return []
    return [
        Candidate(
            kind="power",
            trial=Trial(kind="rewrite", rewrite=rewrite),
            title=f"{_at(lines)}: multiply instead of raising to a power",
            evidence=f"{_names(chosen)} on {units.count(max(map(_elements, chosen)))} "
            "elements, a logarithm and an exponential each",
            estimated_share=_share(explained, chosen),
        )
    ]


def _buffers(
    explained: FunctionRecord,
    machine: Machine,
    function: rewriting.Function,
    operations: list[Operation],
) -> list[Candidate]:
    by_line: dict[int, set[tuple[tuple[int, ...], str]]] = {}
    chosen = []
    for o in operations:
        if o.kind != "ufunc" or not o.temporaries:
            continue
        new = [r for r in o.results if r.origin == "new" and r.form == "array"]
        if not new:
            continue
        for line in o.lines:
            by_line.setdefault(line.line, set()).add((tuple(new[0].shape), new[0].dtype))
        if o.temporary_bytes / o.temporaries >= _LARGE_TEMPORARY_BYTES:
            chosen.append(o)
    large = _lines_of(chosen)
    forms = {
        line: next(iter(f)) for line, f in by_line.items() if len(f) == 1 and line in large
    }
    if not forms:
        return []
    count = sum(o.temporaries for o in chosen)
    size = units.size(max(o.temporary_bytes / o.temporaries for o in chosen))
    faults = explained.breakdown_record.minor_faults
    found = []
    seen: set[str] = set()
    for named in (True, False):
        rewrite = buffer_rewrites.with_buffers(function, forms, named=named)
        if rewrite is None or rewrite.source in seen:
            continue
        seen.add(rewrite.source)
        found.append(
            Candidate(
                kind="out",
                trial=Trial(kind="rewrite", rewrite=rewrite),
                title=f"{_at(forms)}: write temporaries into buffers used again (out=)",
                evidence=f"{units.count(count)} temporaries of up to {size} per evaluation, "
                f"{units.count(faults)} page faults",
                estimated_share=min(
                    1.0,
                    time_breakdown.saved_by_reuse(explained.breakdown_record, machine)
                    / explained.breakdown_record.plain_s,
                ),
            )
        )
    return found


def _einsum(
    explained: FunctionRecord, function: rewriting.Function, operations: list[Operation]
) -> list[Candidate]:
    chosen = [o for o in operations if o.name == "np.einsum"]
    lines = _lines_of(chosen)
    rewrite = call_rewrites.optimised_einsum(function, lines) if chosen else None
    if rewrite is None:
        return []
    return [
        Candidate(
            kind="einsum",
            trial=Trial(kind="rewrite", rewrite=rewrite),
            title=f"{_at(lines)}: let einsum choose an order and BLAS",
            evidence=f"{_names(chosen)} without optimize: one loop over all indices, no BLAS",
            estimated_share=_share(explained, chosen),
        )
    ]


def _upcasts(
    explained: FunctionRecord,
    breakdown: Breakdown | None,
    function: rewriting.Function,
    operations: list[Operation],
) -> list[Candidate]:
    if not any("float32 (" in words for words in explained.arguments):
        return []
    chosen = [
        o
        for o in operations
        if o.results
        and o.results[0].dtype in ("<f8", "<c16")
        and any(each.dtype in ("<f4", "<c8") for each in o.operands)
    ]
    rewrite = call_rewrites.in_single_precision(function) if chosen else None
    if rewrite is None:
        return []
    work = (
        breakdown.share(time_breakdown.COPY) + breakdown.share(time_breakdown.ARITHMETIC)
        if breakdown
        else 0.0
    )
    return [
        Candidate(
            kind="upcast",
            trial=Trial(kind="rewrite", rewrite=rewrite),
            title=f"{_at(_lines_of(chosen))}: keep float32; NumPy's float64 numbers and "
            "arrays without a dtype make float64 of it",
            evidence=f"{_names(chosen)} take float32 and give float64",
            estimated_share=work / 2,
        )
    ]


def _contiguous(explained: FunctionRecord, function: rewriting.Function) -> list[Candidate]:
    name = explained.name.rpartition(":")[2].rpartition(".")[2]
    if not explained.strided or function.source.function != name:
        return []
    rewrite = call_rewrites.with_contiguous(function, explained.strided)
    if rewrite is None:
        return []
    strided = [o for o in explained.operations if any(_is_strided(each) for each in o.operands)]
    return [
        Candidate(
            kind="contiguous",
            trial=Trial(kind="rewrite", rewrite=rewrite),
            title=f"copy {', '.join(explained.strided)} to row order first",
            evidence=f"{_names(strided[:4]) or 'its operations'} walk through memory in steps",
            estimated_share=_share(explained, strided) / 2,
        )
    ]


def _is_strided(operand: Any) -> bool:
    expected = int(operand.dtype[2:]) if operand.dtype[2:].isdigit() else 8
    for length, stride in zip(
        reversed(operand.shape), reversed(operand.strides_bytes), strict=True
    ):
        if length > 1 and stride != expected:
            return True
        expected *= length
    return False


def _batches(explained: FunctionRecord, functions: list[rewriting.Function]) -> list[Candidate]:
    rows = []
    hits = {(r.file, r.line): r.hits / r.evaluations for r in explained.lines}
    for number, (time, o) in enumerate(
        zip(explained.breakdown_record.operations, explained.operations, strict=True)
    ):
        small = _elements(o) <= _SMALL_ELEMENTS or o.kind == "product"
        if o.calls < _MANY_CALLS or not small or not time.replayed or not o.lines:
            continue
        if o.kind not in ("ufunc", "reduction", "product", "scalar"):
            continue
        share = time.calls * time.full_s / explained.breakdown_record.plain_s
        if share < LEAST_SHARE:
            continue
        place = o.lines[0]
        function = next((f for f in functions if _inside(f, place.file, place.line)), None)
        if function is None:
            continue
        around = loops.loops_around(function, place.line)
        iterations = (
            hits.get((place.file, around.stopped_by), 1.0) if around.stopped_by else 1.0
        )
        if not around.independent or o.calls / max(iterations, 1.0) < _MANY_CALLS:
            continue
        rows.append((share, number, o, place.line, around, iterations))
    rows.sort(key=lambda row: -row[0])
    found = []
    for share, number, o, line, around, iterations in rows[:_MOST_BATCHES]:
        matrix = o.kind == "product" and [len(each.shape) for each in o.operands[:2]] == [2, 1]
        loop = _at(around.independent)
        title = (
            f"line {line}: gather the vectors and multiply once, matrix by matrix"
            if matrix
            else f"the loop of {loop} makes many small calls: work on all its turns at once"
        )
        found.append(
            Candidate(
                kind="gemm" if matrix else "batch",
                trial=Trial(
                    kind="batch", operation=number, iterations=max(1, round(iterations))
                ),
                title=title,
                evidence="",
                estimated_share=share,
            )
        )
    return found


def _threads(
    explained: FunctionRecord, machine: Machine, breakdown: Breakdown | None
) -> list[Candidate]:
    if explained.product_flop < _THREADS_FLOP:
        return []
    allowed = machine.facts.cores_allowed
    others = {1, max(1, allowed // 2), allowed} - {explained.threads}
    work = breakdown.share(time_breakdown.ARITHMETIC) if breakdown else 0.0
    return [
        Candidate(
            kind="threads",
            trial=Trial(kind="threads", threads=threads),
            title=f"{threads} BLAS thread{'' if threads == 1 else 's'} instead of "
            f"{explained.threads} (threadpoolctl, or OPENBLAS_NUM_THREADS={threads})",
            evidence=f"{units.count(explained.product_flop)} FLOP in matrix products",
            estimated_share=max(0.0, work * (1 - explained.threads / threads)),
        )
        for threads in sorted(others)
    ]
