"""What each thread of a function does, in words: it runs, or waits, and what for."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from profiler_suite import units
from profiler_suite.analysis.time_breakdown import RESIDUAL
from profiler_suite.model.threads import (
    CALLING,
    CORE,
    GIL,
    NOT_SPLIT,
    SLEEP,
    ThreadsRecord,
    ThreadTime,
)

# Less of the time is not worth a word.
_WORTH = 0.02
# Where one thread does it all, its waiting is news from here on.
_NEWS = 0.05
_MOST_ROWS = 8
_MOST, _NEARLY_ALL = 0.5, 0.75
# Of what other threads do, so many parts are said, each at least so large.
_FEW, _MATTERS = 2, 0.15
_PLAIN = {GIL: "interpreter lock (GIL)", RESIDUAL: "other work", NOT_SPLIT: "running"}
# Waits that are for nobody in particular take no article.
_NO_ARTICLE = ("sleep", "input", "events", "something", "a ")


def matter(record: ThreadsRecord | None) -> bool:
    """Whether it is worth showing: several threads take part, or the only one waits."""
    if record is None or not record.threads:
        return False
    return len(record.threads) > 1 or record.threads[0].waited >= _NEWS


def cores_busy(record: ThreadsRecord | None) -> float:
    """Cores that were at work on average, waiting left out."""
    return sum(each.ran for each in record.threads) if record else 0.0


def in_words(record: ThreadsRecord | None) -> tuple[str, ...]:
    """How many threads take part, then a sentence for each; nothing where it says nothing."""
    if record is None or not matter(record):
        return ()
    number = len(record.threads)
    busy = units.three_digits(cores_busy(record))
    head = f"{units.some(number, 'thread')}, {busy} cores at work on average"
    return (head, *(thread_in_words(each) for each in rows(record)))


def thread_in_words(thread: ThreadTime) -> str:
    """'ThreadPoolExecutor 1: arithmetic 62 %; waits for interpreter lock (GIL) 20 %'."""
    parts = [_listed(thread.running)] if thread.ran >= _WORTH else []
    if thread.waited >= _WORTH:
        parts.append(f"waits for {_listed(thread.waiting)}")
    gone = 1 - thread.ran - thread.waited
    if gone >= _WORTH:
        parts.append(f"not there {units.percent(gone)}")
    return f"{thread.name}: {'; '.join(parts) or 'hardly anything'}"


def _listed(shares: Mapping[str, float]) -> str:
    worth = [(name, share) for name, share in shares.items() if share >= _WORTH]
    named = worth or list(shares.items())[:1]
    return ", ".join(
        f"{_PLAIN.get(name, name)} {units.percent(share)}" for name, share in named
    )


def rows(record: ThreadsRecord) -> tuple[ThreadTime, ...]:
    """The threads; where they are many, those of one pool as one that does what all do."""
    if len(record.threads) <= _MOST_ROWS:
        return record.threads
    pools: dict[str, list[ThreadTime]] = {}
    for each in record.threads:
        pools.setdefault(each.name.rstrip("0123456789").strip(), []).append(each)
    return tuple(_together(name, some) for name, some in pools.items())


def _together(name: str, threads: Sequence[ThreadTime]) -> ThreadTime:
    if len(threads) == 1:
        return threads[0]
    return ThreadTime(
        name=f"each of {len(threads)} {name}",
        running=_means([each.running for each in threads]),
        waiting=_means([each.waiting for each in threads]),
    )


def _means(shares: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = {name for each in shares for name in each}
    means = {name: fmean(each.get(name, 0.0) for each in shares) for name in names}
    return dict(sorted(means.items(), key=lambda item: -item[1]))


def mostly_waits_for(record: ThreadsRecord | None) -> str:
    """' for a lock' of the calling thread, should one or two causes be most of its waiting.

    That it is ready and waits for a core is no cause that lies in the function.
    """
    calling = record.of(CALLING) if record else None
    if calling is None:
        return ""
    waits = [(cause, share) for cause, share in calling.waiting.items() if cause != CORE]
    waits.sort(key=lambda item: -item[1])
    total = sum(share for _, share in waits)
    if total <= 0:
        return ""
    if waits[0][1] >= _MOST * total:
        return _waits_for(waits[0][0])
    if waits[0][1] + waits[1][1] >= _NEARLY_ALL * total:
        return f" for {_with_article(waits[0][0])} and {_with_article(waits[1][0])}"
    return ""


def _waits_for(cause: str) -> str:
    return " (sleep)" if cause == SLEEP else f" for {_with_article(cause)}"


def _with_article(cause: str) -> str:
    named = _PLAIN.get(cause, cause)
    if named.startswith(_NO_ARTICLE):
        return named
    return f"{'the' if cause == GIL else 'a'} {named}"


def others_in_words(record: ThreadsRecord | None) -> str:
    """'its other threads: interpreter 60 %, waiting for the interpreter lock (GIL) 30 %', of
    their time together; empty where it has none."""
    others = [each for each in record.threads if each.name != CALLING] if record else []
    total = sum(each.ran + each.waited for each in others)
    if total <= 0:
        return ""
    running = _sums([each.running for each in others], total)
    waiting = _sums([each.waiting for each in others], total)
    found = [(share, _PLAIN.get(name, name)) for name, share in running.items()]
    found += [(share, f"waiting{_waits_for(name)}") for name, share in waiting.items()]
    worth = sorted((each for each in found if each[0] >= _MATTERS), reverse=True)
    said = ", ".join(f"{name} {units.percent(share)}" for share, name in worth[:_FEW])
    return f"its other threads: {said}" if said else ""


def _sums(shares: Sequence[Mapping[str, float]], total: float) -> dict[str, float]:
    names = {name for each in shares for name in each}
    return {name: sum(each.get(name, 0.0) for each in shares) / total for name in names}


def note(record: ThreadsRecord | None) -> str:
    """Why it is not known what each thread does, where that was asked for."""
    if record is None or not record.reason:
        return ""
    return f"what each thread does is not known: {record.reason}"
