"""Gives the machine: the kept one if it still fits, else measured in a child process."""

import subprocess
import threading
from collections.abc import Callable

import msgspec

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.machine.examination import (
    COARSE_S,
    FULL_S,
    PROGRESS,
    Examination,
    SurveyRequest,
)
from profiler_suite.machine.facts import read_facts
from profiler_suite.machine.fingerprint import fingerprint
from profiler_suite.machine.kept import (
    keep_baselines,
    keep_machine,
    kept_baselines,
    kept_machine,
)
from profiler_suite.model.machine import Machine

Progress = Callable[[str], None]

# Four times what a full examination takes: by then the child hangs.
_PATIENCE_S = 120.0


# Starting the examining child, and its end (0.4 to 0.6 s).
_CHILD_S = 0.5


def survey_s(coarse: bool = False) -> float:
    """How long a survey would take now, s: nothing where a kept one serves."""
    if _kept(fingerprint(read_facts()), coarse) is not None:
        return 0.0
    return _CHILD_S + (COARSE_S if coarse else FULL_S)


def _kept(name: str, coarse: bool) -> Machine | None:
    """The machine kept under that fingerprint, unless a full one is wanted and it is coarse."""
    kept = kept_machine(name)
    return kept if kept is not None and (coarse or not kept.coarse) else None


def survey(
    coarse: bool = False, refresh: bool = False, progress: Progress | None = None
) -> Machine:
    """The machine with its ceilings and call costs.

    A kept machine is used when its fingerprint fits, unless `refresh` asks for
    a new one, or only a coarse one is kept and a full one is wanted. Facts are
    always read afresh.
    """
    facts = read_facts()
    name = fingerprint(facts)
    kept = None if refresh else _kept(name, coarse)
    if kept is not None:
        return msgspec.structs.replace(kept, facts=facts)
    kept_baseline_s = kept_baselines(name).get("ufunc", 0.0)
    request = SurveyRequest(
        facts=facts, fingerprint=name, coarse=coarse, kept_baseline_s=kept_baseline_s
    )
    answer = _examine(request, progress or _silent)
    keep_baselines(name, answer.baselines_s)
    if keep_machine(answer.machine):
        return answer.machine
    note = "Cannot write to the cache folder: the machine will be measured again next time."
    return msgspec.structs.replace(
        answer.machine, unavailable=(*answer.machine.unavailable, note)
    )


def _silent(text: str) -> None:
    """Tell nobody."""


def _examine(request: SurveyRequest, progress: Progress) -> Examination:
    process = child.start("profiler_suite.machine.examining.examine", stderr=subprocess.PIPE)
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(_all_of(process)))
    alarm = threading.Timer(_PATIENCE_S, process.kill)
    reader.start()
    alarm.start()
    try:
        complaints = _talk(process, request, progress)
        process.wait()
        reader.join()
    finally:
        alarm.cancel()
        child.end(process)
        reader.join()
        child.close(process)
    if process.returncode != 0:
        raise ChildError(
            f"measuring the machine ended with status {process.returncode}"
            f"{': ' + complaints[-1] if complaints else ''}; try again with --refresh"
        )
    try:
        return msgspec.json.decode(answers[0], type=Examination)
    except msgspec.DecodeError as error:
        raise ChildError(
            f"measuring the machine gave an answer that cannot be read ({error}); "
            "try again with --refresh"
        ) from error


def _all_of(process: subprocess.Popen[bytes]) -> bytes:
    return process.stdout.read() if process.stdout is not None else b""


def _talk(
    process: subprocess.Popen[bytes], request: SurveyRequest, progress: Progress
) -> list[str]:
    """Send the request, pass progress on; returns what else the child said."""
    if process.stdin is None or process.stderr is None:
        raise ChildError("the examining child has no pipes; try again")
    try:
        process.stdin.write(msgspec.json.encode(request))
        process.stdin.close()
    except BrokenPipeError:
        pass  # it died at once: its last words follow
    complaints = []
    for line in process.stderr:
        text = line.decode(errors="replace").rstrip()
        if text.startswith(PROGRESS):
            progress(text.removeprefix(PROGRESS))
        elif text:
            complaints.append(text)
    return complaints
