"""Shares of the time by whose code runs."""

import pytest

from profiler_suite.model.layers import LayerRecord, LayerSamples


def record(samples: int, *layers: tuple[str, int]) -> LayerRecord:
    return LayerRecord(
        samples=samples,
        layers=tuple(LayerSamples(layer=name, samples=count) for name, count in layers),
        callees=(),
    )


@pytest.mark.parametrize(
    ("layer", "share"), [("BLAS", 0.75), ("your code", 0.25), ("pandas", 0.0), ("", 0.0)]
)
def test_a_layer_has_the_share_of_its_samples(layer: str, share: float) -> None:
    assert record(8, ("BLAS", 6), ("your code", 2)).share(layer) == share


def test_without_samples_no_layer_has_a_share() -> None:
    assert record(0).share("BLAS") == 0.0
