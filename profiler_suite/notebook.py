"""The entry points for code and notebooks: explain a function in this process, and the magics.

A function of a notebook cannot be passed to a child process, so this process measures it;
whatever else the process does meanwhile affects the numbers.
"""

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from profiler_suite.analysis.explain.document import document, to_json
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.explain.explanation import explain as explained_by
from profiler_suite.errors import UsageError
from profiler_suite.machine.kept import keep_baselines, kept_baselines
from profiler_suite.machine.survey import survey
from profiler_suite.measure.explain import passes, trials
from profiler_suite.measure.explain.answers.same_answer import copied
from profiler_suite.measure.explain.guarding.guard import FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.lines.functions import python_function
from profiler_suite.measure.program.one_call import caught, code_of, costliest_code
from profiler_suite.model.machine import Machine
from profiler_suite.workloads import notebook_cell
from profiler_suite.workloads.user_function import FunctionCall, refuse_coroutine

IN_PROCESS = (
    "measured in this process, not in one of its own: other threads may have disturbed it"
)


class NotebookView(Explanation):
    """An explanation that a notebook shows as a page, a terminal as a screen."""

    def __str__(self) -> str:
        from profiler_suite.report.terminal.explanation import screen

        return screen(self, 80, color=False)

    def document(self) -> dict[str, Any]:
        """The same as plain values; missing numbers are None."""
        return document(self)

    def to_json(self) -> str:
        """The explanation as one JSON document with stable keys; times in s."""
        return to_json(self.document())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("Explanation(…)" if cycle else str(self))

    def _repr_html_(self) -> str:
        from profiler_suite.report.html.explanation import frame

        return frame(self)


def explain(
    function: Callable[..., Any],
    /,
    *args: Any,
    profiler_threads: int = 1,
    profiler_copy: bool = True,
    **kwargs: Any,
) -> NotebookView:
    """Explain where the time of function(*args, **kwargs) goes and what would make it faster.

    Runs it in this process on `profiler_threads` BLAS threads, for about ten seconds.
    The arguments are copied for each pass unless `profiler_copy` is False. Raises
    FunctionError if the function raises.
    """
    called = called_with(function, args, kwargs, "explain")
    machine = survey(coarse=True)
    allowed = machine.facts.cores_allowed
    if not 1 <= profiler_threads <= allowed:
        raise UsageError(
            f"{profiler_threads} threads cannot be used: this process may use 1 to {allowed}"
        )
    effort = effort_of(machine)
    # What the function draws while it is measured is no draw of the caller's.
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with FunctionGuard(called.name) as guard:
            subject = Subject(called, effort, profiler_threads, copy=profiler_copy, guard=guard)
            subject.sampling_allowed = False  # nobody attaches to a process that is not ours
            subject.notes.append(IN_PROCESS)
            found = passes.explain(subject)
            shown = explained_by(
                found,
                machine,
                effort.baselines_s,
                lambda t: (
                    subject.plan.refusal(t) or trials.attempt(subject, found.operations, t)
                ),
            )
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
    keep_baselines(machine.fingerprint, found.own_baselines_s)
    return NotebookView(found, machine, shown.tried, effort.baselines_s)


def called_with(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], asked: str
) -> FunctionCall:
    """The call to be explained; UsageError for what cannot be called."""
    if not callable(function):
        raise UsageError(
            f"{function!r} cannot be called; give the function and its arguments separately: "
            f"{asked}(f, x), not {asked}(f(x))"
        )
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    refuse_coroutine(function, name)
    return FunctionCall(
        name=f"{getattr(function, '__module__', '') or ''}:{name}",
        function=function,
        args=args,
        kwargs=kwargs,
    )


def effort_of(machine: Machine) -> ExplainEffort:
    """How long each pass may take, with what is known of the machine."""
    return ExplainEffort(
        baselines_s=kept_baselines(machine.fingerprint),
        last_cache_bytes=float(machine.facts.last_cache_bytes),
        memory_bytes=float(machine.facts.memory_bytes),
    )


def register(shell: Any) -> None:
    """Give a notebook %explain f(x), %%explain and %%run_explained."""
    shell.register_magic_function(_magic(shell), "line_cell", "explain")
    shell.register_magic_function(_run_magic(shell), "cell", "run_explained")


def _magic(shell: Any) -> Callable[..., NotebookView]:
    def explain_magic(line: str, cell: str | None = None) -> NotebookView:
        """%explain f(x): explain the call.  %%explain: explain the cell as one function."""
        if cell is not None:
            function, names = notebook_cell.function_of(cell, shell.user_ns)
            return explain(function, *(shell.user_ns[name] for name in names))
        function, args, kwargs = _call(shell, line)
        return explain(function, *args, **kwargs)

    return explain_magic


def _run_magic(shell: Any) -> Callable[..., NotebookView | None]:
    def run_explained(line: str, cell: str) -> NotebookView | None:
        """%%run_explained: run the cell unchanged, then explain where it spends most time.

        That is one of your functions, with the arguments of a call that the cell makes, or
        the cell itself. For this the cell runs twice more, on copies of its data.
        """
        function, names = notebook_cell.function_of(cell, shell.user_ns)
        # As they are before the cell changes them; what cannot be copied is shared.
        given = _copied_if_possible(tuple(shell.user_ns[name] for name in names))
        if not shell.run_cell(cell).success:
            return None
        return explain_costliest(function, given)

    return run_explained


def _copied_if_possible(args: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        return copied(args)
    except Exception:  # noqa: BLE001 - locks, open files, whatever a notebook holds
        return args


def explain_costliest(function: Callable[..., Any], args: tuple[Any, ...]) -> NotebookView:
    """The function where a call spends most: itself, or one of the user's own that it calls."""
    cell = python_function(function)

    def run() -> Any:
        return function(*_copied_if_possible(args))

    code = costliest_code(run) if cell else None
    if cell and code and code != code_of(cell.__code__):
        made = caught(run, code)
        if made is not None:
            called, given, kwargs = made
            return explain(called, *given, **kwargs)
    return explain(function, *args)


def _call(shell: Any, line: str) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """The function and the arguments of 'f(x, y=2)', evaluated in the notebook."""
    import ast

    text = line.strip().rstrip(";").rstrip()
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        tree = None
    if not isinstance(tree, ast.Call):
        raise UsageError(f"%explain takes a call such as f(x); {text!r} is not one")
    tree.func, function = ast.Name("_capture", ast.Load()), tree.func
    scope = dict(shell.user_ns)
    made = eval(
        compile(ast.Expression(ast.fix_missing_locations(function)), "<explain>", "eval"), scope
    )
    scope["_capture"] = lambda *args, **kwargs: (args, kwargs)
    whole = compile(ast.fix_missing_locations(ast.Expression(tree)), "<explain>", "eval")
    args, kwargs = eval(whole, scope)
    return made, args, kwargs
