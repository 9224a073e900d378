"""Causes in words: the first with its share, or that there is nothing to explain."""

import msgspec
import pytest

from profiler_suite.report.content import cause_words
from tests.report.made_causes import ALIKE, FOUND, NEIGHBOURS, UNTRIED, VALUES


def test_the_sentence_names_the_first_cause_and_its_share() -> None:
    said = cause_words.headline(FOUND)
    assert "2.26 times as long" in said
    assert "BLAS kernels (SkylakeX → Prescott) explains 97 % of that" in said


def test_other_programs_are_said_so() -> None:
    said = cause_words.headline(msgspec.structs.replace(FOUND, effects=(NEIGHBOURS,)))
    assert "what other programs did to the machine explains 90 %" in said


def test_nothing_is_called_a_cause_that_makes_no_difference() -> None:
    none = msgspec.structs.replace(FOUND, effects=(VALUES, UNTRIED))
    assert "nothing that could be tried here" in cause_words.headline(none)
    assert cause_words.share(VALUES) == "–"
    assert "nothing to explain" in cause_words.headline(ALIKE)


def test_the_table_has_a_row_for_each_and_the_reasons() -> None:
    table = cause_words.table(FOUND)
    assert [row[0] for row in table.rows] == [
        "BLAS kernels",
        "values (random seed)",
        "governor",
    ]
    assert table.rows[0][3:6] == ("2.20×", "2.13 to 2.27", "97 %")
    assert table.rows[2][-1] == UNTRIED.reason
    assert "at once: 2.25×, 99 % of the difference" in table.note


@pytest.mark.parametrize(
    ("share", "said"), [(1.3, "more than all"), (-0.2, "the opposite"), (1.003, "100 %")]
)
def test_no_share_is_above_all_or_below_nothing(share: float, said: str) -> None:
    (first, *others) = FOUND.effects
    found = msgspec.structs.replace(
        FOUND,
        effects=(msgspec.structs.replace(first, share=share), *others),
        together_share=share,
    )
    assert f"explains {said} of that" in cause_words.headline(found)
    assert f"{said} of the difference" in cause_words.note(found)
