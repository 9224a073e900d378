"""The folder of a program's run: page, picture, and what was seen, to be exported later."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from profiler_suite import files
from profiler_suite.analysis.program.explained import ProgramAnswer
from profiler_suite.analysis.program.ranking import Ranking
from profiler_suite.analysis.program.tree import boxes
from profiler_suite.errors import RunFolderError
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.running import ProgramEnd
from profiler_suite.measure.program.watching import ProgramRun
from profiler_suite.model.noun import Noun, to_json
from profiler_suite.report import kinds

PAGE, PICTURE, SEEN = "report.html", "icicle.png", "program.json"
FUNCTION = "function-{}.html"
"""The page of an explained function, by its number."""
_MOST_FUNCTIONS = 10
# With other arguments it is another program; nobody waits until all are read.
_MOST_BEFORE = 8
KINDS = {
    PAGE: kinds.PROGRAM,
    PICTURE: kinds.PNG,
    SEEN: kinds.PROGRAM_SEEN,
    **{FUNCTION.format(n): kinds.EXPLANATION for n in range(1, _MOST_FUNCTIONS + 1)},
}


def folder_name(program: str) -> str:
    """A name that sorts by time and says which program ran."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    plain = re.sub(r"[^\w.-]+", "-", Path(program).name)[:40].strip("-.")
    return f"{now}-run-{plain or 'program'}"


class _Seen(Noun, frozen=True):
    """Of a run that was watched before, what tells whose it was and how long it took."""

    target: ProgramTarget
    end: ProgramEnd


def last_wall_s(parent: Path, target: ProgramTarget) -> float:
    """How long that program took when it was last watched into that folder, s; 0 for never."""
    ending = folder_name(target.name).partition("-run-")[2]
    for seen in sorted(parent.glob(f"*-run-{ending}/{SEEN}"), reverse=True)[:_MOST_BEFORE]:
        try:
            found = msgspec.json.decode(seen.read_bytes(), type=_Seen)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            continue
        if found.target == target:
            return found.end.wall_s
    return 0.0


def check_folder(folder: Path, *, force: bool) -> None:
    """Raise RunFolderError unless the files may be written there."""
    elsewhere = "choose another folder with --out"
    remedy = f"{elsewhere}, or --force to replace it"
    files.check_folder(folder, elsewhere)
    for name, kind in KINDS.items():
        if (folder / name).exists():
            files.check(folder / name, kind, force=force, remedy=remedy)


def write(ranking: Ranking, folder: Path, answer: ProgramAnswer | None = None) -> Path:
    """Write page, explained functions, samples and picture, the page first; its path."""
    from profiler_suite.report.html import explanation
    from profiler_suite.report.html.program import render

    files.make_folder(folder)
    explained = answer.functions if answer else ()
    files.write_whole(folder / PAGE, render(ranking, answer))
    for number, each in enumerate(explained, 1):
        if each.explanation is not None:
            text = explanation.render(each.explanation)
            files.write_whole(folder / FUNCTION.format(number), text)
    files.write_whole(folder / SEEN, to_json(ranking.run))
    from profiler_suite.report.drawing.icicle import icicle
    from profiler_suite.report.drawing.png_worker import png

    title = " ".join(ranking.run.target.words)[:60]
    files.write_whole(folder / PICTURE, png(icicle(boxes(ranking.moments), title)))
    return folder / PAGE


def read(folder: Path) -> ProgramRun:
    """What was seen of the program whose run that folder holds."""
    try:
        return msgspec.json.decode((folder / SEEN).read_bytes(), type=ProgramRun)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunFolderError(
            f"{folder / SEEN} cannot be read: {error}; run the program again"
        ) from error
