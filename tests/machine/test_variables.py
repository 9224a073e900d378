"""Which environment variables count, and an environment with these alone of them."""

import pytest

from profiler_suite.machine.variables import environment_that_counts, with_those


@pytest.mark.parametrize(
    "name",
    [
        "OMP_NUM_THREADS",
        "OPENBLAS_CORETYPE",
        "NPY_DISABLE_CPU_FEATURES",
        "NUMPY_MADVISE_HUGEPAGE",
        "MALLOC_ARENA_MAX",
        "GLIBC_TUNABLES",
        "PYTHONHASHSEED",
        "NUMBA_NUM_THREADS",
    ],
)
def test_what_changes_speed_counts(name: str) -> None:
    assert environment_that_counts({name: "1", "HOME": "/root"}) == {name: "1"}


def test_those_that_count_are_replaced_and_others_stay() -> None:
    given = {"HOME": "/root", "OMP_NUM_THREADS": "2", "PYTHONPATH": "/src"}
    found = with_those(given, {"MKL_NUM_THREADS": "1"})
    assert found == {"HOME": "/root", "PYTHONPATH": "/src", "MKL_NUM_THREADS": "1"}
