"""The catalogue of slow paths on the terminal: one paragraph a rule."""

from collections.abc import Sequence

from profiler_suite.analysis.explain.rules.registry import Rule
from profiler_suite.report.terminal.console import Page


def screen(rules: Sequence[Rule], width: int, color: bool) -> str:
    """Every rule by family: what it looks for, what it writes, when that is right."""
    page = Page(width, color)
    family = ""
    for each in rules:
        if each.family != family:
            family = each.family
            page.line()
            own = sum(rule.family == family for rule in rules)
            page.line(f"{family.replace('_', ' ')} ({own})", "bold")
        page.paragraph(f"{each.name}: {each.looks_for}", first="  ", indent="      ")
        page.paragraph(each.rewrite, first="      ", indent="      ", style="green")
        page.paragraph(f"exact: {each.exact}", first="      ", indent="      ", style="dim")
        page.paragraph(
            f"tried: {each.tried}; {each.thread}", first="      ", indent="      ", style="dim"
        )
    page.line()
    page.paragraph(f"{len(rules)} rules; explain FILE:FUNCTION tries those that apply")
    return page.text().lstrip("\n")
