"""How advice is tried on the machine."""

import enum


class TrialKind(enum.StrEnum):
    """What stands on the other side of a trial."""

    REWRITE = "rewrite"  # functions written another way
    ARGUMENTS = "arguments"  # the same function on converted arguments
    THREADS = "threads"  # the same function on another number of BLAS threads
    BATCH = "batch"  # one call over all operands, against the single calls
    COMPILED = "compiled"  # the function compiled by Numba
    VERSUS = "versus"  # another function of the user's
    RACE = "race"  # another function on the same arguments, as its new version
    ALONE = "alone"  # nothing: what it is held against runs in another process
    ANSWER = "answer"  # its own answers, recorded in a file
    AGREES = "agrees"  # answers that another process has recorded
    FAILED = "failed"  # none: the rule that would have named it raised


CHECKED = frozenset({TrialKind.REWRITE, TrialKind.ARGUMENTS, TrialKind.COMPILED})
"""Kinds that are to give the same answer as the function, which is checked."""
