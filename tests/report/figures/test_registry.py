"""Figures are entered by a decorator, stand in the order of the page, and are named once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.model.experiment import Experiment
from profiler_suite.registry import forget
from profiler_suite.report.content import run_facts
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.drawing import chart
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.figures.all_figures import hang
from profiler_suite.report.figures.names import stem
from profiler_suite.report.figures.registry import (
    SECTIONS,
    figure,
    figure_of_experiment,
    figures,
)
from tests.fake_run import make_run


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    forget(Path(__file__).resolve())


def test_figures_stand_in_the_order_of_the_page_and_those_of_others_last() -> None:
    @figure("roofline")
    def a_first_by_name(known: RunFacts) -> Iterator[Picture | None]:
        yield None

    found = figures()
    places = [SECTIONS.index(each.section) for each in found]
    assert places == sorted(places)
    of_roofline = [each.name for each in found if each.section == "roofline"]
    assert of_roofline == ["rooflines", "a_first_by_name"]


def test_a_figure_of_each_experiment_stands_with_its_experiment() -> None:
    @figure_of_experiment("axes")
    def blank(known: RunFacts, experiment: Experiment) -> Iterator[Picture | None]:
        yield chart.picture(stem("blank", experiment.name), "Blank", "Nothing.")[0]

    known = run_facts.ask(make_run())
    placed = list(hang(known))
    own = [p.experiment for p in placed if p.picture.name.startswith("blank_")]
    assert own == [e.name for e in known.run.provenance.experiments]
    # Experiment by experiment, as the summary lists them.
    order = [p.experiment for p in placed if p.experiment]
    assert order == sorted(order, key=own.index)


def test_pictures_of_one_name_do_not_replace_each_other() -> None:
    @figure("quality")
    def twice(known: RunFacts) -> Iterator[Picture | None]:
        yield chart.picture("same_code", "One", "")[0]
        yield chart.picture("same_code", "Two", "")[0]

    names = [p.picture.name for p in hang(run_facts.ask(make_run()))]
    assert len(names) == len(set(names))
    assert {"same_code", "same_code_", "same_code__"} <= set(names)


def test_an_unknown_section_and_the_wrong_decorator_are_refused() -> None:
    with pytest.raises(UsageError, match="no section 'roof' has figures; choose answer,"):
        figure("roof")
    with pytest.raises(UsageError, match="'axes' are entered with @figure_of_experiment"):
        figure("axes")
    with pytest.raises(UsageError, match="'quality' are entered with @figure"):
        figure_of_experiment("quality")


def test_what_a_figure_raises_names_its_file_and_line() -> None:
    @figure("quality")
    def broken(known: RunFacts) -> Iterator[Picture | None]:
        yield from [1 / 0]  # type: ignore[misc]

    with pytest.raises(UsageError, match=r"test_registry\.py, line \d+: ZeroDivisionError"):
        list(hang(run_facts.ask(make_run())))
