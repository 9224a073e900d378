"""What ran, where and how, as names and texts."""

import dataclasses
import shlex
from typing import Any

import msgspec

from profiler_suite.analysis.run.load import Run
from profiler_suite.report.content import provenance
from tests.fake_folder import other_environment
from tests.report.known import known


def run(**fields: Any) -> Run:
    found = known().run
    origin = msgspec.structs.replace(found.provenance, **fields)
    return dataclasses.replace(found, provenance=origin)


def facts(found: Run) -> dict[str, dict[str, str]]:
    return {
        heading: {item.name: item.text for item in items}
        for heading, items in provenance.facts(found)
    }


def test_the_command_can_be_typed_again() -> None:
    words = ("python", "-m", "profiler_suite", "sweep", "my file.py", "--set", "a=$b")
    assert shlex.split(provenance.command(run(command=words))) == list(words)


def test_what_is_not_known_is_said_to_be_so() -> None:
    origin = known().run.provenance
    nothing = msgspec.structs.replace(
        origin.machine.facts,
        caches=(),
        memory_bytes=0,
        governor="",
        boost="",
        virtualised="",
        scipy="",
        blas=(),
    )
    machine = msgspec.structs.replace(origin.machine, facts=nothing, coarse=True)
    found = facts(run(git="", load_average=(), baselines_s={}, machine=machine, environment={}))
    assert found["Run"]["git"] == "not in a git repository"
    assert found["Run"]["load average"] == "not known"
    assert found["Run"]["canary baselines"] == "none kept from earlier runs"
    assert found["Machine"]["data caches"] == "not known"
    assert found["Machine"]["memory"] == "not known"
    assert found["Machine"]["governor"] == "does not say"
    assert found["Machine"]["ceilings measured"].endswith("(coarsely, for a quick sweep)")
    assert found["Software"]["SciPy"] == "not installed"
    assert not any(name.startswith("BLAS") for name in found["Software"])
    assert "Environment" not in found


def test_several_libraries_have_a_row_each() -> None:
    origin = known().run.provenance
    blas = origin.machine.facts.blas[0]
    both = (blas, msgspec.structs.replace(blas, architecture="", threads=1))
    of = msgspec.structs.replace(origin.machine.facts, blas=both)
    found = facts(run(machine=msgspec.structs.replace(origin.machine, facts=of)))["Software"]
    assert "BLAS" in found
    assert "an unnamed architecture" in found["BLAS 2"]
    assert found["BLAS 2"].endswith("1 thread")


def test_the_other_environment_has_a_group_of_its_own() -> None:
    found = facts(run(other=other_environment(numpy="2.0.0")))
    assert found["Software of the other environment"]["NumPy"] == "2.0.0"


def test_files_of_a_person_s_own_are_named_and_those_of_the_suite_are_not() -> None:
    origin = known().run.provenance
    own = msgspec.structs.replace(origin.experiments[0], name="mine")
    found = run(
        experiments=(origin.experiments[0], own),
        experiment_files=("/suite/seed_question.py", "/home/me/my own.py"),
    )
    assert provenance.own_files(found.provenance) == ["/home/me/my own.py"]
    assert provenance.named_files(found) == " '/home/me/my own.py'"


def test_the_glossary_explains_each_word_once() -> None:
    words = [item.name for item in provenance.glossary()]
    assert len(words) == len(set(words))
    assert {"canary", "roof", "im2col", "time_s"} <= set(words)
    assert all(item.text for item in provenance.glossary())


def test_an_implementation_that_prepares_says_that_this_is_not_in_its_time() -> None:
    said = provenance.what_they_do()
    assert said["im2col_kept"].endswith("prepares once for many inputs.")
    assert "prepares once" not in said["loop"]


def test_each_implementation_of_the_run_has_its_family_and_what_it_does() -> None:
    found = {item.name: item.text for item in provenance.names(known().run)}
    assert found["loop"].startswith("loop. The question's triple loop")
    assert set(found) == {p.implementation for p in known().run.provenance.points}
