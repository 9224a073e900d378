"""Finds experiments: the built-in ones by name, a user's own by the path of its file.

An experiment is a Python file with a module variable `experiment`. The built-in
ones are scripts of their own; in a wheel they travel inside the package.
"""

import dataclasses
import os
import re
from pathlib import Path

import msgspec

from profiler_suite.errors import UsageError, unknown_name
from profiler_suite.model.experiment import Experiment
from profiler_suite.registry import run_file

# The experiment that answers the question is listed first.
_FIRST = "seed_question"
# The name is part of ids, columns and file names.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def folder() -> Path:
    """Where the built-in experiments are: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "experiments"
    return inside if inside.is_dir() else package.parent / "experiments"


@dataclasses.dataclass(frozen=True)
class ExperimentSource:
    """An experiment and the file it was found in."""

    experiment: Experiment
    path: Path
    """Absolute."""


def built_in() -> tuple[str, ...]:
    """Names of the built-in experiments, the question's first; runs none of them."""
    found = [path.stem for path in folder().glob("*.py") if not path.stem.startswith("_")]
    return tuple(sorted(found, key=lambda name: (name != _FIRST, name)))


def built_in_experiments() -> tuple[ExperimentSource, ...]:
    """All built-in experiments, in the order of their names."""
    return tuple(find(name) for name in built_in())


def find(name_or_path: str | Path) -> ExperimentSource:
    """The experiment of that name or in that file; UsageError when there is none."""
    path = locate(name_or_path)
    return ExperimentSource(experiment=load(path), path=path)


def locate(name_or_path: str | Path) -> Path:
    """The absolute path of an experiment's file, by name or path; runs nothing."""
    text = os.fspath(name_or_path)
    separators = [s for s in (os.sep, os.altsep) if s]
    if text.endswith(".py") or any(s in text for s in separators):
        path = Path(text).expanduser()
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise UsageError(
                f"the experiment file {text!r} {what}; give a Python file "
                f"or one of {', '.join(built_in())}"
            )
        return path.resolve()
    if text not in built_in():
        if Path(f"{text}.py").is_file():
            raise UsageError(f"unknown experiment {text!r}; did you mean the file '{text}.py'?")
        raise unknown_name("experiment", text, built_in())
    return (folder() / f"{text}.py").resolve()


def load(path: Path) -> Experiment:
    """Run an experiment's file and return its `experiment`; UsageError names file and line."""
    path = path.resolve()
    module = run_file(path, "experiment")
    if not hasattr(module, "experiment"):
        raise UsageError(
            f"{path} defines no variable `experiment`; "
            "assign it a profiler_suite.model.Experiment"
        )
    found = module.experiment
    if not isinstance(found, Experiment):
        raise UsageError(
            f"`experiment` in {path} is of type {type(found).__name__}; "
            "make it a profiler_suite.model.Experiment"
        )
    _check(found, path)
    return found


def _check(experiment: Experiment, path: Path) -> None:
    """The experiment's fields have the right types, its name can be part of an id."""
    try:
        msgspec.convert(msgspec.to_builtins(experiment), Experiment)
    except (msgspec.ValidationError, TypeError) as error:
        raise UsageError(f"the experiment in {path} is not well formed: {error}") from error
    if not _NAME.fullmatch(experiment.name):
        raise UsageError(
            f"the experiment in {path} is named {experiment.name!r}; use letters, digits, "
            "'_', '-' and '.' only"
        )
    for what in ("problems", "implementations", "threads", "dtypes"):
        if not getattr(experiment, what):
            raise UsageError(f"the experiment in {path} has no {what}; give at least one")
