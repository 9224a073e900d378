"""What every runtime shares: how images are turned, grouped, and converted once."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.workloads.convolution import peer_runtimes


def test_an_image_is_copied_into_planes_of_channels() -> None:
    image = np.arange(24.0).reshape(2, 3, 4)
    planes = peer_runtimes.by_channels(image[:, ::-1])
    assert planes.shape == (1, 4, 2, 3)
    assert planes.flags.c_contiguous
    assert not np.shares_memory(planes, image)
    assert planes[0, 1, 0].tolist() == [9.0, 5.0, 1.0]


@pytest.mark.parametrize(("channels", "seen", "expected"), [(6, 6, 1), (6, 1, 6), (6, 3, 2)])
def test_filters_of_fewer_channels_make_groups(channels: int, seen: int, expected: int) -> None:
    image, filters = np.ones((5, 5, channels)), np.ones((6, 3, 3, seen))
    assert peer_runtimes.groups(image, filters) == expected


def test_an_image_is_converted_once_for_calls_in_a_row() -> None:
    converted: list[Any] = []

    def convert(image: Any) -> Any:
        converted.append(image)
        return image * 2

    call = peer_runtimes.converted_once(convert, lambda image: image + 1)
    first, second = np.ones(3), np.ones(3)
    for image in (first, first, second, second, first):
        assert call(image, None, 1).tolist() == [3.0, 3.0, 3.0]
    assert [image is first for image in converted] == [True, False, True]
