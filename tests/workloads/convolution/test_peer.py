"""Peers: right where they are installed, absent and never imported where they are not."""

import importlib.metadata
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from profiler_suite.workloads import convolution, registry
from profiler_suite.workloads.convolution import peer
from tests.workloads.image_after_image import check_answers

CONVOLUTION = registry.find_workload("convolution")
PACKAGES = {
    "torch_channels_last": ("torch",),
    "torch_channels_first": ("torch",),
    "torch_packed": ("torch",),
    "numba_loops": ("numba",),
    "ncnn_net": ("ncnn",),
    "onnxruntime_conv": ("onnxruntime", "onnx"),
    "openvino_channels_last": ("openvino",),
    "openvino_channels_first": ("openvino",),
}


def test_every_peer_says_what_it_needs() -> None:
    of_its_own = {one.name: one.packages for one in peer.PEERS if "depthwise" not in one.name}
    assert of_its_own == PACKAGES


@pytest.mark.parametrize("name", PACKAGES)
def test_a_peer_is_entered_exactly_when_it_is_installed(name: str) -> None:
    found = all(map(peer.installed, PACKAGES[name]))
    assert (name in registry.implementations()) == found
    assert (name in peer.names()) == found


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
@pytest.mark.parametrize(
    "sizes",
    [
        {"filter_height": 3, "filter_width": 2, "stride": 2},
        {"filter_height": 1, "filter_width": 1, "stride": 1},
    ],
    ids=str,
)
def test_it_is_right_for_one_image_after_another_and_alters_none(
    name: str, layout: str, sizes: dict[str, Any]
) -> None:
    for package in PACKAGES[name]:
        pytest.importorskip(package, reason=f"needs {package}: pip install -e '.[peers]'")
    problem = convolution.problem(
        height=11, width=9, channels=5, filters=4, dtype="float32", layout=layout, **sizes
    )
    first, second = (CONVOLUTION.arguments(problem, seed) for seed in (1, 2))
    for each in (*first[:2], *second[:2]):
        each.setflags(write=False)
    found = registry.find_implementation(name)
    answers = check_answers(found, problem, first, second)
    assert np.array_equal(found.function(*first), answers[0])


def test_knowing_of_them_imports_none_of_them() -> None:
    code = (
        "import sys; from profiler_suite.workloads import registry; registry.implementations();"
        f"print(sorted(set({sorted({p for needed in PACKAGES.values() for p in needed})!r})"
        " & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", PACKAGES)
def test_a_peer_says_which_version_it_is(name: str) -> None:
    if name not in registry.implementations():
        pytest.skip(f"needs {PACKAGES[name][0]}: pip install -e '.[peers]'")
    package = PACKAGES[name][0]
    version = importlib.metadata.version(package)
    summary = registry.find_implementation(name).summary
    assert summary.startswith(f"{package} {version}: ")
    assert len(summary) <= 96
