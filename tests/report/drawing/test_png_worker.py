"""Pictures are drawn in a second process, and none is lost when it cannot be had."""

import io
import pickle
import subprocess
import sys

import pytest
from matplotlib.figure import Figure
from PIL import Image

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.machine import cores
from profiler_suite.report.content import run_facts
from profiler_suite.report.drawing import png_worker
from profiler_suite.report.drawing.chart import picture
from profiler_suite.report.drawing.png_worker import Press, png
from profiler_suite.report.figures import all_figures
from tests.fake_run import make_run


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cores_allowed", lambda *_: 2)


def figure(text: str) -> Figure:
    drawing, (ax,) = picture(text, f"The title of {text}", "A caption.")
    ax.plot([1, 2], [3, 4])
    return drawing.figure


@pytest.mark.usefixtures("two_cores")
def test_a_second_process_draws_the_same_pixels() -> None:
    figures = [figure("one"), figure("two")]
    with Press() as printing:
        drawn = [printing.take(f) for f in figures]
        first = drawn[0]()  # asked for first: it is waited for, not drawn here
    assert first == png(figures[0])
    assert Image.open(io.BytesIO(first)).mode == "RGB"


@pytest.mark.usefixtures("two_cores")
def test_what_the_process_has_not_begun_is_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here: list[Figure] = []

    def note(figure: Figure) -> bytes:
        here.append(figure)
        return b"here"

    monkeypatch.setattr(png_worker, "png", note)
    figures = [figure(str(n)) for n in range(30)]
    with Press() as printing:
        drawn = [printing.take(f) for f in figures]
        last = drawn[-1]()
    assert (last, here) == (b"here", [figures[-1]])


@pytest.mark.usefixtures("two_cores")
def test_a_process_that_dies_loses_no_picture() -> None:
    figures = [figure(str(n)) for n in range(3)]
    with Press() as printing:
        assert printing._process is not None
        child.end(printing._process)
        drawn = [printing.take(f) for f in figures]
        assert [each() for each in drawn] == [png(f) for f in figures]


def test_with_one_core_or_no_room_for_a_process_they_are_drawn_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_: object, **__: object) -> None:
        raise ChildError("no process can be started")

    monkeypatch.setattr(child, "start", none)
    one = figure("one")
    for number in (1, 2):
        monkeypatch.setattr(cores, "cores_allowed", lambda *_, n=number: n)
        with Press() as printing:
            assert printing.take(one)() == png(one)


def test_the_second_process_needs_nothing_of_the_analysis() -> None:
    hung = all_figures.hang(run_facts.ask(make_run()))
    figures = [pickle.dumps(h.picture.figure) for h in hung]
    said = (
        "import sys, pickle, profiler_suite.report.drawing.png_worker\n"
        "for figure in pickle.load(sys.stdin.buffer): pickle.loads(figure)\n"
        "print(*{'pandas', 'scipy.stats'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said], input=pickle.dumps(figures), capture_output=True
    )
    assert (done.stdout.split(), done.returncode) == ([], 0), done.stderr.decode()
