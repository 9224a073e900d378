"""Resuming: a run goes on only where it began."""

from pathlib import Path

import msgspec
import pytest

from profiler_suite.cli.sweeping.resuming import check_machine
from profiler_suite.errors import RunFolderError
from tests.fake_machine import FACTS, MACHINE
from tests.fleet.test_merging import provenance, whole_plan


def test_a_run_goes_on_on_its_own_machine_whatever_that_is_called_now() -> None:
    renamed = msgspec.structs.replace(FACTS, host="renamed")
    here = msgspec.structs.replace(MACHINE, facts=renamed)
    check_machine(Path("run"), provenance(whole_plan()), here)


def test_another_machine_or_software_is_refused_and_named() -> None:
    other = msgspec.structs.replace(
        MACHINE, fingerprint="other", facts=msgspec.structs.replace(FACTS, numpy="9.9")
    )
    with pytest.raises(RunFolderError, match=r"NumPy 9\.9 instead of 2\.0.*--out"):
        check_machine(Path("run"), provenance(whole_plan()), other)
