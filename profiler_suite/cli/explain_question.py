"""`explain seed`: the question that this project started with, answered on this machine."""

import contextlib
from typing import TYPE_CHECKING

import click

from profiler_suite.cli.explaining import (
    effort_for,
    first_look,
    import_analysis,
    import_page,
    machine_of,
)
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import terminal_width, wants_color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler_suite.analysis.explain.question import QuestionAnswer, Side
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.measure.explain.records import ExplainEffort, FunctionRecord
    from profiler_suite.model.machine import Machine


def explain_question(progress: ProgressLine, *, as_json: bool) -> int:
    """Explain both sides, race them, look for a faster way to write the slow one."""
    try:
        found = _answered(progress, everything=as_json)
    finally:
        progress.clear()
    if as_json:
        from profiler_suite.analysis.explain.document import question_document, to_json

        click.echo(to_json(question_document(found)))
    else:
        from profiler_suite.report.terminal.question import screen

        click.echo(screen(found, terminal_width(), wants_color()))
    return 0


def _answered(progress: ProgressLine, *, everything: bool) -> "QuestionAnswer":
    """`everything`: also what a screen has no room for."""
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.measure.explain.records import LoadRequest
    from profiler_suite.workloads import question

    def loading(name: str) -> ExplainChild:
        ask = LoadRequest(target=question.target(name), setup=question.setup(name))
        return ExplainChild(ask, progress.say, waits=False)

    with contextlib.ExitStack() as opened:
        # Both load at the same time: nothing is timed yet.
        sides = [opened.enter_context(loading(name)) for name in question.experiment().pair]
        import_analysis()
        for side in sides:
            side.wait()
        machine = machine_of(progress)
        effort = effort_for(machine, hurried=True)
        if everything:
            effort = _with_all(effort)
        look = first_look(machine, effort, progress)
        first = sides[0].explain(effort, first_look=look)
        return _explained(sides, first, machine, effort, everything=everything)


def _explained(
    sides: "Sequence[ExplainChild]",
    first: "FunctionRecord",
    machine: "Machine",
    effort: "ExplainEffort",
    *,
    everything: bool,
) -> "QuestionAnswer":
    """`first` is what was measured of the loop."""
    from profiler_suite.analysis.explain.explanation import Explanation, explain
    from profiler_suite.analysis.explain.question import QuestionAnswer
    from profiler_suite.measure.explain.records import Trial
    from profiler_suite.model.trial import TrialKind
    from profiler_suite.workloads import question

    def versus(name: str) -> Trial:
        return Trial(
            kind=TrialKind.VERSUS, target=question.target(name), setup=question.setup(name)
        )

    experiment = question.experiment()
    names = experiment.pair
    loop, product = sides
    against_product = loop.attempt(versus(names[1]))
    second = product.explain(effort)
    product.close()
    loop.prepare_trials()
    import_page()
    advised = explain(first, machine, effort.baselines_s, loop.attempt)
    # Where a faster way was found the screen shows that one.
    other = versus(question.ALTERNATIVE)
    against_other = loop.attempt(other) if everything or advised.best is None else None
    return QuestionAnswer(
        experiment.question,
        (_side(names[0]), _side(names[1])),
        (advised, Explanation(second, machine, None, effort.baselines_s)),
        against_product,
        question.ALTERNATIVE,
        against_other,
    )


def _with_all(effort: "ExplainEffort") -> "ExplainEffort":
    """With the passes that only the document tells of."""
    import msgspec

    from profiler_suite.measure.explain.records import ExplainEffort

    usual = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
    names = ("most_looks", "layers_s", "threads_s", "memory_s")
    return msgspec.structs.replace(effort, **{name: getattr(usual, name) for name in names})


def _side(name: str) -> "Side":
    """What the question says of one implementation, whatever is measured."""
    from profiler_suite.analysis.explain.question import Side
    from profiler_suite.workloads import question, registry

    _, problem, cost = question.side(name)
    return Side(
        name=name,
        problem=registry.find_workload(problem.workload).label(problem),
        textbook_flop=cost.flop,
        textbook_bytes=cost.compulsory_bytes,
    )
