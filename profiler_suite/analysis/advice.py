"""What to change in a function: found in its trace, tried on the machine, then judged.

`candidates` says what is worth trying, `judged` turns what the trials measured
into advice. What does not measurably help here is not advised.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pandas as pd

from profiler_suite import units
from profiler_suite.analysis import ledger, rewriting, statistics
from profiler_suite.machine.lookup import call_cost_or_none
from profiler_suite.measure.explained import Explained, Rewrite, Trial, Tried
from profiler_suite.model import Ledger, LineRecord, Machine, Noun, Operation

# A gain below this is within what two runs of the same code differ by.
_LEAST_GAIN = 1.03
_LEAST_SHARE = 0.04
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

LINE_COLUMNS = ("function", "file", "line", "hits", "time_s", "share", "source")


class Advice(Noun, frozen=True):
    """One thing to change, with what it gained here."""

    kind: str
    """'batch', 'gemm', 'wrapper', 'power', 'out', 'contiguous', 'upcast', 'einsum' or
    'threads'."""
    title: str
    evidence: str
    estimated_share: float
    """Share of the time that the ledger let expect."""
    ratio: float
    """Time before over time after, of the whole function."""
    low: float
    high: float
    measured_on: str
    """'function': the rewritten function was timed; 'operation': its calls alone were."""
    lines: tuple[tuple[int, str, str], ...] = ()
    """Line, before, after; line 0 is an added one."""
    source: str = ""
    """The whole rewritten function, where there is one."""

    @property
    def gain_text(self) -> str:
        """'1.85× (1.80 to 1.90)' or 'up to 3.2×'."""
        if self.measured_on == "operation":
            return f"up to {units.ratio(self.ratio)}:"
        low, high = units.three_digits(self.low), units.three_digits(self.high)
        return f"{units.ratio(self.ratio)} as fast ({low} to {high}):"


class Candidate(Noun, frozen=True):
    """Something worth trying, and why."""

    kind: str
    trial: Trial
    title: str
    evidence: str
    estimated_share: float


def line_table(explained: Explained) -> pd.DataFrame:
    """Every line that ran, in source order; time in s per evaluation, corrected."""
    rows = [
        {
            "function": each.function,
            "file": each.file,
            "line": each.line,
            "hits": each.hits / each.evaluations,
            "time_s": _line_s(each),
            # Its own passes' plain time: another mood of the machine would not cancel.
            "share": _line_s(each) / (each.plain_s or explained.account.plain_s or math.inf),
            "source": each.source,
        }
        for each in explained.lines
    ]
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))


def _line_s(record: LineRecord) -> float:
    return record.corrected_s if record.method else record.time_s / record.evaluations


def candidates(
    explained: Explained, machine: Machine, books: Ledger | None
) -> tuple[Trial, ...]:
    """What is worth trying on the machine."""
    return tuple(each.trial for each in _candidates(explained, machine, books))


def judged(
    explained: Explained,
    tried: Iterable[Tried],
    floors_s: Mapping[str, float],
    machine: Machine,
    books: Ledger | None,
) -> tuple[Advice, ...]:
    """The trials that gave the same answer in measurably less time, the largest gain first."""
    reasons = {_key(each.trial): each for each in _candidates(explained, machine, books)}
    given: dict[str, Advice] = {}
    batches: list[tuple[Candidate, Tried, float]] = []
    for each in tried:
        candidate = reasons.get(_key(each.trial))
        if candidate is None or not each.same or not each.before or not each.after:
            continue
        ratio = statistics.paired_ratio(
            dict(enumerate(each.before)),
            dict(enumerate(each.after)),
            floors_s,
            run_to_run=statistics.RUN_TO_RUN_ONE_LAUNCH / 2,
        )
        if ratio is None:
            continue
        if each.trial.kind == "batch":
            saved_s = _saved_s(each)
            if ratio.low * each.calls > 1.5 and saved_s > 0:
                batches.append((candidate, each, saved_s))
            continue
        if ratio.low < _LEAST_GAIN:
            continue
        rewrite = each.trial.rewrite
        found = Advice(
            kind=candidate.kind,
            title=candidate.title
            + (" (its result is float32 then)" if each.dtype_changed else ""),
            evidence=candidate.evidence,
            estimated_share=candidate.estimated_share,
            ratio=ratio.ratio,
            low=ratio.low,
            high=ratio.high,
            measured_on="function",
            lines=rewrite.lines if rewrite else (),
            source=rewrite.source if rewrite else "",
        )
        # Of two ways to do the same, the one that gains more.
        if found.kind not in given or given[found.kind].ratio < found.ratio:
            given[found.kind] = found
    for found in _batched(explained, batches):
        given[found.kind] = found
    return tuple(sorted(given.values(), key=lambda a: -a.ratio))


def _key(trial: Trial) -> bytes:
    return msgspec.json.encode(trial)


def _saved_s(tried: Tried) -> float:
    """Seconds per evaluation between all single calls and the one call for all."""

    def middle(visits: Iterable[Any]) -> float:
        return float(pd.Series([min(v.sample_times_s) for v in visits]).median())

    return tried.calls * middle(tried.before) - middle(tried.after)


def _batched(
    explained: Explained, batches: list[tuple[Candidate, Tried, float]]
) -> list[Advice]:
    """The batches of one kind together: they stand in the same loops."""
    found = []
    plain_s = explained.account.plain_s
    for kind in dict.fromkeys(candidate.kind for candidate, _, _ in batches):
        own = [each for each in batches if each[0].kind == kind]
        saved_s = min(sum(s for _, _, s in own), 0.99 * plain_s)
        share = saved_s / plain_s if plain_s else 0.0
        if share < _LEAST_SHARE:
            continue
        first = own[0][0]
        told = "; ".join(
            f"{units.count(tried.calls)} × {explained.operations[tried.trial.operation].name} "
            f"take {units.time(saved + after)}, one call for all {units.time(after)}"
            for _, tried, saved in own
            for after in [max(0.0, _all_calls_s(tried) - saved)]
        )
        found.append(
            Advice(
                kind=kind,
                title=first.title,
                evidence=told,
                estimated_share=sum(c.estimated_share for c, _, _ in own),
                ratio=1 / (1 - share),
                low=1.0,
                high=1 / (1 - share),
                measured_on="operation",
            )
        )
    return found


def _all_calls_s(tried: Tried) -> float:
    before = [min(v.sample_times_s) for v in tried.before]
    return tried.calls * float(pd.Series(before).median())


# ------------------------------------------------------------------- candidates


def _candidates(
    explained: Explained, machine: Machine, books: Ledger | None
) -> list[Candidate]:
    account = explained.account
    if account.untraced or account.plain_s <= 0:
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
        found += _upcasts(explained, books, function, own)
        found += _contiguous(explained, function)
    found += _batches(explained, functions)
    found += _threads(explained, machine, books)
    return found


def _inside(function: rewriting.Function, file: str, line: int) -> bool:
    source = function.source
    return file == source.file and source.first_line <= line < source.first_line + len(
        function.lines
    )


def _lines_of(operations: Iterable[Operation]) -> set[int]:
    return {line.line for o in operations for line in o.lines}


def _share(explained: Explained, operations: Iterable[Operation]) -> float:
    """Share of the time that the replay gives to these operations."""
    wanted = {id(o) for o in operations}
    total = sum(
        time.calls * time.full_s
        for time, o in zip(explained.account.operations, explained.operations, strict=True)
        if id(o) in wanted
    )
    return float(total / explained.account.plain_s)


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
    explained: Explained,
    machine: Machine,
    function: rewriting.Function,
    operations: list[Operation],
) -> list[Candidate]:
    chosen = [
        o for o in operations if o.via in _WRAPPERS and _elements(o) <= 10 * _SMALL_ELEMENTS
    ]
    lines = _lines_of(chosen)
    rewrite = rewriting.without_wrappers(function, lines) if chosen else None
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
            estimated_share=min(1.0, calls * each_s / explained.account.plain_s),
        )
    ]


def _powers(
    explained: Explained, function: rewriting.Function, operations: list[Operation]
) -> list[Candidate]:
    chosen = [o for o in operations if o.name in ("np.power", "scalar.pow")]
    lines = _lines_of(chosen)
    rewrite = rewriting.without_powers(function, lines) if chosen else None
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
    explained: Explained,
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
    faults = explained.account.minor_faults
    found = []
    seen: set[str] = set()
    for named in (True, False):
        rewrite = rewriting.with_buffers(function, forms, named=named)
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
                    ledger.saved_by_reuse(explained.account, machine)
                    / explained.account.plain_s,
                ),
            )
        )
    return found


def _einsum(
    explained: Explained, function: rewriting.Function, operations: list[Operation]
) -> list[Candidate]:
    chosen = [o for o in operations if o.name == "np.einsum"]
    lines = _lines_of(chosen)
    rewrite = rewriting.optimised_einsum(function, lines) if chosen else None
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
    explained: Explained,
    books: Ledger | None,
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
    rewrite = rewriting.in_single_precision(function) if chosen else None
    if rewrite is None:
        return []
    work = books.share(ledger.COPY) + books.share(ledger.ARITHMETIC) if books else 0.0
    return [
        Candidate(
            kind="upcast",
            trial=Trial(kind="rewrite", rewrite=rewrite),
            title=f"{_at(_lines_of(chosen))}: keep float32; new arrays without a dtype "
            "make float64 of it",
            evidence=f"{_names(chosen)} take float32 and give float64",
            estimated_share=work / 2,
        )
    ]


def _contiguous(explained: Explained, function: rewriting.Function) -> list[Candidate]:
    name = explained.name.rpartition(":")[2].rpartition(".")[2]
    if not explained.strided or function.source.function != name:
        return []
    rewrite = rewriting.with_contiguous(function, explained.strided)
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


def _batches(explained: Explained, functions: list[rewriting.Function]) -> list[Candidate]:
    rows = []
    hits = {(r.file, r.line): r.hits / r.evaluations for r in explained.lines}
    for number, (time, o) in enumerate(
        zip(explained.account.operations, explained.operations, strict=True)
    ):
        small = _elements(o) <= _SMALL_ELEMENTS or o.kind == "product"
        if o.calls < _MANY_CALLS or not small or not time.replayed or not o.lines:
            continue
        if o.kind not in ("ufunc", "reduction", "product", "scalar"):
            continue
        share = time.calls * time.full_s / explained.account.plain_s
        if share < _LEAST_SHARE:
            continue
        place = o.lines[0]
        function = next((f for f in functions if _inside(f, place.file, place.line)), None)
        if function is None:
            continue
        loops = rewriting.loops_around(function, place.line)
        turns = hits.get((place.file, loops.stopped_by), 1.0) if loops.stopped_by else 1.0
        if not loops.independent or o.calls / max(turns, 1.0) < _MANY_CALLS:
            continue
        rows.append((share, number, o, place.line, loops, turns))
    rows.sort(key=lambda row: -row[0])
    found = []
    for share, number, o, line, loops, turns in rows[:_MOST_BATCHES]:
        matrix = o.kind == "product" and [len(each.shape) for each in o.operands[:2]] == [2, 1]
        loop = _at(loops.independent)
        title = (
            f"line {line}: gather the vectors and multiply once, matrix by matrix"
            if matrix
            else f"the loop of {loop} makes many small calls: work on all its turns at once"
        )
        found.append(
            Candidate(
                kind="gemm" if matrix else "batch",
                trial=Trial(kind="batch", operation=number, turns=max(1, round(turns))),
                title=title,
                evidence="",
                estimated_share=share,
            )
        )
    return found


def _threads(explained: Explained, machine: Machine, books: Ledger | None) -> list[Candidate]:
    if explained.product_flop < _THREADS_FLOP:
        return []
    allowed = machine.facts.cores_allowed
    others = {1, max(1, allowed // 2), allowed} - {explained.threads}
    work = books.share(ledger.ARITHMETIC) if books else 0.0
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


__all__ = ["Advice", "Candidate", "Rewrite", "candidates", "judged", "line_table"]
