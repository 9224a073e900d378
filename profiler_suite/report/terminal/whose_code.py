"""Whose code the time of a function goes to, and the costliest functions of packages in it."""

from profiler_suite.analysis.explain import layers
from profiler_suite.model.layers import LayerRecord
from profiler_suite.report.terminal.console import Page


def show(page: Page, record: LayerRecord | None) -> None:
    """One line of layers and one for each function; nothing where two layers are all."""
    if record is None or not layers.matter(record):
        return
    page.line()
    page.line("Whose code runs", "bold")
    page.paragraph(layers.in_words(record), indent="  ")
    for callee in layers.costliest(record):
        page.paragraph(
            layers.callee_in_words(callee, record), first="    ", indent="      ", style="dim"
        )
