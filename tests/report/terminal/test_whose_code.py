"""Whose code runs, where it is worth a line."""

from profiler_suite.model.layers import CalleeSamples, LayerRecord, LayerSamples
from profiler_suite.report.terminal import whose_code
from profiler_suite.report.terminal.console import Page


def shown(record: LayerRecord | None) -> str:
    page = Page(80, False)
    whose_code.show(page, record)
    return page.text()


def test_without_samples_or_packages_nothing_is_shown() -> None:
    assert shown(None) == ""
    assert shown(LayerRecord(samples=0, layers=(), callees=(), reason="no sampler")) == ""


def test_packages_are_shown_with_their_costliest_functions() -> None:
    layers = tuple(
        LayerSamples(layer=name, samples=count)
        for name, count in (("pandas", 70), ("your code", 20), ("CPython", 10))
    )
    callee = CalleeSamples(
        function="merge",
        file="/v/lib/python3.11/site-packages/pandas/core/reshape/merge.py",
        line=7,
        layer="pandas",
        own=60,
        total=70,
        below_file="/home/me/a.py",
        below_line=3,
    )
    text = shown(LayerRecord(samples=100, layers=layers, callees=(callee,)))
    assert text.lstrip().startswith("Whose code runs")
    assert "pandas" in text
    assert "merge" in text
