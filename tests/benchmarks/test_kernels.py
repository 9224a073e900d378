"""The kernels of advised_gains.py: what is written by hand gives the same answer."""

import warnings

import pytest

from tests.benchmarks.advised_gains import Kernel, alike, answer, kernels

KERNELS = list(kernels())


def test_there_are_kernels_enough_and_none_twice() -> None:
    assert len(KERNELS) >= 80
    assert len({each.name for each in KERNELS}) == len(KERNELS)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda each: str(each.name))
def test_by_hand_it_is_the_same_answer(kernel: Kernel) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = answer(kernel.function, kernel.arguments)
        assert alike(expected, answer(kernel.by_hand, kernel.arguments))
