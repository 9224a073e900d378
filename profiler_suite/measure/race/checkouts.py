"""Two check-outs of a repository in a folder of their own: a revision, and the work tree.

The user's tree, index and git folder stay as they are: the revision is written by way of an
index of its own, the work tree is copied.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from profiler_suite.errors import UsageError
from profiler_suite.measure.race.lockstep import Revision
from profiler_suite.model.noun import Noun

_GIT_S = 600.0
_SHOWN = 12


class CheckOuts(Noun, frozen=True):
    """Both sides of a guard, and where they come from."""

    root: str
    """The user's repository."""
    base: Revision
    work: Revision
    head: str
    """The commit that the work tree is based on."""
    head_time_s: int
    """When that was made, seconds since 1970."""


def check_out(where: Path, revision: str, folder: Path) -> CheckOuts:
    """Write the revision and a copy of the work tree below that folder."""
    root = Path(_git(where, "rev-parse", "--show-toplevel"))
    commit = _commit(root, revision)
    base, work = folder / "base", folder / "work"
    for each in (base, work):
        each.mkdir(parents=True)
    index = str(folder / "index")
    _git(root, "read-tree", commit, GIT_INDEX_FILE=index)
    _git(root, "checkout-index", "-a", f"--prefix={base}/", GIT_INDEX_FILE=index)
    _copy_work_tree(root, work)
    head, _, made_s = _git(root, "log", "-1", "--format=%H %ct").partition(" ")
    return CheckOuts(
        root=str(root),
        head=head,
        head_time_s=int(made_s),
        base=Revision(name=f"{revision} ({commit[:_SHOWN]})", folder=str(base)),
        work=Revision(name="the work tree", folder=str(work)),
    )


def share(found: CheckOuts, names: Iterable[str]) -> None:
    """Take these files and folders from the work tree on both sides: what makes arguments."""
    base, work = Path(found.base.folder), Path(found.work.folder)
    for name in names:
        source, target = work / name, base / name
        if not source.resolve().is_relative_to(work.resolve()):
            raise UsageError(f"{name!r} does not lie in the repository; give a path in it")
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        elif source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
        else:
            raise UsageError(f"there is no {name!r} in the work tree")


def _commit(root: Path, revision: str) -> str:
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except UsageError:
        shallow = _git(root, "rev-parse", "--is-shallow-repository") == "true"
        hint = (
            "the repository is shallow: fetch it with `git fetch --depth 1 origin "
            f"{revision}`, or check out with fetch-depth: 0"
            if shallow
            else "`git branch -a` and `git log` show what there is"
        )
        raise UsageError(f"there is no revision {revision!r} in {root}; {hint}") from None


def _copy_work_tree(root: Path, folder: Path) -> None:
    """Files that git knows or would add; neither what it ignores nor what is deleted."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in dict.fromkeys(filter(None, listed.split("\0"))):
        source, target = root / name, folder / name
        if source.is_dir() and not source.is_symlink():
            continue  # a submodule
        if os.path.lexists(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def _git(where: Path, *words: str, **variables: str) -> str:
    command = ["git", "-C", str(where), *words]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_GIT_S,
            env=os.environ | variables,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("race --base needs git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"`git {words[0]}` did not end within {_GIT_S:.0f} s") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise UsageError(f"`git {' '.join(words)}` failed in {where}: {said}")
    return done.stdout if "-z" in words else done.stdout.strip()
