"""Ways to run a function are named as readers know them."""

import msgspec
import pytest

from profiler_suite.model.way import LIBRARIES, ON_ACCELERATORS, Way, WayKind


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (Way(kind=WayKind.FLOAT32), "float32 arguments"),
        (Way(kind=WayKind.THREADS, threads=1), "1 BLAS thread"),
        (Way(kind=WayKind.THREADS, threads=4), "4 BLAS threads"),
        (Way(kind=WayKind.NUMBA), "Numba"),
        (Way(kind=WayKind.TORCH), "PyTorch"),
        (Way(kind=WayKind.JAX, device="gpu"), "JAX on gpu"),
    ],
)
def test_a_way_is_named(way: Way, text: str) -> None:
    assert way.text == text


def test_a_way_comes_back_from_json() -> None:
    way = Way(kind=WayKind.TORCH, device="cuda")
    assert msgspec.json.decode(msgspec.json.encode(way), type=Way) == way


def test_what_runs_on_accelerators_is_a_library() -> None:
    assert set(LIBRARIES) >= ON_ACCELERATORS
