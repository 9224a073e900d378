"""Points of one dtype and number of threads under their roofs."""

from typing import Any

import pytest

from profiler_suite.report.figures.roofline_setting import RooflineSetting
from tests.report.known import known


def setting(dtype: str = "float64", threads: int = 1, **columns: Any) -> RooflineSetting:
    points = known().points.assign(**columns)
    return RooflineSetting(points, known().roofs["float64", 1], dtype, threads, known().marks)


def test_only_points_with_a_rate_and_an_intensity_are_shown() -> None:
    frame = setting().frame()
    assert set(frame["dtype"]) == {"float64"}
    assert set(frame["threads"]) == {1}
    assert set(frame["status"]) == {"ok"}
    assert setting(intensity=0.0).frame().empty
    assert setting(flop_per_s=float("nan")).frame().empty
    assert setting(dtype="float16").frame().empty


def test_roofs_are_slanted_or_flat() -> None:
    found = setting()
    assert {roof.kind for roof in found.bandwidths} == {"bandwidth"}
    assert {roof.kind for roof in found.peaks} == {"compute"}
    assert max(roof.value for roof in found.peaks) == 55e9


@pytest.mark.parametrize(
    ("threads", "said"), [(1, "float64, 1 BLAS thread"), (2, "float64, 2 BLAS threads")]
)
def test_a_setting_is_said_in_words(threads: int, said: str) -> None:
    assert setting(threads=threads).in_words == said
