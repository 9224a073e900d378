"""Nothing of the user's is overwritten by any command that writes a file."""

import os
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import profiler_suite
from profiler_suite import cli, files
from profiler_suite.analysis.run.load import load
from profiler_suite.cli import explain
from profiler_suite.cli.show import point_latest
from profiler_suite.measure.lines import lprof
from profiler_suite.report import kinds, outputs
from profiler_suite.report.figures.names import possible_names
from profiler_suite.report.formats import exports
from profiler_suite.report.html import explanation
from tests.fake_folder import write_run
from tests.fake_run import make_run
from tests.report_fixtures import Written
from tests.short_sweeps import STEADY

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and devices are POSIX's")

MINE = "my own words: import profiler_suite\n"
ROOT = Path(profiler_suite.__file__).parent
Writer = Callable[[Path, bool], int]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("files") / "run")


@pytest.fixture(scope="module", params=[*exports.formats(), "--html", "--patch"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def page() -> str:
    """The beginning of a real page of `explain`: of its template."""
    template = ROOT / "report" / "html" / "templates" / "explanation.html.j2"
    text = template.read_text()
    head = text[text.index("<!doctype html>") : text.index("<style>")]
    return head.replace("{{ page.name }}", "softmax") + "…"


@pytest.fixture
def content(form: str, run: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What the writer under test writes, stood in for where it would have to be measured."""
    found = SimpleNamespace(patch="--- a/own.py\n+++ b/own.py\n", to_json=lambda: "{}")
    if form == "lprof":
        monkeypatch.setattr(lprof, "content", lambda rows: b"\x80\x05.")
        real = load

        def with_lines(folder: Path) -> Any:
            found = real(folder)
            found.history.lines.append(None)  # type: ignore[arg-type]
            return found

        monkeypatch.setattr("profiler_suite.analysis.run.load.load", with_lines)
        return b"\x80\x05." + kinds.LPROF_MARK
    if form == "speedscope":
        from tests.analysis.test_time_breakdown import breakdown_record

        monkeypatch.setattr(
            exports,
            "speedscope_document",
            lambda records, name, made=exports.speedscope_document: made(
                [breakdown_record()], name
            ),
        )
    if form in ("--html", "--patch"):
        monkeypatch.setattr(explain, "_explained", lambda *_, **__: found)
        monkeypatch.setattr(explanation, "render", lambda found: page())
        monkeypatch.setattr(
            "profiler_suite.report.terminal.explanation.screen", lambda *_, **__: ""
        )
        return (page() if form == "--html" else kinds.PATCH_MARK + found.patch).encode()
    made = exports.formats()[form].content(load(run))
    return made.encode() if isinstance(made, str) else made


@pytest.fixture
def writer(form: str, run: Path, content: bytes) -> Writer:
    def write(path: Path, force: bool = False) -> int:
        words = ["--force"] if force else []
        if form.startswith("--"):
            return cli.run(["explain", "-q", "m.py:f", form, str(path), *words])
        return cli.run(["export", str(run), "--format", form, "--out", str(path), *words])

    return write


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def worked(*_: object, **__: object) -> None:
        raise AssertionError("work was done before the file was refused")

    monkeypatch.setattr("profiler_suite.analysis.run.load.load", worked)
    monkeypatch.setattr(explain, "_explained", worked)
    monkeypatch.setattr(files, "READER_S", 0.05)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on standard error."""
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    return said


# --------------------------------------------------- one file: export and explain --html


@pytest.mark.parametrize("state", ["absent", "ours", "empty", "link", "dangling"])
def test_what_is_ours_or_was_not_there_is_written(
    state: str, writer: Writer, content: bytes, tmp_path: Path
) -> None:
    path = target = tmp_path / "out"
    if state in ("link", "dangling"):
        (tmp_path / "far").mkdir()
        target = tmp_path / "far" / "target"
        path.symlink_to(target)
    if state in ("ours", "link"):
        target.write_bytes(content)
    elif state == "empty":
        target.touch()
    assert writer(path, False) == 0
    assert target.stat().st_size
    assert path.is_symlink() == (state in ("link", "dangling"))
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".")]


def mine(path: Path) -> None:
    path.write_text(MINE)


def read_only(path: Path) -> None:
    path.write_text(MINE)
    path.chmod(0o444)


def link_to_mine(path: Path) -> None:
    (path.parent / "precious").write_text(MINE)
    path.symlink_to("precious")


def measurements(path: Path) -> None:
    path.write_text('{"kind":"round","round":0}\n')


REFUSED = [mine, read_only, link_to_mine, measurements, Path.mkdir, os.mkfifo]


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Kind and content of all that is there."""
    return {
        str(p): (p.lstat().st_mode, p.read_bytes() if p.is_file() else b"")
        for p in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("state", REFUSED)
@pytest.mark.usefixtures("no_work")
def test_anything_else_is_refused_before_any_work(
    state: Callable[[Path], None],
    writer: Writer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state(tmp_path / "out")
    before = everything(tmp_path)
    capsys.readouterr()
    assert writer(tmp_path / "out", False) == 2
    said = told(capsys)
    assert str(tmp_path / "out") in said
    assert "--force" in said
    assert everything(tmp_path) == before


@pytest.mark.usefixtures("no_work")
def test_a_folder_that_is_not_there_is_said_before_any_work(
    writer: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert writer(tmp_path / "absent" / "out", False) == 2
    assert f"there is no folder {tmp_path / 'absent'}" in told(capsys)


def test_force_replaces_a_file_and_never_a_folder(
    writer: Writer, content: bytes, tmp_path: Path
) -> None:
    read_only(tmp_path / "out")
    (tmp_path / "folder").mkdir()
    assert writer(tmp_path / "out", True) == 0
    assert (tmp_path / "out").read_bytes() != MINE.encode()
    assert writer(tmp_path / "folder", True) == 2
    assert (tmp_path / "folder").is_dir()


def test_a_pipe_gets_the_content_and_stays(
    writer: Writer, content: bytes, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    assert writer(pipe, False) == 0
    reader.join(10)
    assert len(got[0]) == len(content)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("through_a_link", [False, True])
def test_a_device_is_written_into_and_stays(
    through_a_link: bool, writer: Writer, content: bytes, tmp_path: Path
) -> None:
    null = tmp_path / "null"
    try:
        os.mknod(null, stat.S_IFCHR | 0o600, os.makedev(1, 3))
        os.close(os.open(null, os.O_WRONLY))
    except OSError:
        pytest.skip("devices cannot be made here")
    path = null
    if through_a_link:
        path = tmp_path / "link"
        path.symlink_to(null)
    assert writer(path, False) == 0
    assert stat.S_ISCHR(null.lstat().st_mode)
    assert path.is_symlink() == through_a_link


def test_standard_output_gets_the_content_and_nothing_else(
    writer: Writer, content: bytes, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    capfdbinary.readouterr()
    assert writer(Path("/dev/stdout"), False) == 0
    assert len(capfdbinary.readouterr().out) == len(content)


# --------------------------------------------------------------------- many files: report


@pytest.fixture(scope="module")
def names(run: Path) -> list[str]:
    """Files of a report, one of each kind and place."""
    figure = sorted(n for n in possible_names(load(run).provenance) if n.startswith("time_"))[0]
    return [
        "report.html",
        "points.csv",
        "summary.md",
        f"figures/{figure}.svg",
        "figures/spread.png",
    ]


@pytest.mark.parametrize("state", [mine, read_only, link_to_mine, Path.mkdir])
@pytest.mark.usefixtures("no_work")
def test_a_report_replaces_nothing_of_others(
    state: Callable[[Path], None],
    run: Path,
    names: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number, name in enumerate(names):
        out = tmp_path / str(number)
        (out / name).parent.mkdir(parents=True)
        state(out / name)
        before = everything(tmp_path)
        assert cli.run(["report", str(run), "--out", str(out)]) == 2
        assert str(out / name) in told(capsys)
        assert everything(tmp_path) == before


@pytest.mark.parametrize("state", [mine, os.mkfifo])
@pytest.mark.usefixtures("no_work")
def test_a_report_goes_into_a_folder_only(
    state: Callable[[Path], None],
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state(tmp_path / "out")
    for out in (tmp_path / "out", tmp_path / "out" / "below"):
        assert cli.run(["report", str(run), "--out", str(out)]) == 2
        assert "is not a folder" in told(capsys) or "Not a directory" in told(capsys)


def test_a_report_recognises_its_own_files_and_every_figure_has_an_expected_name(
    report: Written,
) -> None:
    outputs.check_outputs({report.folder: report.run.provenance})
    assert kinds.PAGE.wrote(report.page)
    assert not kinds.EXPLANATION.wrote(report.page)
    figures = list((report.folder / "figures").iterdir())
    assert figures
    for path in figures:
        assert outputs.FIGURE_KINDS[path.suffix].wrote(path), path
        assert path.stem in possible_names(report.run.provenance)


def test_figures_of_release_0_1_are_recognised(report: Written, tmp_path: Path) -> None:
    """They had no mark: what matplotlib and Pillow wrote with the same settings."""
    (svg,) = (report.folder / "figures").glob("spread.svg")
    (png,) = (report.folder / "figures").glob("spread.png")
    old = svg.read_bytes().replace(
        b"<dc:title>profiler_suite<", b"<dc:title>Matplotlib v3.10.7, https://matplotlib.org/<"
    )
    (tmp_path / "old.svg").write_bytes(old)
    assert kinds.SVG.wrote(tmp_path / "old.svg")
    dated = old.replace(b"<dc:format>", b"<dc:date>2026-01-01</dc:date><dc:format>", 1)
    (tmp_path / "own.svg").write_bytes(dated)
    assert not kinds.SVG.wrote(tmp_path / "own.svg")
    data = png.read_bytes()
    mark = re.search(rb".{4}tEXtSoftware\0profiler_suite.{4}", data, re.DOTALL)
    assert mark
    (tmp_path / "old.png").write_bytes(data.replace(mark.group(), b"", 1))
    assert kinds.PNG.wrote(tmp_path / "old.png")
    other = mark.group().replace(b"profiler_suite", b"GIMP 3.0.4 etc")
    (tmp_path / "own.png").write_bytes(data.replace(mark.group(), other, 1))
    assert not kinds.PNG.wrote(tmp_path / "own.png")


@pytest.mark.slow
def test_a_report_follows_links_and_fills_pipes(
    run: Path, tmp_path: Path, report: Written
) -> None:
    out, far = tmp_path / "out", tmp_path / "far"
    out.mkdir()
    (far / "pictures").mkdir(parents=True)
    (far / "page").write_bytes(report.page.read_bytes())
    (out / "report.html").symlink_to(far / "page")
    (out / "points.csv").symlink_to(far / "points")
    (out / "figures").symlink_to(far / "pictures")
    os.mkfifo(out / "summary.md")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((out / "summary.md").read_bytes()))
    reader.start()
    assert cli.run(["report", str(run), "--out", str(out), "-q"]) == 0
    reader.join(10)
    assert got[0].startswith(b"# ")
    assert stat.S_ISFIFO((out / "summary.md").stat().st_mode)
    assert kinds.PAGE.wrote(far / "page")
    assert (far / "page").read_bytes() != report.page.read_bytes()
    assert kinds.POINTS.wrote(far / "points")
    assert list((far / "pictures").glob("*.png"))
    assert all((out / name).is_symlink() for name in ("report.html", "points.csv", "figures"))


# ------------------------------------------------------------------------- sweep and merge


@pytest.fixture
def no_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    def worked(*_: object, **__: object) -> None:
        raise AssertionError("work was done before the folder was refused")

    monkeypatch.setattr("profiler_suite.machine.survey.survey", worked)
    monkeypatch.setattr("profiler_suite.fleet.merging.read_part", worked)


def words(command: str, run: Path, out: Path) -> list[str]:
    if command == "merge":
        return ["merge", str(run), "--out", str(out), "-q"]
    return ["sweep", str(STEADY), "--quick", "-q", "--out", str(out)]


@pytest.mark.parametrize("command", ["sweep", "merge"])
@pytest.mark.parametrize("state", [mine, read_only, link_to_mine, os.mkfifo])
@pytest.mark.usefixtures("no_measuring")
def test_a_run_goes_into_a_folder_only(
    state: Callable[[Path], None],
    command: str,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state(tmp_path / "out")
    before = everything(tmp_path)
    assert cli.run(words(command, run, tmp_path / "out")) == 2
    assert "is not a folder" in told(capsys)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("command", ["sweep", "merge"])
@pytest.mark.parametrize("name", ["records.jsonl", "run.json", "report.html", "notes.txt"])
@pytest.mark.usefixtures("no_measuring")
def test_a_folder_with_files_of_others_gets_none_of_a_run(
    name: str,
    command: str,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    mine(out / name)
    before = everything(tmp_path)
    assert cli.run(words(command, run, out)) == 2
    assert str(out) in told(capsys)
    assert everything(tmp_path) == before


@pytest.mark.usefixtures("no_measuring")
def test_a_run_is_not_gone_on_with_whose_report_could_not_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = write_run(tmp_path / "run")
    mine(out / "points.csv")
    before = everything(tmp_path)
    assert cli.run(words("sweep", out, out)) == 2
    said = told(capsys)
    assert str(out / "points.csv") in said
    assert "move it away" in said
    assert everything(tmp_path) == before


def test_latest_is_moved_where_it_is_ours(tmp_path: Path) -> None:
    for name in ("a", "b", "elsewhere"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    link = tmp_path / "reports" / "latest"
    point_latest(tmp_path / "reports" / "a")
    point_latest(tmp_path / "reports" / "b")
    assert link.readlink() == Path("b")
    link.unlink()
    link.symlink_to(tmp_path / "reports" / "elsewhere")
    point_latest(tmp_path / "reports" / "a")
    assert link.readlink() == tmp_path / "reports" / "elsewhere"
    link.unlink()
    link.write_text(MINE)
    point_latest(tmp_path / "reports" / "a")
    assert link.read_text() == MINE


def test_names_of_figures_are_known_for_experiments_that_differ_by_signs() -> None:
    made = make_run()
    assert {"answer", "spread", "changes"} <= possible_names(made.provenance)
