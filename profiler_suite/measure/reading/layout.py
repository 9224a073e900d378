"""Finds where this interpreter keeps the frame it runs: by looking, then checking.

Offsets inside CPython's structures change from version to version. Instead of a
table of them, functions whose frames are known from `sys._getframe` are run and
their addresses searched in memory; what is found must hold in every one of them.
"""

import ctypes
import os
import struct
import sys
from types import CodeType, FrameType

import msgspec

from profiler_suite.measure.reading import peek

_STATE_WORDS = 64
_LINK_WORDS = 16
_FRAME_WORDS = 16
_TAG_BITS = 7  # Python 3.14 marks references in the lowest bits of a word
_DEPTHS = (0, 1, 2, 5)


class Layout(msgspec.Struct, frozen=True):
    """Addresses and offsets, bytes, from which a frame's line can be read."""

    state: int
    """Address of the word that leads to the running frame."""
    link: int
    """Offset of the frame's address in what that word points to; -1: it is the frame's."""
    code: int
    """Offset of the code object in a frame."""
    previous: int
    """Offset of the caller's frame."""
    instruction: int
    """Offset of the address of the instruction that runs."""


class _KnownFrames(msgspec.Struct):
    """What was seen while one frame ran."""

    frame_object: int
    code: int
    code_bytes: int
    state: tuple[int, ...]
    links: dict[int, tuple[int, ...]]
    """Words behind each word of the thread state that is an address."""
    frame_words: tuple[int, ...]
    """The words of the Python frame object."""
    caller: int
    """Address of the caller's frame object."""


def find() -> Layout:
    """The layout of this thread's frames; PeekError where it cannot be found."""
    library = peek.libc()
    state = _thread_state()
    known = [_at_depth(depth, library, state) for depth in _DEPTHS]
    for frame_word in range(2, 9):
        found = _layout_by(library, state, known, frame_word)
        if found is not None:
            return found
    raise peek.PeekError(
        f"the frames of Python {sys.version.split()[0]} were not found in memory; "
        "lines are corrected by the model of what line_profiler adds"
    )


def _thread_state() -> int:
    get = ctypes.pythonapi.PyThreadState_Get
    get.restype = ctypes.c_void_p
    return int(get() or 0)


def _at_depth(depth: int, library: ctypes.CDLL, state: int) -> _KnownFrames:
    return _at_depth(depth - 1, library, state) if depth else _sample(library, state)


def _sample(library: ctypes.CDLL, state: int) -> _KnownFrames:
    """Read the thread state while this very function is the running frame.

    From the first read to the last, only C functions are called: a Python
    function would be the running frame itself.
    """
    frame = sys._getframe()
    assert frame.f_back is not None
    read = library.process_vm_readv
    pid = os.getpid()
    buffer = ctypes.create_string_buffer(8 * _LINK_WORDS)
    here = peek.IoVec(ctypes.addressof(buffer), 8 * _LINK_WORDS)
    there = peek.IoVec(0, 8 * _LINK_WORDS)
    here_at, there_at = ctypes.addressof(here), ctypes.addressof(there)
    links = {}
    words = tuple((ctypes.c_uint64 * _STATE_WORDS).from_address(state))
    for index, word in enumerate(words):
        if 4096 < word < 1 << 47 and not word & 7:
            there.base = word
            if read(pid, here_at, 1, there_at, 1, 0) == 8 * _LINK_WORDS:
                links[index] = struct.unpack(f"{_LINK_WORDS}Q", buffer)
    return _KnownFrames(
        frame_object=id(frame),
        code=id(frame.f_code),
        code_bytes=len(frame.f_code.co_code),
        state=words,
        links=links,
        frame_words=_words(library, id(frame), 9),
        caller=id(frame.f_back),
    )


def _words(library: ctypes.CDLL, address: int, count: int) -> tuple[int, ...]:
    data = peek.copy(library, os.getpid(), address, 8 * count)
    return struct.unpack(f"{len(data) // 8}Q", data[: len(data) // 8 * 8])


def _layout_by(
    library: ctypes.CDLL, state: int, known: list[_KnownFrames], frame_word: int
) -> Layout | None:
    """The layout if word `frame_word` of a frame object is the address of its frame."""
    if any(len(each.frame_words) <= frame_word for each in known):
        return None
    frames = [each.frame_words[frame_word] for each in known]
    heads = set.intersection(
        *(_heads(each, frame) for each, frame in zip(known, frames, strict=True))
    )
    if not heads:
        return None
    shape = _frame_shape(library, frame_word)
    if shape is None:
        return None
    # Prefer what needs no further step.
    link, index = min((link, index) for index, link in heads)
    return Layout(state + 8 * index, link, *shape)


def _heads(known: _KnownFrames, frame: int) -> set[tuple[int, int]]:
    """Where in the thread state the running frame's address stands: (word, link)."""
    found = {(index, -1) for index, word in enumerate(known.state) if word == frame}
    for index, words in known.links.items():
        found |= {(index, 8 * i) for i, word in enumerate(words) if word == frame}
    return found


def _frame_shape(library: ctypes.CDLL, frame_word: int) -> tuple[int, int, int] | None:
    """Offsets of code, previous and instruction, checked on two lines of a live frame."""

    def outer() -> list[tuple[FrameType, int, tuple[int, ...], int]]:
        return inner()

    def inner() -> list[tuple[FrameType, int, tuple[int, ...], int]]:
        me = sys._getframe()
        assert me.f_back is not None
        mine = _words(library, id(me), 9)[frame_word]
        callers = _words(library, id(me.f_back), 9)[frame_word]
        seen = [(me, me.f_lineno, _words(library, mine, _FRAME_WORDS), callers)]
        seen.append((me, me.f_lineno, _words(library, mine, _FRAME_WORDS), callers))
        return seen

    candidates: set[tuple[int, int, int]] | None = None
    for frame, line, words, caller in outer():
        start = id(frame.f_code)
        codes = [i for i, word in enumerate(words) if word & ~_TAG_BITS == start]
        previous = [i for i, word in enumerate(words) if word == caller]
        instructions = [
            i
            for i, word in enumerate(words)
            if line_at(frame.f_code, word - start - code_offset()) == line
        ]
        these = {(8 * c, 8 * p, 8 * i) for c in codes for p in previous for i in instructions}
        candidates = these if candidates is None else candidates & these
    return min(candidates) if candidates else None


def code_offset() -> int:
    """Bytes from a code object's address to its first instruction."""
    return CodeType.__basicsize__


def line_at(code: CodeType, offset: int) -> int | None:
    """Line of the instruction at a byte offset; None outside of the code or without a line."""
    if 0 <= offset < len(code.co_code):
        for start, end, line in code.co_lines():
            if start <= offset < end:
                return line
    return None
