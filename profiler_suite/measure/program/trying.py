"""Runs a program with some of its files rewritten, beside the program as it is."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import msgspec

from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.explain.answers.printed_text import same_text, varies_wholly
from profiler_suite.measure.program import overlay
from profiler_suite.measure.program.elsewhere import InputPlace, streams
from profiler_suite.measure.program.request import Probe, ProgramTarget, with_workers
from profiler_suite.measure.program.running import run_program
from profiler_suite.model.noun import Noun

# A program that takes longer is run once each way.
_SHORT_S = 3.0
_PAIRS = 3


class ProgramTrial(Noun, frozen=True):
    """What a program took as it is and rewritten, in turn, and whether it did the same."""

    before_s: tuple[float, ...]
    after_s: tuple[float, ...]
    difference: str = ""
    """What was not the same, in words; empty where nothing was."""
    rounded: bool = False
    """Whether printed numbers differ by rounding."""
    varies: bool = False
    """Whether some printed numbers were not compared, as they differ from run to run."""

    @property
    def medians_s(self) -> tuple[float, float]:
        """Before and after, s."""
        return median(self.before_s), median(self.after_s)

    @property
    def overlaps(self) -> bool:
        """Whether some run with the rewrites took as long as some run without."""
        return max(self.after_s) >= min(self.before_s)


class _Run(Noun, frozen=True):
    """One run to its end."""

    wall_s: float
    exit_code: int
    output: bytes


def try_program(
    target: ProgramTarget, files: Mapping[str, str], place: InputPlace
) -> ProgramTrial:
    """The program with the text of these files instead, without touching them."""
    with tempfile.TemporaryDirectory(prefix="profiler_suite-") as name:
        folder = Path(name)
        copies = {}
        for number, (file, text) in enumerate(files.items()):
            copy = folder / f"{number}-{Path(file).name}"
            copy.write_text(text, encoding="utf-8")
            copies[file] = str(copy)
        after = _with_main(target, copies, folder / "beside")
        probes = with_workers(Probe(file=overlay.__file__, settings=json.dumps(copies)))
        pairs: list[tuple[_Run, _Run]] = []
        while not pairs or (len(pairs) < _PAIRS and pairs[0][0].wall_s < _SHORT_S):
            one = _run(target, (), folder, place)
            pairs.append((one, _run(after, probes, folder, place)))
        plain = [one for one, _ in pairs]
        if len(pairs) == 1 and pairs[0][0].output != pairs[0][1].output:
            # Whether it says the same each time, as it is: seconds that something took do not.
            plain.append(_run(target, (), folder, place))
        return _judged(pairs, [each.output for each in plain])


def _run(
    target: ProgramTarget, probes: Sequence[Probe], folder: Path, place: InputPlace
) -> _Run:
    place.go_back()
    written = folder / "output"
    with (
        written.open("wb") as output,
        (folder / "errors").open("wb") as errors,
        streams(output.fileno(), errors.fileno()),
    ):
        end = run_program(target, probes)
    if end.interrupted:
        raise KeyboardInterrupt
    return _Run(wall_s=end.wall_s, exit_code=end.exit_code, output=written.read_bytes())


def _judged(pairs: list[tuple[_Run, _Run]], plain: Sequence[bytes]) -> ProgramTrial:
    """`plain` are the outputs of the program as it is."""
    plain_runs, rewritten_runs = zip(*pairs, strict=True)
    trial = ProgramTrial(
        before_s=tuple(each.wall_s for each in plain_runs),
        after_s=tuple(each.wall_s for each in rewritten_runs),
    )
    first, second = pairs[0]
    if first.exit_code != second.exit_code:
        said = f"it ended with exit code {second.exit_code} instead of {first.exit_code}"
        return msgspec.structs.replace(trial, difference=said)
    if first.output == second.output:
        return trial
    if same_text(first.output, second.output):
        return msgspec.structs.replace(trial, rounded=True)
    wholly = varies_wholly(first.output, plain)
    if not wholly and same_text(first.output, second.output, plain):
        return msgspec.structs.replace(trial, rounded=True, varies=True)
    if wholly or not all(same_text(first.output, each, plain) for each in plain):
        said = "its output differs from run to run, so nothing could be compared"
        return msgspec.structs.replace(trial, difference=said)
    return msgspec.structs.replace(trial, difference="it printed something else")


def _with_main(target: ProgramTarget, copies: dict[str, str], beside: Path) -> ProgramTarget:
    """The program; code as it was rewritten, and a script in a copy of its folder.

    All that lies beside it is there too, as links.
    """
    if target.file in copies:
        return msgspec.structs.replace(
            target, name=Path(copies[target.file]).read_text("utf-8")
        )
    script = Path(target.name)
    copy = copies.get(str(script.resolve())) if target.kind == "script" else None
    if copy is None:
        return target
    beside.mkdir()
    for each in script.resolve().parent.iterdir():
        with contextlib.suppress(OSError):
            (beside / each.name).symlink_to(each)
    try:
        (beside / script.name).unlink(missing_ok=True)
        shutil.copyfile(copy, beside / script.name)
    except OSError as error:
        raise ProfilerSuiteError(f"{script} cannot be copied: {error.strerror}") from error
    return msgspec.structs.replace(target, name=str(beside / script.name))
