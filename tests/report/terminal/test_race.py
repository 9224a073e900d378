"""The screen of a race fits and says the answer first."""

import pytest

from profiler_suite.report.terminal.race import screen
from tests.made_race import CHANGE, LARGE, SMALL, race, refused, result


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_answer_stands_first_and_nothing_is_too_wide(width: int) -> None:
    found = race(result(2.0, SMALL), result(0.5, LARGE), changes=(CHANGE,))
    lines = screen(found, width, color=False).splitlines()
    assert lines[0].startswith("new.py:f at 100 is slower")
    assert max(map(len, lines)) <= min(width, 100)
    text = "\n".join(lines)
    assert "What changed in new.py:f, at 100" in text
    assert "Mostly interpreter: 580 µs less" in " ".join(text.split())


def test_only_several_new_versions_are_named_in_each_row() -> None:
    one = screen(race(result(2.0), result(2.0, LARGE)), 80, color=False)
    assert "version" not in one
    two = screen(race(result(2.0), result(0.5, after="newer.py:f")), 80, color=False)
    assert "version" in two
    assert "newer.py:f" in two


def test_another_answer_is_red_and_has_no_time() -> None:
    text = screen(race(refused()), 80, color=True)
    assert text.startswith("\x1b[1;31mnew.py:f gives a different answer.")
    assert "It is refused" in text
    assert "before" not in text.splitlines()[2]


def test_notes_are_shown() -> None:
    import msgspec

    found = msgspec.structs.replace(race(result(1.0)), notes=("measured in this process",))
    assert screen(found, 80, color=False).endswith("! measured in this process")
