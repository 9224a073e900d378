"""The list of other ways to run a function."""

import click
import pytest

from profiler_suite.cli.options.ways import INSTALLED, WayList, asked
from profiler_suite.measure.explain.ways import installed
from profiler_suite.model.way import WayKind


@pytest.fixture(autouse=True)
def everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "is_installed", lambda kind: kind is not WayKind.NUMBA)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("float32", ((WayKind.FLOAT32, ""),)),
        ("threads, jax:gpu", ((WayKind.THREADS, ""), (WayKind.JAX, "gpu"))),
        ("torch,torch:cuda", ((WayKind.TORCH, ""), (WayKind.TORCH, "cuda"))),
    ],
)
def test_a_list_names_ways(text: str, found: object) -> None:
    assert WayList().convert(text, None, None) == found


def test_alone_it_is_what_is_installed() -> None:
    kinds = [kind for kind, _ in asked(INSTALLED)]
    assert kinds[:2] == [WayKind.FLOAT32, WayKind.THREADS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("float23", "did you mean 'float32'"),
        ("my.py:f", "before --what-if, or --what-if=LIST"),
        ("numba", r"pip install 'profiler-suite\[numba\]'"),
        ("torch:", "names no accelerator; jax:DEVICE and torch:DEVICE do"),
        ("float32:gpu", "names no accelerator"),
        (",", "names nothing to try"),
    ],
)
def test_what_is_none_is_refused_with_what_to_try(text: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        WayList().convert(text, None, None)
