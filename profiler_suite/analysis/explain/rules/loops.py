"""Slow paths of loops: what one call could do for all iterations."""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator

import msgspec

from profiler_suite import units
from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.lifting import LiftedFunction
from profiler_suite.analysis.explain.rewrites import (
    character_counts,
    elements_before,
    equal_runs,
    generators,
    key_lists,
    key_sums,
    list_arrays,
    loops,
    ragged_loops,
    ragged_rows,
    text_codes,
)
from profiler_suite.analysis.explain.rewrites import progress_prints as progress
from profiler_suite.analysis.explain.rewrites.first_apart import with_first_apart
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import at, counted, elements, provided
from profiler_suite.analysis.explain.rules.observed import LEAST_SHARE, Finding, Observation
from profiler_suite.analysis.explain.rules.preludes import prelude
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit, Rewrite, Trial
from profiler_suite.model.trace import Operation
from profiler_suite.model.trial import TrialKind

_MANY_CALLS = 16
_MOST_PARTS = 4
_SMALL_ELEMENTS = 4096
_MOST_BATCHES = 4


@rule(
    "loops",
    looks_for="a loop whose indices are sums of its counters: elements, windows, rows, sums, "
    "prefix sums, conditions, growing lists",
    rewrite="array expressions: ufuncs and np.where, sums over axes, einsum and one matrix "
    "product, sliding windows, cumsum, bincount, stacked calls",
    exact="no iteration needs another, or they make a known scan; up to the rounding of sums",
    thread="https://stackoverflow.com/questions/29281680/numpy-individual-element-access-"
    "slower-than-for-lists",
)
def lifted_loop(seen: Observation) -> Iterator[Finding]:
    """Loops written as array expressions, in several ways."""
    for function in seen.functions:
        every = seen.lifting(function).lifted
        whole = [each for each in every if each.whole]
        # Outer loops that stay are the second choice: time for trials is short.
        rest = [each for each in every if not each.whole][: _MOST_PARTS if whole else None]
        for each in (*whole, *rest):
            if seen.is_too_large(each):
                continue
            lines = range(each.first_line, each.last_line + 1)
            found = seen.finding(
                function,
                _spliced(function, each.source),
                title=f"{at(lines[:1])}: {each.title}",
                evidence=_of_loop(seen, function, each, lines),
                lines=lines,
            )
            if found is not None:
                yield found


def _spliced(function: Function, text: str) -> Rewrite | None:
    """The function with this text; its module may not have NumPy, as one of plain lists."""
    used = "" if re.search(r"\bnp\.", function.text) else text
    edits = rewriting.line_edits(function, text)
    return rewriting.spliced(function, edits, prelude(function, (), used))


def _of_loop(
    seen: Observation, function: Function, lifted: LiftedFunction, lines: range
) -> str:
    said = [f"the loop takes {units.percent(seen.share(function, lines))} of the time"]
    if lifted.memory_bytes:
        said.append(f"its largest intermediate array has {units.size(lifted.memory_bytes)}")
    return "; ".join(said) + provided(lifted.assumptions)


@rule(
    "loops",
    looks_for="many small calls in loops whose iterations do not depend on each other",
    rewrite="one call on all operands at once",
    exact="the iterations are independent",
    thread="https://github.com/numpy/numpy/issues/8532",
    tried=TrialKind.BATCH,
)
def batch(seen: Observation) -> Iterator[Finding]:
    """Small calls that one call could do."""
    return _batches(seen, gemm=False)


@rule(
    "loops",
    looks_for="one matrix multiplied by many vectors, one after the other",
    rewrite="gather the vectors, multiply matrix by matrix",
    exact="up to rounding; the vectors do not depend on each other",
    thread="https://github.com/numpy/numpy/issues/7319",
    tried=TrialKind.BATCH,
)
def gemm(seen: Observation) -> Iterator[Finding]:
    """Products that are one product."""
    return _batches(seen, gemm=True)


def _batches(seen: Observation, *, gemm: bool) -> Iterator[Finding]:
    rows = sorted(_rows(seen), key=lambda row: -row[0])
    for share, number, o, line, around, iterations in rows[:_MOST_BATCHES]:
        if _is_matrix_by_vector(o) != gemm:
            continue
        loop = at(around.independent)
        title = (
            f"line {line}: gather the vectors and multiply once, matrix by matrix"
            if gemm
            else f"the loop of {loop} makes many small calls: do all its iterations at once"
        )
        yield Finding(
            title=title,
            evidence=counted([o]) + _why_kept(seen, around),
            trial=Trial(
                kind=TrialKind.BATCH, operation=number, iterations=max(1, round(iterations))
            ),
            share=share,
            hint=True,
        )


def _why_kept(seen: Observation, around: loops.Loop) -> str:
    """Why the loops could not be rewritten as a whole, where that is known."""
    reasons = [
        kept.reason
        for function in seen.functions
        for kept in seen.lifting(function).unlifted
        if kept.line in around.independent
    ]
    return f"; could not be rewritten: {reasons[0]}" if reasons else ""


def _is_matrix_by_vector(operation: Operation) -> bool:
    dims = [len(each.shape) for each in operation.operands[:2]]
    return operation.kind == "product" and dims == [2, 1]


def _rows(seen: Observation) -> Iterator[tuple[float, int, Operation, int, loops.Loop, float]]:
    explained = seen.explained
    hits = {(r.file, r.line): r.hits / r.evaluations for r in explained.lines}
    times = zip(explained.breakdown_record.operations, explained.operations, strict=False)
    for number, (time, o) in enumerate(times):
        small = max(map(elements, o.operands), default=1) <= _SMALL_ELEMENTS
        small |= o.kind == "product"
        if o.calls < _MANY_CALLS or not small or not time.replayed or not o.lines:
            continue
        if o.kind not in ("ufunc", "reduction", "product", "scalar"):
            continue
        share = time.calls * time.call_s / explained.breakdown_record.plain_s
        place = o.lines[0]
        function = next(
            (
                f
                for f in seen.functions
                if f.source.file == place.file and place.line in seen.lines_of(f)
            ),
            None,
        )
        if share < LEAST_SHARE or function is None:
            continue
        around = loops.loops_around(function, place.line)
        stop = around.stopped_by
        iterations = hits.get((place.file, stop), 1.0) if stop else 1.0
        if not around.independent or o.calls / max(iterations, 1.0) < _MANY_CALLS:
            continue
        yield share, number, o, place.line, around, iterations


SUMS_BY_KEY = '''
def sums_by_key(keys, values=None):
    """The sum, or the number, of what belongs to each key, in the order of their first."""
    keys = np.asarray(keys)
    if not len(keys):
        return zip()
    found = low = None
    if keys.dtype.kind in "iu":
        wide = keys if keys.dtype.itemsize == 8 else keys.astype(np.int64)
        low = wide.min()
        if int(wide.max()) - int(low) > 4 * len(keys):
            low = None
    if low is None:
        found, places = np.unique(keys, return_inverse=True)
    else:
        places = (wide - low).astype(np.int64)
    sums = np.bincount(places, values)
    first = np.full(len(sums), -1)
    first[places[::-1]] = np.arange(len(keys) - 1, -1, -1)
    order = np.flatnonzero(first >= 0)
    order = order[np.argsort(first[order])]
    if found is None:
        found = (np.arange(len(sums)).astype(wide.dtype) + low).astype(keys.dtype)
    return zip(found[order], sums[order] if values is not None else sums[order].tolist())
'''.strip()


@rule(
    "loops",
    looks_for="sums or counts by key in a dictionary, element by element",
    rewrite="for k, v in zip(keys, values): d[k] += v → d.update(sums_by_key(keys, values))",
    exact="up to rounding, for a dictionary that begins empty and keys that are numbers",
    thread="https://stackoverflow.com/questions/4373631/sum-array-by-number-in-numpy",
)
def sums_in_dictionary(seen: Observation) -> Iterator[Finding]:
    """Dictionaries that loops over arrays fill with sums."""
    for function in seen.functions:
        for loop in function.nodes:
            if not isinstance(loop, ast.For) or loop.orelse:
                continue
            text = key_sums.summed_by_key(function, loop)
            if not text:
                continue
            start, end = function.span(loop)
            lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
            yield from seen.edited(
                function,
                [Edit(start=start, end=end, text=text)],
                title="add up by key with np.unique and bincount",
                lines=[line + function.shift for line in lines],
                helpers=(SUMS_BY_KEY,),
            )


@rule(
    "loops",
    looks_for="values kept in a list for each key, one by one",
    rewrite="for k, v in zip(keys, values): d.setdefault(k, []).append(v) → "
    "d.update(means_by_key(keys, values)), where d is asked for means; else arrays_by_key",
    exact="up to rounding, for a dictionary that begins empty and keys that are whole numbers "
    "or dates",
    thread="https://stackoverflow.com/questions/38013778/is-there-any-numpy-group-by-function",
)
def lists_in_dictionary(seen: Observation) -> Iterator[Finding]:
    """Dictionaries that loops over arrays fill with lists."""
    for function in seen.functions:
        for loop in function.nodes:
            if not isinstance(loop, ast.For) or loop.orelse:
                continue
            lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
            for made in key_lists.kept_by_key(function, loop):
                title = "do for all keys at once what their lists are kept for"
                yield from seen.edited(
                    function,
                    made.edits,
                    title=f"{title}, {made.premise}" if made.premise else title,
                    lines=[line + function.shift for line in lines],
                    helpers=made.helpers,
                )


@rule(
    "loops",
    looks_for="a loop over what a generator of one's own yields",
    rewrite="for w in windows(x): s.append(w.sum()) → the generator's loop in its place, as "
    "array expressions",
    exact="as for loops; the generator does nothing but yield",
    thread="https://stackoverflow.com/questions/8290397/how-to-split-an-iterable-in-constant-"
    "size-chunks",
)
def generator_loop(seen: Observation) -> Iterator[Finding]:
    """Loops over generators, as the loops that these hold."""
    for function in seen.functions:
        for loop, text, names in generators.loops_in_place(function):
            for title, lifted in [*seen.lifted_again(function, text, names)][:_MOST_PARTS]:
                lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
                yield from seen.whole(
                    function,
                    lifted,
                    title=f"{title}, with the loop of the generator in place",
                    lines=[line + function.shift for line in lines],
                    helpers=("import numpy as np",) if "np." in lifted else (),
                    evidence="a generator hands over one element at a time",
                )


@rule(
    "loops",
    looks_for="a loop that also prints how far it is",
    rewrite="the printing in a loop of its own, the rest as array expressions",
    exact="as for loops; nothing that is printed is computed in the loop",
    thread="https://stackoverflow.com/questions/3160699/python-progress-bar",
)
def progress_prints(seen: Observation) -> Iterator[Finding]:
    """Loops that print their progress, without it."""
    for function in seen.functions:
        for loop, text in progress.loops_apart(function):
            for title, lifted in [*seen.lifted_again(function, text, {})][:_MOST_PARTS]:
                lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
                yield from seen.whole(
                    function,
                    lifted,
                    title=f"{title}, with what it prints in a loop of its own",
                    lines=[line + function.shift for line in lines],
                    helpers=("import numpy as np",) if "np." in lifted else (),
                    evidence="a loop that prints cannot be array expressions",
                )


@rule(
    "loops",
    looks_for="a loop in a loop that is of another length each time: for j in range(begin[i], "
    "end[i]), or over the elements of each array of a list",
    rewrite="one loop over all places, by np.repeat and np.cumsum, as array expressions",
    exact="as for loops; what follows the inner loop asks for no more than its sums",
    thread="https://stackoverflow.com/questions/32382577/optimize-a-numpy-ndarray-indexing-"
    "operation",
)
def ragged_loops_in_one(seen: Observation) -> Iterator[Finding]:
    """Nests whose inner loops are not equally long."""
    for function in seen.functions:
        for flat in (*ragged_loops.in_one_loop(function), *ragged_rows.nests(function)):
            every = [*seen.lifted_again(function, flat.text, flat.held)]
            done = [text for _, text in every if ragged_loops.is_lifted(flat, text)]
            done = done[:_MOST_PARTS]
            repeated = ((ragged_loops.repeated(flat, e, function.numpy), e) for e in done)
            shorter = [(text, seen.provided(each)) for text, each in repeated if text]
            lines = range(flat.loop.lineno, (flat.loop.end_lineno or flat.loop.lineno) + 1)
            for lifted, assumed in (*shorter, *((each, "") for each in done)):
                yield from seen.whole(
                    function,
                    lifted,
                    title=f"the loops over {ast.unparse(flat.loop.target)} and "
                    f"{ast.unparse(flat.inner.target)} in one, as array expressions",
                    lines=[line + function.shift for line in lines],
                    helpers=("import numpy as np",) if "np." in lifted else (),
                    evidence=f"the inner loop is of another length each time{assumed}",
                )


@rule(
    "loops",
    looks_for="a list of numbers that loops use as an array: made by [0] * n, or by append",
    rewrite="flags = [True] * n → np.full(n, True), with its loops as array expressions",
    exact="as for loops; whole numbers stay within 64 bits",
    thread="https://stackoverflow.com/questions/993984/what-are-the-advantages-of-numpy-over-"
    "regular-python-lists",
)
def lists_as_arrays(seen: Observation) -> Iterator[Finding]:
    """Lists of numbers as arrays, and what can be made of their loops then."""
    for function in seen.functions:
        made = list_arrays.as_arrays(function)
        if made is None:
            continue
        every = seen.lifted_again(function, made.text, made.held, parts=True)
        what = "with arrays in place of lists"
        yield from _whole(
            seen, function, every, what, "elements of a list are objects, one by one"
        )


@rule(
    "loops",
    looks_for="a loop over the characters of a text that only compares them, or takes ord()",
    rewrite="for ch in text: if ch in 'GC': n += 1 → the loop over an array of codes, as array "
    "expressions",
    exact="as for loops",
    thread="https://numpy.org/doc/stable/reference/generated/numpy.frombuffer.html",
)
def characters_as_codes(seen: Observation) -> Iterator[Finding]:
    """Loops over characters, as array expressions of their codes."""
    for function in seen.functions:
        made = text_codes.as_codes(function)
        if made is None:
            continue
        every = seen.lifted_again(function, made.text, made.held)
        what = "of the codes of characters"
        yield from _whole(
            seen, function, every, what, "every character is an object of its own"
        )


@rule(
    "loops",
    looks_for="a loop over the characters of a text that does nothing but count",
    rewrite="for ch in text: if ch.isalpha(): n += 1 → the same for each different character, "
    "times how often it comes",
    exact="always: equal characters add the same whole numbers",
    thread="https://stackoverflow.com/questions/1155617/count-the-number-of-occurrences-of-a-"
    "character-in-a-string",
)
def counted_characters(seen: Observation) -> Iterator[Finding]:
    """Loops that count characters, over different ones."""
    for function in seen.functions:
        for counting in character_counts.counting_loops(function):
            lines = range(counting.loop.lineno, (counting.loop.end_lineno or 0) + 1)
            yield from seen.edited(
                function,
                counting.edits,
                title="each different character once, times how often it comes",
                lines=[line + function.shift for line in lines],
                helpers=("import numpy as np", character_counts.CHARACTER_COUNTS),
                evidence="every character is an object of its own",
            )


@rule(
    "loops",
    looks_for="a loop that looks for runs of equal elements, element by element",
    rewrite="while x[j] == x[i]: j += 1 → a loop over runs, of np.flatnonzero(x[1:] != x[:-1])",
    exact="always",
    thread="https://stackoverflow.com/questions/1066758/find-length-of-sequences-of-identical-"
    "values-in-a-numpy-array-run-length-encodi",
)
def runs_of_equal_elements(seen: Observation) -> Iterator[Finding]:
    """Loops over runs, as array expressions and as they are."""
    for function in seen.functions:
        for made in equal_runs.loops_over_runs(function):
            every = [text for _, text in seen.lifted_again(function, made.indexed, made.held)]
            for text in (*every[:_MOST_PARTS], made.plain):
                yield from seen.whole(
                    function,
                    text,
                    title="find where all runs begin and end at once",
                    lines=syntax.span_of(function, made.loop),
                    helpers=("import numpy as np", equal_runs.RUNS),
                    evidence=f"every element of {made.array} is compared by itself",
                )


@rule(
    "loops",
    looks_for="a loop that keeps the element before: prev = None, or x[0], and then prev = v",
    rewrite="an array of what is made of each, and a loop over neighbours in it, as array "
    "expressions",
    exact="as for loops",
    thread="https://stackoverflow.com/questions/5314241/difference-between-consecutive-elements-"
    "in-list",
)
def element_before(seen: Observation) -> Iterator[Finding]:
    """Loops that carry the element before, over neighbours."""
    for function in seen.functions:
        coded = text_codes.as_codes(function)
        held = {} if coded is None else coded.held
        changed = function if coded is None else _with(function, coded.text, held)
        if changed is None:
            continue
        one = elements_before.over_neighbours(changed)
        for made in [one] if one is not None else with_first_apart(changed):
            every = seen.lifted_again(function, made.text, {**held, **made.held})
            what = "of an array of what is made of each element"
            why = "each iteration waits for what the one before it keeps"
            yield from _whole(seen, function, every, what, why)


def _whole(
    seen: Observation,
    function: Function,
    lifted: Iterable[tuple[str, str]],
    what: str,
    why: str,
) -> Iterator[Finding]:
    """The first of these ways to lift another text of the function, each with its title."""
    for title, text in itertools.islice(lifted, _MOST_PARTS):
        yield from seen.whole(
            function,
            text,
            title=f"{title}, {what}",
            lines=seen.lines_of(function),
            helpers=("import numpy as np",) if "np." in text else (),
            evidence=why,
        )


def _with(function: Function, text: str, held: dict[str, str]) -> Function | None:
    """The function of another text, with names that hold something more."""
    names = {**function.source.names, **held}
    return rewriting.parsed(msgspec.structs.replace(function.source, text=text, names=names))
