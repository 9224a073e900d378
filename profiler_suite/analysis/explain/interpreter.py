"""What the interpreter is at work for, in words, by the functions of it that samples hit."""

from collections import Counter

from profiler_suite import units
from profiler_suite.measure.native.interpreter_work import EXCEPTIONS, OTHER, work_of
from profiler_suite.model.rows import BreakdownRecord

# Fewer samples say too little of a tenth of the time.
_FEWEST = 50
_WORTH, _MOST_SAID = 0.15, 2
# Exceptions are raised with work that is put down to others: their message, their frames.
_RAISES = 0.03
_OF_INTERPRETER = "interpreter"


def work_shares(record: BreakdownRecord) -> dict[str, float]:
    """Share of the time by what the interpreter does, the largest first; empty: not known."""
    samples = record.native
    if samples is None or samples.samples < _FEWEST:
        return {}
    found: Counter[str] = Counter()
    for weight in samples.weights:
        if weight.entry == _OF_INTERPRETER:
            found[work_of(weight.library, weight.symbol)] += weight.samples
    awake = 1 - samples.slept_share
    ticks = samples.samples + samples.unseen
    return {name: awake * n / ticks for name, n in found.most_common() if name != OTHER}


def in_words(record: BreakdownRecord) -> str:
    """'text 50 %, making and freeing objects 16 %'; empty where no work takes much."""
    shares = work_shares(record)
    worth = [name for name, share in shares.items() if share >= _WORTH][:_MOST_SAID]
    if shares.get(EXCEPTIONS, 0.0) >= _RAISES and EXCEPTIONS not in worth:
        worth.append(EXCEPTIONS)
    return ", ".join(f"{name} {units.percent(shares[name])}" for name in worth)
