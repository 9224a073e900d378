"""Which trials have an answer to check."""

import pytest

from profiler_suite.model.trial import CHECKED, TrialKind


@pytest.mark.parametrize("kind", TrialKind)
def test_what_computes_something_else_or_nothing_is_not_held_to_the_same_answer(
    kind: TrialKind,
) -> None:
    other = {TrialKind.THREADS, TrialKind.BATCH, TrialKind.VERSUS, TrialKind.FAILED}
    # A race compares answers by itself, and only once.
    other |= {TrialKind.RACE, TrialKind.ALONE, TrialKind.ANSWER, TrialKind.AGREES}
    assert (kind in CHECKED) is (kind not in other)


def test_a_kind_is_read_from_the_word_that_is_stored() -> None:
    assert TrialKind("batch") is TrialKind.BATCH
    with pytest.raises(ValueError, match="batches"):
        TrialKind("batches")
