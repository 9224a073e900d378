"""What is printed is kept and compared, but for what differs from run to run anyway."""

import sys

import pytest

from profiler_suite.measure.explain.answers.printed_text import (
    printed,
    same_text,
    varies_wholly,
)


def test_what_is_printed_is_kept_and_bytes_are_as_well() -> None:
    with printed() as text:
        sys.stdout.write("sum 1.5\n")
        sys.stdout.buffer.write(b"bytes")
    assert text.content == b"sum 1.5\nbytes"
    assert text.fileno() == sys.__stdout__.fileno()  # type: ignore[union-attr]


def test_who_closes_its_output_has_printed_nothing() -> None:
    with printed() as text:
        sys.stdout.write("lost")
        sys.stdout.close()
    assert text.content == b""


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (b"took 9.1 s: 3.5", True),
        (b"took 9.1 s: 3.6", False),
        (b"took 9.1 min: 3.5", False),
        (b"took 9.1 s: 3.5 4", False),
    ],
)
def test_numbers_that_differ_by_themselves_are_not_compared(other: bytes, same: bool) -> None:
    alike = [b"took 2.0 s: 3.5", b"took 1.0 s: 3.5"]
    assert same_text(b"took 1.0 s: 3.5", other, alike) is same


def test_where_every_number_differs_nothing_is_compared() -> None:
    assert varies_wholly(b"a 1 b 2", [b"a 2 b 3"])
    assert not varies_wholly(b"a 1 b 2", [b"a 1 b 3"])
    assert not varies_wholly(b"a 1 b 2", [])
    assert not varies_wholly(b"done", [b"done"])
