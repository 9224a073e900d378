"""What differs between two runs becomes settings that differ in one thing alone."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.analysis.compare.candidates import Candidate, candidates
from profiler_suite.model.machine import BlasLibrary, MachineFacts
from profiler_suite.model.run import Provenance
from tests.fake_folder import write_run
from tests.fake_machine import FACTS

FIRST_KERNELS, OTHER_KERNELS = "SkylakeX", "Prescott"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Provenance:
    folder = write_run(tmp_path_factory.mktemp("runs") / "a", rounds=2)
    found = store.read_provenance(folder)
    return msgspec.structs.replace(found, python_executable=sys.executable)


def facts(run: Provenance, **fields: Any) -> Provenance:
    changed = msgspec.structs.replace(run.machine.facts, **fields)
    return msgspec.structs.replace(
        run, machine=msgspec.structs.replace(run.machine, facts=changed)
    )


def blas(architecture: str) -> tuple[BlasLibrary, ...]:
    return (
        BlasLibrary(
            name="openblas",
            version="0.3.29",
            architecture=architecture,
            threading="pthreads",
            threads=2,
        ),
    )


def tried(one: Provenance, other: Provenance, here: MachineFacts = FACTS) -> list[Candidate]:
    found = candidates(one, other, here, lambda python: True)
    for each in found.tried:
        assert each.setting != found.base
    return list(found.each)


def test_equal_runs_have_no_candidate(run: Provenance) -> None:
    assert tried(run, run) == []


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("NPY_DISABLE_CPU_FEATURES", None, "AVX2"),
        ("NUMPY_MADVISE_HUGEPAGE", "1", "0"),
        ("MALLOC_MMAP_THRESHOLD_", "65536", None),
        ("PYTHONHASHSEED", "1", "2"),
    ],
)
def test_each_variable_is_changed_alone(
    run: Provenance, name: str, first: str | None, second: str | None
) -> None:
    def with_value(value: str | None) -> Provenance:
        own = {"OMP_NUM_THREADS": "2"} | ({name: value} if value else {})
        return msgspec.structs.replace(run, environment=own)

    found = candidates(with_value(first), with_value(second), FACTS)
    (cause,) = found.each
    assert (cause.name, cause.before, cause.after) == (
        name,
        first or "not set",
        second or "not set",
    )
    assert cause.setting is not None
    assert found.base.variables.get(name) == first
    assert cause.setting.variables.get(name) == second
    assert cause.setting.variables["OMP_NUM_THREADS"] == "2"
    assert found.together == cause.setting


def test_kernels_of_blas_are_one_cause_whether_a_variable_or_the_processor_chose_them(
    run: Provenance,
) -> None:
    one, other = (facts(run, blas=blas(a)) for a in (FIRST_KERNELS, OTHER_KERNELS))
    variable = msgspec.structs.replace(other, environment={"OPENBLAS_CORETYPE": OTHER_KERNELS})
    for second in (other, variable):
        found = candidates(one, second, FACTS)
        (cause,) = found.each
        assert (cause.name, cause.before, cause.after) == (
            "BLAS kernels",
            FIRST_KERNELS,
            OTHER_KERNELS,
        )
        assert found.base.variables["OPENBLAS_CORETYPE"] == FIRST_KERNELS
        assert cause.setting is not None
        assert cause.setting.variables["OPENBLAS_CORETYPE"] == OTHER_KERNELS


def test_another_interpreter_is_one_cause_with_all_its_libraries(run: Provenance) -> None:
    other = msgspec.structs.replace(
        facts(run, numpy="1.26.4", python="3.12.1"), python_executable="/other/python"
    )
    (cause,) = tried(run, other)
    assert cause.name == "Python and libraries"
    assert "NumPy 1.26.4" in cause.after
    assert "SciPy" not in cause.after
    assert cause.setting is not None
    assert cause.setting.python == "/other/python"
    (gone,) = candidates(run, other, FACTS, lambda python: False).each
    assert gone.setting is None
    assert "not there any more" in gone.reason
    (upgraded,) = tried(run, facts(run, numpy="1.26.4"))
    assert "same environment" in upgraded.reason


def test_threads_quota_cores_and_values(run: Provenance) -> None:
    more = msgspec.structs.replace(
        run, points=tuple(msgspec.structs.replace(p, threads=2) for p in run.points)
    )
    found = candidates(run, more, FACTS)
    assert (found.base.threads, found.together.threads) == (1, 2)
    (cause,) = tried(run, facts(run, quota_cores=0.5, cores_allowed=1))
    assert (cause.name, cause.after) == ("quota", "0.5 cores")
    assert cause.setting is not None
    assert cause.setting.quota_cores == 0.5
    (cause,) = tried(run, facts(run, cores_allowed=1))
    assert cause.setting is not None
    assert (cause.name, cause.setting.cores) == ("cores allowed", 1)
    (cause,) = tried(run, facts(run, cores_allowed=64))
    assert "only 2 here" in cause.reason
    (cause,) = tried(run, msgspec.structs.replace(run, seed=99))
    assert cause.setting is not None
    assert cause.setting.seed == 99


def test_a_quota_of_this_process_cannot_be_taken_away(run: Provenance) -> None:
    here = msgspec.structs.replace(FACTS, quota_cores=1.0)
    (cause,) = tried(facts(run, quota_cores=1.0), run, here)
    assert cause.setting is None
    assert "quota of 1 cores itself" in cause.reason


def test_what_no_process_can_be_given_is_named_with_the_reason(run: Provenance) -> None:
    first = msgspec.structs.replace(facts(run, governor="performance"), git="abc")
    second = facts(run, cpu="Another CPU", governor="powersave", pages="16 KiB")
    found = tried(first, msgspec.structs.replace(second, git="def"))
    assert [each.name for each in found] == ["CPU", "governor", "code (git)"]
    assert all(each.setting is None and each.reason for each in found)


def test_all_together_has_every_change(run: Provenance, tmp_path: Path) -> None:
    one = msgspec.structs.replace(run, environment={"A": "kept", "MALLOC_ARENA_MAX": "1"})
    two = msgspec.structs.replace(
        run, environment={"A": "kept", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "3"}, seed=5
    )
    found = candidates(one, two, FACTS)
    assert len(found.tried) == 4
    assert found.together.variables == two.environment
    assert found.together.seed == 5
