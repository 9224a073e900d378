"""The fingerprint changes with what measurements depend on, and with nothing else."""

import msgspec
import pytest

from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.model.machine import BlasLibrary
from tests.fake_machine import FACTS

BLAS = BlasLibrary(
    name="openblas", version="0.3.31", architecture="Zen", threading="pthreads", threads=2
)


@pytest.mark.parametrize(
    "change",
    [
        {"cpu": "Another CPU"},
        {"cores_allowed": 1},
        {"caches": FACTS.caches[:2]},
        {"python": "CPython 3.14.0"},
        {"numpy": "2.5.0"},
        {"blas": (BLAS,)},
    ],
)
def test_it_changes_with_hardware_and_software(change: dict[str, object]) -> None:
    assert fingerprint(msgspec.structs.replace(FACTS, **change)) != fingerprint(FACTS)


def test_host_name_and_set_threads_do_not_count() -> None:
    one = msgspec.structs.replace(FACTS, blas=(BLAS,))
    two = msgspec.structs.replace(
        FACTS, host="another", blas=(msgspec.structs.replace(BLAS, threads=1),)
    )
    assert fingerprint(one) == fingerprint(two)
