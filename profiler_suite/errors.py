"""One base exception and its children: what went wrong, which value, what to try."""

import difflib
from collections.abc import Iterable


class ProfilerSuiteError(Exception):
    """Anything this package raises on purpose; its text is one clear sentence for a person."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the sentence, not the way to it through our code."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(ProfilerSuiteError):
    """What was asked for cannot be done: an unknown name, a value out of range."""


class ProblemError(UsageError):
    """A problem that has no meaning: a window larger than its input, a size of 0."""


class RunFolderError(UsageError):
    """A run folder that cannot be read, written or resumed."""


class ChildError(ProfilerSuiteError):
    """A child process could not be started or did not keep to the protocol."""


class FleetError(ProfilerSuiteError):
    """The scheduler or the workers of a fleet are gone in the middle of a run."""


class FunctionError(ProfilerSuiteError):
    """A user's function raised, or its process died, while it was being explained."""


class TimeUp(BaseException):
    """Stops a user's function that does not return in time."""


# More names than this are no help.
_MOST_KNOWN = 12
# Above: "im2cil" and im2col_gemm; below: "foo" and loop.
_NEAR = 0.58
# Fewer letters than this are the beginning of anything.
_LEAST_BEGINNING = 3


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is not there, with the nearest ones that are."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=_NEAR)
    if not near and len(name) >= _LEAST_BEGINNING:
        near = [each for each in names if each.startswith(name)][:1]
    more = ", …" if len(names) > _MOST_KNOWN else ""
    hint = (
        f"did you mean {near[0]!r}?"
        if near
        else f"known: {', '.join(names[:_MOST_KNOWN])}{more}"
    )
    return UsageError(f"unknown {kind} {name!r}; {hint}")
