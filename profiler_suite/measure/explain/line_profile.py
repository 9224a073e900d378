"""The lines of a function that is explained: their times, and the text of its sources."""

import inspect
from types import CodeType

from profiler_suite.measure.explain.names_in_words import (
    bound_names,
    names_of_arguments,
    watch_names,
)
from profiler_suite.measure.explain.records import SourceText
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.lines.functions import functions_to_profile, nested_codes
from profiler_suite.measure.lines.records import records
from profiler_suite.measure.lines.session import LineSession
from profiler_suite.model.rows import LineRecord


def profile(subject: Subject, once_s: float) -> tuple[LineRecord, ...]:
    """The time of each line; none, and a note, where lines cannot be profiled."""
    if not (subject.effort.lines_s and subject.plan.fits_lines()):
        return ()
    session = LineSession(sampling=subject.sampling_allowed)
    try:
        if subject.plan.thrifty:
            found = session.sample_once(subject.function, subject.arguments(), once_s)
        else:
            found = session.profile(
                subject.function, subject.arguments(), subject.effort.lines_s
            )
    except Exception as error:  # noqa: BLE001 - the other passes stand without lines
        subject.notes.append(f"no line profile: {type(error).__name__}: {error}")
        return ()
    finally:
        session.close()
    if found is None:
        subject.notes.append("no line profile: it is compiled and has no Python lines")
        return ()
    if found.note:
        subject.notes.append(f"line times are modelled, not sampled: {found.note}")
    return records(found, subject.called.name, subject.called.name)


def sources(subject: Subject) -> tuple[SourceText, ...]:
    """The text of every Python function that takes part, with what its names stand for."""
    functions = functions_to_profile(subject.function, subject.called.given)
    inner = {each.__code__: nested_codes(each.__code__) for each in functions}
    names = _names(subject, [*inner, *(code for codes in inner.values() for code in codes)])
    found = []
    for each in functions:
        try:
            lines, first = inspect.getsourcelines(each)
        except (OSError, TypeError):
            continue
        found.append(
            SourceText(
                file=each.__code__.co_filename,
                function=each.__name__,
                first_line=first,
                text="".join(lines),
                names=names.get(each.__code__, {}),
                bound=bound_names(each),
                inner={c.co_name: names[c] for c in inner[each.__code__] if c in names},
                module_names=tuple(sorted(each.__globals__)),
            )
        )
    return tuple(found)


def _names(subject: Subject, codes: list[CodeType]) -> dict[CodeType, dict[str, str]]:
    """Of one more call; of the arguments alone where a function takes too long for it."""
    if subject.plan.fits_names():
        return watch_names(subject.function, subject.arguments(), codes)
    return names_of_arguments(subject.function, subject.arguments())
