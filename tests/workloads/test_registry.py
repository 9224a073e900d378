"""The registry hands out copies, refuses duplicates, and helps with a misspelt name."""

from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.registry import forget
from profiler_suite.workloads import registry


def no_cost(problem: Problem) -> Cost:
    return Cost(flop=1.0, compulsory_bytes=1.0)


def test_all_families_of_the_convolution_are_there() -> None:
    families: dict[str, list[str]] = {}
    for found in registry.implementations().values():
        if found.workload == "convolution":
            families.setdefault(found.family, []).append(found.name)
    families.pop("peer", None)  # only where it is installed
    assert families == {
        "loop": ["loop_scalar", "loop", "loop_pixels"],
        "vectorized": ["taps", "windows_einsum", "windows_tensordot"],
        "gemm": ["im2col_gemm", "rows_gemm", "im2col_blocked", "im2col_kept"],
        "winograd": [
            "winograd",
            "winograd_kept",
            "winograd_2x2",
            "winograd_2x2_kept",
            "winograd_6x6_kept",
        ],
        "choice": ["best"],
        "fft": ["fft"],
        "library": ["scipy_convolve2d", "scipy_correlate", "scipy_ndimage"],
    }


def test_every_implementation_says_in_a_line_what_it_does() -> None:
    for found in registry.implementations().values():
        assert found.summary.endswith("."), found.name
        assert len(found.summary) <= 96, found.name


def test_the_registry_handed_out_is_a_copy() -> None:
    registry.implementations().clear()
    registry.workloads().clear()
    assert "loop" in registry.implementations()
    assert "dense" in registry.workloads()


def test_a_second_implementation_of_the_same_name_is_refused() -> None:
    def loop() -> None: ...

    enter = registry.implementation("convolution", family="loop", cost=no_cost)
    with pytest.raises(UsageError, match="'loop' is registered twice"):
        enter(loop)


def test_a_second_workload_of_the_same_name_is_refused() -> None:
    with pytest.raises(UsageError, match="'dense' is registered twice"):
        registry.add_workload(registry.find_workload("dense"))


def test_a_misspelt_implementation_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown implementation 'im2cil_gem'; did you mean"):
        registry.find_implementation("im2cil_gem")


def test_a_misspelt_workload_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown workload 'convolutoin'; did you mean"):
        registry.find_workload("convolutoin")


def test_what_a_file_entered_can_be_taken_out_again() -> None:
    def only_in_this_test() -> None: ...

    registry.implementation("dense", family="product", cost=no_cost)(only_in_this_test)
    assert "only_in_this_test" in registry.implementations()
    forget(Path(__file__).resolve())
    assert "only_in_this_test" not in registry.implementations()
    assert "loop" in registry.implementations()
