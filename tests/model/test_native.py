"""Sums over native samples."""

from typing import Any

import pytest

from profiler_suite.model.native import NativeSamples, NativeWeight


def samples(*weights: tuple[str, int], **fields: Any) -> NativeSamples:
    given: dict[str, Any] = {
        "frequency_hz": 1000.0,
        "wall_s": 2.0,
        "cpu_s": 1.0,
        "evaluations": 1,
        "samples": sum(count for _, count in weights),
        "lost": 0,
        "unseen": 0.0,
        "threads": 1,
        "threads_refused": 0,
        "kernel_included": True,
        "kernel_symbols": True,
        "weights": tuple(
            NativeWeight(entry=entry, library="lib", symbol=str(number), samples=count)
            for number, (entry, count) in enumerate(weights)
        ),
    }
    return NativeSamples(**(given | fields))


def test_counts_are_summed_by_entry_and_the_most_frequent_comes_first() -> None:
    found = samples(("copy", 2), ("blas", 4), ("copy", 3), ("kernel", 1))
    assert list(found.counts.items()) == [("copy", 5), ("blas", 4), ("kernel", 1)]
    assert found.share("copy", "kernel") == pytest.approx(0.6)
    assert found.share("interpreter") == 0.0


def test_without_samples_nothing_has_a_share() -> None:
    assert samples().counts == {}
    assert samples().share("copy") == 0.0


@pytest.mark.parametrize(
    ("wall_s", "slept_s", "share"),
    [(1.5, 0.5, 1 / 3), (2.0, 0.5, 1 / 3), (2.0, 3.0, 1.0), (2.0, -0.1, 0.0), (0.0, 1.0, 0.0)],
)
def test_the_share_slept_lies_between_nothing_and_all(
    wall_s: float, slept_s: float, share: float
) -> None:
    assert samples(wall_s=wall_s, slept_s=slept_s).slept_share == share
