"""The base of all nouns, and what their fields may hold.

Nouns are frozen records that every stage hands to the next. Units are SI base units and
stand in the field's name (``time_s``, ``flop``, ``flop_per_s``, ``bytes``).
"""

from typing import Annotated

import msgspec

# What a noun that comes from outside may hold. Rows and run.json are files, and a file may
# say anything: what no clock tells and no count reaches makes it unreadable.
Time = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
"""A time that was measured, s: more than nothing, less than thirty years."""
Seconds = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
"""A time that was computed, s."""
Number = Annotated[float, msgspec.Meta(ge=-1e30, le=1e30)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
CanaryName = Annotated[str, msgspec.Meta(pattern="^(ufunc|memory|gemm[0-9]{1,6})(@other)?$")]
OTHER = "other"
"""Name of the environment that `sweep --versus` measures besides the suite's own."""


class Noun(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all nouns: immutable, named fields, decoded and checked from JSON.

    None is ever part of a cycle, so the garbage collector need not look at them: a run
    may have millions.
    """


def to_json(noun: Noun) -> bytes:
    """JSON of a noun; where its text is not valid UTF-8, as paths may be, '?' stands for it."""
    try:
        return msgspec.json.encode(noun)
    except UnicodeEncodeError:
        return msgspec.json.encode(_valid(msgspec.to_builtins(noun)))


def _valid(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_valid(key): _valid(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(each) for each in value]
    return value
