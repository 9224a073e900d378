"""Nouns are frozen, checked where they are decoded, and encoded whatever their text is."""

import gc

import msgspec
import pytest

from profiler_suite.model.noun import CanaryName, Count, Noun, Number, Seconds, Time, to_json


class Sample(Noun, frozen=True):
    """One field of each kind."""

    time_s: Time = 1.0
    seconds: Seconds = 0.0
    number: Number = 0.0
    count: Count = 0
    name: CanaryName = "ufunc"
    text: str = ""
    table: dict[str, tuple[str, ...]] = {}  # noqa: RUF012


def test_a_noun_cannot_be_altered() -> None:
    with pytest.raises(AttributeError):
        Sample().count = 3  # type: ignore[misc]


def test_the_garbage_collector_does_not_look_at_nouns() -> None:
    assert not gc.is_tracked(Sample(table={"a": ("b",)}))


@pytest.mark.parametrize(
    "document",
    [
        b'{"time_s": 0}',
        b'{"time_s": -1}',
        b'{"time_s": 1e10}',
        b'{"seconds": -1e10}',
        b'{"number": 1e31}',
        b'{"count": -1}',
        b'{"count": 9007199254740993}',
        b'{"count": 1.5}',
        b'{"name": "gemm"}',
        b'{"name": "ufunc@elsewhere"}',
    ],
)
def test_what_no_clock_tells_and_no_count_reaches_is_refused(document: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(document, type=Sample)


@pytest.mark.parametrize("name", ["ufunc", "memory", "gemm384", "gemm96@other", "ufunc@other"])
def test_canaries_have_names_of_one_form(name: str) -> None:
    found = msgspec.json.decode(b'{"name": "%s"}' % name.encode(), type=Sample)
    assert found.name == name


def test_what_is_written_is_read_again() -> None:
    noun = Sample(time_s=0.1 + 0.2, text="µ “×” \n", table={"a": ("b", "c")})
    assert msgspec.json.decode(to_json(noun), type=Sample) == noun


def test_text_that_is_not_valid_unicode_is_written_with_question_marks() -> None:
    noun = Sample(text="a\udcffb", table={"\udc80": ("fine", "\udc81")})
    read = msgspec.json.decode(to_json(noun), type=Sample)
    assert read == Sample(text="a?b", table={"?": ("fine", "?")})
