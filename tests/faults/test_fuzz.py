"""Damaged and hostile run folders: one sentence at most, nothing run, no good row lost."""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiler_suite import store
from profiler_suite.analysis.run.load import load
from profiler_suite.analysis.statistics import estimate
from profiler_suite.cli.sweeping.resuming import flagged, resume
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.planning.plan import Overrides, plan
from profiler_suite.measure.planning.schedule import QUICK
from profiler_suite.measure.sweep.job import Job
from profiler_suite.measure.sweep.runner import Sweep
from profiler_suite.model.experiment import Plan, Point
from profiler_suite.model.noun import to_json
from profiler_suite.model.rows import (
    LineRecord,
    LinesRecord,
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
    WorkerRecord,
)
from profiler_suite.model.run import Provenance
from profiler_suite.registry import forget
from profiler_suite.report.formats.document import document
from profiler_suite.report.formats.exports import formats
from profiler_suite.report.terminal.listings import summary
from profiler_suite.report.write import write_report
from profiler_suite.workloads import catalogue
from tests.analysis.test_time_breakdown import breakdown_record
from tests.cli.requests import request
from tests.fake_machine import MACHINE
from tests.fake_run import make_run
from tests.short_sweeps import STEADY

HOSTILE: list[Any] = [
    None,
    True,
    0,
    -1,
    1,
    2**31,
    2**53,
    2**63,
    10**400,
    -(10**300),
    1e-320,
    1e308,
    0.5,
    "",
    "x" * 3000,
    "../../../../etc/passwd",
    "/etc/passwd",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% for %}",
    "__import__('os').system('touch executed')",
    "=cmd|' /C calc'!A0",
    "$\\frac{$ ${HOME} %s {0}",
    "\x1b[2J\x07\r\n\t",
    "\u202e\ud83d\ude00é\u0000",
    [],
    {},
    [[[[[[]]]]]],
    {"a": {"b": {"c": []}}},
    ["x"] * 50,
]


def _plan() -> Plan:
    try:
        return plan([catalogue.load(STEADY)], MACHINE, QUICK, Overrides())
    finally:  # made while tests are collected: others ask what is built in
        forget(Path(STEADY).resolve())


def _provenance(made: Plan) -> Provenance:
    return msgspec.structs.replace(
        make_run().provenance,
        experiments=made.experiments,
        points=made.points,
        skipped=(),
        machine=MACHINE,
        experiment_files=(str(STEADY),),
    )


def _rows(points: tuple[Point, ...]) -> list[Row]:
    """A run as a sweep writes it, with every kind of row."""
    rows: list[Row] = [
        WorkerRecord(point=p.id, worker=0, status=Status.OK, cold_s=1e-5, evaluations=9)
        for p in points
    ]
    for number in range(12):
        visits = tuple(
            Visit(
                point=p.id,
                at_s=0.5 * number,
                sample_times_s=(1e-6 * (1 + len(p.id) % 7), 1.02e-6),
                canaries_s={"ufunc": (4e-5, 4.1e-5)},
                minor_faults=0.0,
            )
            for p in points
        )
        rows.append(RoundRecord(round=number, worker=number // 6, visits=visits))
    rows += [PointRecord(point=p, status=Status.OK, reason="converged (± 1 %)") for p in points]
    rows.append(LinesRecord(point=points[0].id, lines=(_line(points[0]), _line(points[0], 2))))
    rows += [breakdown_record(point=p.id) for p in points[:4]]
    return [
        *rows,
        PassRecord(name="sweep", at_s=6.0, outcome="complete after 2 worker processes"),
    ]


def _line(point: Point, number: int = 1) -> LineRecord:
    return LineRecord(
        point=point.id,
        implementation=point.implementation,
        file=str(STEADY),
        function="times_three",
        line=number,
        source="return x * 3",
        hits=9,
        time_s=1e-5,
        evaluations=9,
        corrected_s=1e-6,
        uncertainty_s=1e-7,
        resolved=True,
        method="sampled",
        samples=50,
        plain_s=1.1e-6,
        profiled_s=3e-6,
    )


PLAN = _plan()
RUN = json.loads(to_json(_provenance(PLAN)))
# As they are once they were read: a count that was an int may come back as a float.
ROWS = [to_json(msgspec.json.decode(to_json(row), type=Row)) for row in _rows(PLAN.points)]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a document."""
    yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*path, name))
    elif isinstance(value, list):
        for number, each in enumerate(value[:3]):
            yield from places(each, (*path, number))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def alike(value: Any, number: int) -> Any:
    """Something of the same type, which the types of the nouns therefore let through."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        numbers = (0, 1, 2, 7, 2**31, 2**53, 1e-300, 1e-9, 0.5, 1e9, 1e30, -1, -1e9)
        return numbers[number % len(numbers)]
    if isinstance(value, str):
        texts = [each for each in HOSTILE if isinstance(each, str)]
        return texts[number % len(texts)]
    return [] if isinstance(value, list) else {}


def changed(document: Any, path: tuple[Any, ...], how: str, value: Any) -> Any:
    """A copy with one place set, taken out or doubled."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if how == "out":
        del inner[path[-1]]
    elif how == "twice" and isinstance(inner, list):
        inner.append(inner[path[-1]])
    else:
        inner[path[-1]] = value
    return copy


Edit = tuple[int, str, Any]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 2**30),
        st.sampled_from(("alike", "alike", "alike", "set", "out", "twice")),
        st.integers(0, len(HOSTILE) - 1).map(HOSTILE.__getitem__),
    ),
    min_size=1,
    max_size=3,
)
BYTES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"kind":' * 5000,
            b"\0" * 4096,
            b"\xef\xbb\xbf",
            b"\r\n",
            b"NaN",
            b'{"kind":"round","kind":"pass","round":1}',
            b'{"kind":"pass","name":"\\ud800","at_s":1,"outcome":""}',
            "é".encode("utf-16"),
        ]
    ),
)


def edited(document: Any, edits: list[Edit]) -> Any:
    for where, how, value in edits:
        ways = list(places(document))[1:]
        if not ways:
            break
        way = ways[where % len(ways)]
        if how == "alike":
            value = alike(at(document, way), where)
        document = changed(document, way, how, value)
    return document


@contextlib.contextmanager
def run_folder(run: bytes, rows: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        folder.mkdir()
        (folder / store.RUN).write_bytes(run)
        (folder / store.RECORDS).write_bytes(rows)
        yield folder
        outside = {path.name for path in Path(name).iterdir()}
        assert outside == {"run"}, "something was written outside of the run folder"


REQUEST = request(experiments=(str(STEADY),), mode="quick", hosts="each")


def read_everywhere(folder: Path, *, with_report: bool = False) -> None:
    """Everything that reads a run folder; a ProfilerSuiteError is a sentence, and fine."""
    uses: list[Callable[[], object]] = [
        lambda: resume(folder, PLAN, REQUEST),
        lambda: flagged(folder),
        lambda: _taken_up(folder),
    ]
    with contextlib.suppress(ProfilerSuiteError):
        run = load(folder)
        uses += [
            lambda: summary(run, 80, False),
            lambda: json.dumps(msgspec.to_builtins(document(run)), default=str),
            *(lambda form=form: form.content(run) for form in formats().values()),
        ]
        if with_report:
            uses.append(lambda: write_report(run, folder))
    for use in uses:
        with contextlib.suppress(ProfilerSuiteError):
            use()
    if with_report:
        page = folder / "report.html"
        assert not page.exists() or "<script>alert(1)" not in page.read_text()


def _taken_up(folder: Path) -> None:
    provenance = store.read_provenance(folder)
    rows, _ = store.read_rows(folder)
    job = Job(
        points=provenance.points,
        machine=provenance.machine,
        schedule=QUICK,
        seed=1,
        files=(),
        baselines_s=provenance.baselines_s,
    )
    sweep = Sweep(job, estimate, lambda row: None, lambda progress: None, rows)
    sweep.baselines()


fuzzed = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
    database=None,
)


@pytest.mark.slow
@settings(fuzzed, max_examples=40)
@given(EDITS)
def test_whatever_run_json_says_is_read_or_refused_in_one_sentence(edits: list[Edit]) -> None:
    run = json.dumps(edited(RUN, edits)).encode()
    with run_folder(run, b"\n".join(ROWS) + b"\n") as folder:
        read_everywhere(folder)


@pytest.mark.slow
@settings(fuzzed, max_examples=40)
@given(st.integers(0, len(ROWS) - 1), EDITS, st.integers(0, len(ROWS)))
def test_whatever_a_row_says_is_read_or_passed_over_and_no_other_is_lost(
    which: int, edits: list[Edit], end: int
) -> None:
    bad = json.dumps(edited(json.loads(ROWS[which]), edits)).encode()
    rows = [*ROWS[:which], bad, *ROWS[which + 1 :], *ROWS[end:]]
    with run_folder(json.dumps(RUN).encode(), b"\n".join(rows) + b"\n") as folder:
        found, _ = store.read_rows(folder)
        there = {to_json(row) for row in found}
        assert {row for row in rows if row != bad} <= there
        read_everywhere(folder)


@pytest.mark.long
@settings(fuzzed, max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), BYTES, st.integers(0, 40)), max_size=4
    ),
    st.floats(0, 1),
)
def test_bytes_put_in_cut_off_or_overwritten_lose_no_row_but_those_they_hit(
    blows: list[tuple[float, bytes, int]], kept: float
) -> None:
    hit: set[int] = set()
    pieces = [[row] for row in ROWS]
    for where, bytes_, gone in blows:
        number = int(where * len(pieces))
        row = b"".join(pieces[number])
        at = int(len(row) * where)
        pieces[number] = [row[:at], bytes_, row[at + gone :]]
        hit.add(number)
    content = b"\n".join(b"".join(piece) for piece in pieces) + b"\n"
    content = content[: int(len(content) * (0.5 + kept / 2))]
    with run_folder(json.dumps(RUN).encode(), content) as folder:
        found, _ = store.read_rows(folder)
        there = {to_json(row) for row in found}
        whole = {r for n, r in enumerate(ROWS) if n not in hit and r + b"\n" in content}
        assert whole <= there
        read_everywhere(folder)


@settings(fuzzed, max_examples=5)
@given(EDITS, st.integers(0, len(ROWS) - 1), EDITS)
def test_the_report_of_a_damaged_run_is_written_or_refused(
    edits: list[Edit], which: int, row_edits: list[Edit]
) -> None:
    rows = [*ROWS]
    rows[which] = json.dumps(edited(json.loads(ROWS[which]), row_edits)).encode()
    run = json.dumps(edited(RUN, edits)).encode()
    with run_folder(run, b"\n".join(rows) + b"\n") as folder:
        read_everywhere(folder, with_report=True)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
@pytest.mark.parametrize("value", [v for v in HOSTILE if isinstance(v, str)])
def test_names_stay_inside_the_folder_and_are_not_evaluated(value: str) -> None:
    run = json.loads(json.dumps(RUN).replace("steady", json.dumps(value)[1:-1]))
    content = b"\n".join(ROWS).decode().replace("steady", json.dumps(value)[1:-1]).encode()
    with run_folder(json.dumps(run).encode(), content) as folder:
        read_everywhere(folder, with_report=True)
