"""Every field of every row with values no sweep writes: a sentence at most, no traceback."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import store
from profiler_suite.analysis.compare.runs import compare
from profiler_suite.analysis.run.load import Run, load
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.fleet.identity import host_of
from profiler_suite.model.noun import to_json
from profiler_suite.model.rows import Row, TaskRecord
from profiler_suite.report.formats import comparison_document
from profiler_suite.report.formats.document import document
from profiler_suite.report.formats.exports import exported, formats
from profiler_suite.report.terminal import comparison
from profiler_suite.report.terminal.listings import summary
from profiler_suite.report.write import write_report
from tests.faults.test_fuzz import PLAN, ROWS, RUN, _provenance

OTHERS = [
    host_of(_provenance(PLAN)),
    TaskRecord(
        host="a",
        worker="tcp://a",
        began_at_s=1.0,
        ended_at_s=2.0,
        first_worker_process=0,
        worker_processes=1,
        points=3,
    ),
]
LINES = [*ROWS, *map(to_json, OTHERS)]
KINDS = list(dict.fromkeys(json.loads(line)["kind"] for line in LINES))
NAN = "a number that JSON has no word for"
ABSENT = "no such field"
VALUES: dict[str, list[Any]] = {
    "zero": [0],
    "negative": [-1, -1e9],
    "huge": [1e9, 1e30, 2**53, 10**400],
    "tiny": [1e-300],
    "nan": [NAN],
    "type": ["text", [], {}, None, True],
    "absent": [ABSENT],
}
Path_ = tuple[str, ...]


def fields(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The way to every field; '*' stands for all entries of a list."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "kind":
                yield (*path, name)
                yield from fields(each, (*path, name))
    elif isinstance(value, list) and value:
        yield from fields(value[0], (*path, "*"))


def put(inner: Any, path: Path_, value: Any) -> None:
    """Set a field, in all entries of the lists on the way to it."""
    step, *rest = path
    for key in range(len(inner)) if step == "*" else [step]:
        if isinstance(inner, dict) and key not in inner:
            continue
        if rest:
            put(inner[key], tuple(rest), value)
        elif value is ABSENT:
            inner.pop(key)
        else:
            inner[key] = value


def with_value(line: bytes, path: Path_, value: Any) -> bytes:
    row = json.loads(line)
    put(row, path, value)
    return json.dumps(row).replace(json.dumps(NAN), "NaN").encode()


def damaged(kind: str, values: list[Any]) -> Iterator[tuple[str, list[bytes]]]:
    """Runs with one field of all rows of a kind changed; what reads alike is made once."""
    decoder = msgspec.json.Decoder(Row)
    own = [line for line in LINES if json.loads(line)["kind"] == kind]
    seen: set[bytes] = set()
    for path in dict.fromkeys(path for line in own for path in fields(json.loads(line))):
        for value in values:
            changed = [with_value(line, path, value) if line in own else line for line in LINES]
            first = next(new for new, old in zip(changed, LINES, strict=True) if old in own)
            try:
                reads = msgspec.json.encode(decoder.decode(first))
            except (msgspec.DecodeError, UnicodeDecodeError):
                reads = b"nothing"
            if reads not in seen:
                seen.add(reads)
                yield f"{'.'.join(path)} = {str(value)[:20]}", changed


def folder_of(folder: Path, lines: list[bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / store.RUN).write_bytes(json.dumps(RUN).encode())
    (folder / store.RECORDS).write_bytes(b"\n".join(lines) + b"\n")
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load(folder_of(tmp_path_factory.mktemp("fields") / "whole", LINES))


def use(run: Run, whole: Run, *, report: bool) -> Iterator[Any]:
    """Everything that is made of a run, one after the other; JSON has no infinity."""
    yield lambda: summary(run, 80, False)
    yield lambda: json.dumps(msgspec.to_builtins(document(run)), default=str, allow_nan=False)
    for form in formats().values():
        yield lambda form=form: no_infinity(form.name, exported(run, form))
    for pair in ((whole, run), (run, whole)):
        yield lambda pair=pair: told(compare(*pair))
    if report:
        yield lambda: write_report(run, run.folder)


def no_infinity(form: str, content: str | bytes) -> None:
    if form in ("pyperf", "speedscope"):
        assert "Infinity" not in str(content)
        assert "NaN" not in str(content)


def told(found: Any) -> None:
    comparison.screen(found, 80, False, everything=True)
    json.dumps(comparison_document.document(found), allow_nan=False)
    comparison_document.markdown(found)


def try_all(
    folder: Path, whole: Run, kind: str, values: list[Any], *, report: bool = False
) -> None:
    failed = []
    for name, lines in damaged(kind, values):
        try:
            run = load(folder_of(folder, lines))
            for each in use(run, whole, report=report):
                try:
                    each()
                except ProfilerSuiteError:
                    continue
        except ProfilerSuiteError:
            continue
        except Exception as error:  # noqa: BLE001 - all of them are named at the end
            failed.append(f"{name}: {type(error).__name__}: {error}")
    assert not failed, "\n".join(failed)


TIMES = ("time_s", "corrected_s", "uncertainty_s", "plain_s", "profiled_s", "hits")


@pytest.mark.parametrize("names", [TIMES, TIMES[:1], TIMES[1:2], TIMES[3:4]])
def test_line_times_of_zero_are_no_traceback(
    names: tuple[str, ...], whole: Run, tmp_path: Path
) -> None:
    lines = LINES
    for name in names:
        lines = [
            with_value(line, ("lines", "*", name), 0)
            if json.loads(line)["kind"] == "lines"
            else line
            for line in lines
        ]
    run = load(folder_of(tmp_path / "run", lines))
    assert run.history.lines
    for each in use(run, whole, report=False):
        with contextlib.suppress(ProfilerSuiteError):
            each()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", KINDS)
def test_any_field_with_any_value_is_no_traceback(
    kind: str, value: str, whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures are made, but not put on paper: that takes the time of all the rest."""
    monkeypatch.setattr("profiler_suite.report.drawing.svg.draw", lambda picture: EMPTY)
    monkeypatch.setattr(
        "profiler_suite.report.drawing.png_worker.Press.take", lambda press, figure: lambda: b""
    )
    monkeypatch.setattr(
        "profiler_suite.report.drawing.svg.inline", lambda *_, **__: "<svg></svg>"
    )
    try_all(tmp_path / "run", whole, kind, VALUES[value], report=True)


EMPTY = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'


def test_speedscope_of_samples_without_a_frequency_is_refused_in_one_sentence(
    tmp_path: Path,
) -> None:
    lines = [
        with_value(line, ("native", "frequency_hz"), 0)
        if json.loads(line)["kind"] == "account"
        else line
        for line in LINES
    ]
    run = load(folder_of(tmp_path / "run", lines))
    with pytest.raises(ProfilerSuiteError, match="no native samples"):
        exported(run, formats()["speedscope"])
