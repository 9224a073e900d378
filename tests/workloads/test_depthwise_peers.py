"""Peers for depthwise filters are told them in the form of their own: one channel each."""

from typing import Any

import numpy as np

from profiler_suite.workloads import depthwise_peers


def test_filters_become_one_channel_each_before_a_peer_is_prepared() -> None:
    given: list[Any] = []

    def prepare(image: Any, filters: Any, stride: int) -> Any:
        given.append((image, filters, stride))
        return np.add

    image, filters = np.ones((9, 8, 5)), np.random.default_rng(0).random((3, 2, 5))
    assert depthwise_peers.of_groups(prepare)(image, filters, 2) is np.add
    ((same_image, turned, stride),) = given
    assert same_image is image
    assert (turned.shape, stride) == ((5, 3, 2, 1), 2)
    assert all(np.array_equal(turned[c, :, :, 0], filters[:, :, c]) for c in range(5))
