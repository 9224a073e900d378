"""Shares are parts of a whole, or it is said that they are not."""

import pytest

from profiler_suite.analysis.shares import part_in_words, shown

ENTRIES = ("interpreter", "dispatch", "memory", "copy", "arithmetic")


def raw(*parts: float) -> dict[str, float]:
    return dict(zip(ENTRIES, parts, strict=True)) | {"residual": 1 - sum(parts)}


@pytest.mark.parametrize(
    "parts",
    [
        (0.5, 0.4, 0.0, 0.0, 0.02),
        (0.04, 0.0, 0.0, 0.0, 1.01),
        (0.0, 0.1, -0.02, 0.3, 0.6),
        (0.04, 0.0, 0.0, 0.0, 2.05),
        (0.3, 0.3, 0.3, 0.3, 0.3),
    ],
)
def test_what_is_shown_adds_up_and_nothing_is_impossible(parts: tuple[float, ...]) -> None:
    found = shown(raw(*parts))
    assert sum(found.parts.values()) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in found.parts.values())
    assert list(found.parts) == [*ENTRIES, "residual"]


def test_what_adds_up_is_left_as_it_is() -> None:
    found = shown(raw(0.5, 0.3, 0.0, 0.1, 0.05))
    assert found.parts == pytest.approx(raw(0.5, 0.3, 0.0, 0.1, 0.05))
    assert found.add_up
    assert not found.disagreement


@pytest.mark.parametrize(
    ("arithmetic", "said", "add_up"),
    [(1.01, "", True), (1.06, "6.0 % longer", True), (2.05, "disagree", False)],
)
def test_how_far_the_methods_disagree_is_said(
    arithmetic: float, said: str, add_up: bool
) -> None:
    found = shown(raw(0.0, 0.0, 0.0, 0.0, arithmetic))
    assert said in found.disagreement
    assert bool(found.disagreement) == bool(said)
    assert found.add_up is add_up


def test_a_part_is_no_more_than_all() -> None:
    assert part_in_words(0.25) == "25 %"
    assert part_in_words(1.12) == "100 %"
