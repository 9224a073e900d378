"""Reads a run folder: every good row, whatever stands between them."""

import itertools
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from profiler_suite.errors import RunFolderError
from profiler_suite.model.rows import OLDEST_SCHEMA, SCHEMA_VERSION, RoundRecord, Row
from profiler_suite.model.run import Provenance
from profiler_suite.store.names import RECORDS, RUN

# A round of ten thousand points takes about 4 MB; what is longer is no row.
_LONGEST_LINE = 64 * 2**20
_LARGEST_RUN = 256 * 2**20
# A line record is also a part of a row, and a part of a row is not a row.
_START_OF_ROW = re.compile(rb'\{"kind":"(?!line")')
_BOM = b"\xef\xbb\xbf"

DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for content that this package has not written."""


def read_provenance(folder: Path) -> Provenance:
    """run.json of a run folder."""
    path = folder / RUN
    try:
        with open(path, "rb", opener=only_files) as file:
            data = file.read(_LARGEST_RUN + 1)
    except OSError as error:
        raise RunFolderError(
            f"{folder} is not a run folder: no readable {RUN} ({error.strerror or error}); "
            "give the folder that a sweep has written"
        ) from error
    try:
        if len(data) > _LARGEST_RUN:
            raise msgspec.DecodeError("it is too large")
        data = data.removeprefix(_BOM)
        _check_schema(path, msgspec.json.decode(data, type=_Header))
        provenance = msgspec.json.decode(data, type=Provenance)
        check(provenance)
    except DAMAGE as error:
        raise RunFolderError(
            f"{path} is damaged: {error}; the rows in {RECORDS} are untouched: put a copy of "
            f"{RUN} back, or run the sweep again into a new folder"
        ) from error
    return provenance


class _Header(msgspec.Struct):
    schema: int
    suite_version: str = ""


def _check_schema(path: Path, header: _Header) -> None:
    if header.schema > SCHEMA_VERSION:
        raise RunFolderError(
            f"{path} has schema {header.schema}, newer than this version reads "
            f"({SCHEMA_VERSION}); upgrade profiler-suite"
        )
    if header.schema < OLDEST_SCHEMA:
        version = header.suite_version or "the version that wrote it"
        raise RunFolderError(
            f"{path} has schema {header.schema}, older than this version reads "
            f"({OLDEST_SCHEMA}); read it with profiler-suite {version}"
        )


def check(provenance: Provenance) -> None:
    """What the types do not say; DecodeError where it does not hold."""
    ordered = sorted(point.id for point in provenance.points)
    twice = next((a for a, b in itertools.pairwise(ordered) if a == b), "")
    if twice:
        raise msgspec.ValidationError(f"point {twice!r} occurs twice")


def read_rows(folder: Path) -> tuple[list[Row], int]:
    """All rows in order, and how many lines could not be read (a last one may be cut off)."""
    found = list(each_row(folder))
    rows = [row for row in found if row is not None]
    return rows, len(found) - len(rows)


def each_row(folder: Path) -> Iterator[Row | None]:
    """The rows in order, one at a time; None for what could not be read."""
    decoder = msgspec.json.Decoder(Row)
    rounds: set[int] = set()
    path = folder / RECORDS
    try:
        with open(path, "rb", opener=only_files) as file:
            for line in _lines(file):
                for row, written in _rows(line, decoder):
                    if isinstance(row, RoundRecord):
                        same = hash(written)
                        if same in rounds:
                            continue  # the very same: files were joined
                        rounds.add(same)
                    yield row
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunFolderError(
            f"cannot read {path}: {error.strerror or error}; check its permissions"
        ) from error


def only_files(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe; OSError for what is no file."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "it is not a regular file")
    return descriptor


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines that are not blank; of one that is too long to be a row, the beginning."""
    first = True
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            while rest := file.readline(_LONGEST_LINE):
                if rest.endswith(b"\n"):
                    break
            line = line[:64]
        if first:
            line, first = line.removeprefix(_BOM), False
        if line.strip():
            yield line


def _rows(line: bytes, decoder: "msgspec.json.Decoder[Row]") -> list[tuple[Row | None, bytes]]:
    """The rows on a line as they are written there, None for each piece of it that is none.

    It is one row, unless something was cut or joined: then whole rows may stand
    before or behind the remains of others.
    """
    row = _decoded(line, decoder)
    starts = [found.start() for found in _START_OF_ROW.finditer(line)] if row is None else []
    cuts = [0, *(start for start in starts if start), len(line)]
    if len(cuts) == 2:
        return [(row, line.strip())]
    pieces = [line[start:end].strip() for start, end in itertools.pairwise(cuts)]
    return [(_decoded(piece, decoder), piece) for piece in pieces]


def _decoded(line: bytes, decoder: "msgspec.json.Decoder[Row]") -> Row | None:
    try:
        row = decoder.decode(line)
    except DAMAGE:
        return None
    return row if OLDEST_SCHEMA <= row.schema <= SCHEMA_VERSION else None
