"""What a race says: one headline, the answers, what it costs, tables without empty cells."""

import random

import msgspec
import pytest

from profiler_suite.analysis.race.results import Crossing, RaceResult
from profiler_suite.report.content import race_words
from tests.made_race import (
    CHANGE,
    LARGE,
    SMALL,
    judge,
    process,
    race,
    refused,
    result,
    tried,
)


def test_the_headline_says_which_is_faster() -> None:
    assert race_words.headline(race(result(0.5))).startswith("new.py:f is ")
    assert "× as fast (" in race_words.headline(race(result(0.5)))
    assert race_words.headline(race(result(2.0))).startswith("new.py:f is slower: ")
    assert race_words.headline(race(result(1.0))).startswith("new.py:f takes the same time ")
    assert race_words.headline(race(refused())) == "new.py:f gives a different answer."


def test_the_headline_tells_sizes_apart_and_stays_short() -> None:
    said = race_words.headline(race(result(2.0, SMALL), result(0.5, LARGE)))
    assert "at 100 is slower" in said
    assert "at 10,000 is " in said
    many = race(*(result(0.5, msgspec.structs.replace(SMALL, label=str(n))) for n in range(5)))
    assert race_words.headline(many).endswith("; ….")


def test_targets_are_short_where_that_tells_them_apart() -> None:
    found = race(result(0.5))
    same = msgspec.structs.replace(found, targets=("a/k.py:f", "b/k.py:f"))
    assert race_words.names(same) == {"a/k.py:f": "a/k.py:f", "b/k.py:f": "b/k.py:f"}
    other = msgspec.structs.replace(found, targets=("a/k.py:f", "b/l.py:f", "pkg.m:f"))
    assert list(race_words.names(other).values()) == ["k.py:f", "l.py:f", "pkg.m:f"]


def test_another_answer_is_said_with_what_rounding_explains() -> None:
    said = race_words.answer_in_words(refused())
    assert said == (
        "It is refused: its answer differs (by 2.5e-01 of the largest element; rounding "
        "explains up to 1.0e-12)."
    )


def test_a_version_that_raises_gives_no_answer() -> None:
    reason = (
        "new.py:f raised: new.py, line 4, in f: ValueError: bad\n    raise ValueError('bad')"
    )
    found = msgspec.structs.replace(refused(), reason=reason, largest_error=0.0)
    assert race_words.headline(race(found)) == "new.py:f gives no answer."
    assert race_words.answer_in_words(found) == (
        "It is refused: new.py:f raised: new.py, line 4, in f: ValueError: bad (raise "
        "ValueError('bad'))."
    )
    assert race_words.basis(race(found)) == "1 BLAS thread; nothing was timed."


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (result(0.5), "× as fast"),
        (result(2.0), "× the time"),
        (result(1.0), "the same"),
        (refused(), "refused"),
    ],
)
def test_a_verdict_fits_into_a_cell_and_has_its_interval_beside(
    found: RaceResult, verdict: str
) -> None:
    shown = race_words.short_verdict(found)
    assert shown.endswith(verdict)
    said = race_words.interval(found)
    if verdict == "refused":
        assert said == ""
    else:
        low, high = map(float, said.split(" to "))
        told = float(shown.partition("×")[0]) if "×" in verdict else 1.0
        assert low <= told <= high


def test_where_the_answers_differ_though_the_real_ones_do_not() -> None:
    rng = random.Random(0)
    done = [process(rng), process(rng)]
    done[0] = tried(
        done[0].before,
        done[0].after,
        conditions=("where there is NaN", "for empty arrays"),
        dtype_changed=True,
        checked=4,
    )
    said = race_words.answer_in_words(judge(done))
    assert said.startswith("The same answer on 4 sets of arguments; the result has")
    assert said.endswith("a different answer where there is NaN and for empty arrays.")


@pytest.mark.parametrize(
    ("peaks", "faults", "expected"),
    [
        ((0.0, 0.0), (0.0, 3.0), ""),
        ((1e6, 1e6), (0.0, 0.0), ""),
        (
            (2.0**20, 2.0**23),
            (0.0, 0.0),
            "Per evaluation at most 8.00 MiB held at once, 1.00 MiB before.",
        ),
        ((0.0, 0.0), (0.0, 512.0), "Per evaluation 512 page faults, 0 before."),
    ],
)
def test_memory_and_page_faults_are_said_where_they_changed(
    peaks: tuple[float, float], faults: tuple[float, float], expected: str
) -> None:
    found = msgspec.structs.replace(result(1.0), peak_bytes=peaks, faults=faults)
    assert race_words.costs_in_words(found) == expected


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (True, "g is faster below about 1,200 elements (measured at 100 and at 10,000)."),
        (False, "g is faster from about 1,200 elements on (measured at 100 and at 10,000)."),
    ],
)
def test_a_crossing_is_said_with_the_sizes_around_it(below: bool, expected: str) -> None:
    found = Crossing(after="g", faster_below=below, below=SMALL, above=LARGE, elements=1234.0)
    assert race_words.crossing_in_words(found, "g") == expected


def test_tables_have_a_row_for_each_and_no_impossible_number() -> None:
    found = race(result(0.5), refused(), changes=(CHANGE,))
    table = race_words.results_table(found)
    assert len(table.rows) == 2
    assert table.rows[1][2] == ""
    parts = race_words.parts_table(CHANGE)
    assert parts.rows[3] == ("residual", "50.0 µs", "below noise", "−50.0 µs")
    operations = race_words.operations_table(CHANGE)
    assert operations.rows == (("np.sqrt", "100", "1", "200 µs", "3.00 µs"),)


def test_the_basis_names_threads_processes_and_threshold() -> None:
    said = race_words.basis(race(result(0.5)))
    assert said == (
        "1 BLAS thread; pairs of visits in turn in 4 processes; less than 2.0 % counts as no "
        "difference."
    )


@pytest.mark.parametrize(
    ("processes", "said"), [(0, ""), (1, "visits in turn."), (4, "the new version first.")]
)
def test_the_note_tells_of_processes_where_there_were_several(
    processes: int, said: str
) -> None:
    found = msgspec.structs.replace(result(1.0), processes=processes)
    note = race_words.results_table(race(found)).note
    assert note.endswith(said)
    assert bool(note) is bool(processes)
