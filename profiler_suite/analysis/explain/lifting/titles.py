"""One line in plain words for what a lifted loop became."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = (
    ("left = ", "[left[", "round by round, for what has not ended yet"),
    ("query_ball_point(", "as one question to a k-d tree"),
    ("cdist(", "as pairwise distances"),
    (".reshape(", " @ ", "as one matrix product"),
    (" @ ", "as a matrix product"),
    ("tensordot(", "as one tensordot"),
    ("einsum(", "as one einsum"),
    ("lfilter(", "as a linear filter"),
    ("bincount(", "as bincount"),
    (".at(", "as a ufunc's at()"),
    ("sliding_window_view(", "over a view of all windows"),
    ("cumsum(", "as a running sum"),
    ("cumprod(", "as a running product"),
    (".accumulate(", "as a running extreme"),
    ("linalg.", "as one call for the whole stack"),
)


def title(targets: Sequence[str], lines: Sequence[str]) -> str:
    """What loops over these variables became."""
    text = "\n".join(lines)
    how = next(
        (words for *signs, words in _WORDS if all(sign in text for sign in signs)),
        "as array expressions",
    )
    what = f"{len(targets)} loops"
    if len(targets) == 1:
        what = f"the loop over {targets[0]}" if targets[0] else "what runs for each element"
    return f"{what} {how}"
