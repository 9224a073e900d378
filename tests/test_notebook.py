"""What a notebook's magics take, and what they refuse."""

from typing import Any

import pytest

from profiler_suite import notebook
from profiler_suite.errors import UsageError
from tests.fake_machine import MACHINE
from tests.stored_explanation import stored_explanation


class Shell:
    """A notebook's kernel, as far as it is asked."""

    def __init__(self, **names: Any) -> None:
        self.user_ns = names
        self.magics: dict[str, tuple[Any, str]] = {}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        self.magics[name] = (function, kind)


def scaled(x: float, factor: float = 1.0) -> float:
    return x * factor


async def later() -> None: ...


@pytest.mark.parametrize(
    ("line", "args", "kwargs"),
    [
        ("f(3)", (3,), {}),
        ("  f(x, factor=2 + 1);  ", (7,), {"factor": 3}),
        ("f(*[x])", (7,), {}),
        ("f(**{'x': 1})", (), {"x": 1}),
        ("{'f': f}['f'](x)", (7,), {}),
    ],
)
def test_a_call_is_taken_apart_without_being_made(
    line: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    assert notebook._call(Shell(f=scaled, x=7), line) == (scaled, args, kwargs)


@pytest.mark.parametrize("line", ["", "f", "x = f(1)", "f(1) + 1", "f(", "f(1)\x00"])
def test_what_is_no_call_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match="takes a call such as"):
        notebook._call(Shell(f=scaled), line)


def test_a_name_of_the_notebook_is_not_changed() -> None:
    shell = Shell(f=scaled, _capture="mine")
    notebook._call(shell, "f(1)")
    assert shell.user_ns["_capture"] == "mine"


def test_the_magics_are_registered_for_lines_and_cells() -> None:
    shell = Shell()
    notebook.register(shell)
    assert {name: kind for name, (_, kind) in shell.magics.items()} == {
        "explain": "line_cell",
        "run_explained": "cell",
    }


def test_a_call_is_named_by_module_and_function() -> None:
    found = notebook.called_with(scaled, (1,), {"factor": 2}, "explain")
    assert (found.name, found.args, found.kwargs) == (
        f"{__name__}:scaled",
        (1,),
        {"factor": 2},
    )


@pytest.mark.parametrize(
    ("function", "said"),
    [(3, r"3 cannot be called; .*explain\(f, x\)"), (later, "coroutine function")],
)
def test_what_cannot_be_explained_is_refused(function: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        notebook.called_with(function, (), {}, "explain")


def test_what_cannot_be_copied_is_shared() -> None:
    import threading

    given = (threading.Lock(), [1])
    assert notebook._copied_if_possible(given) is given
    copied = notebook._copied_if_possible(([1],))
    assert copied == ([1],)


def test_passes_know_the_machine_s_cache_and_memory() -> None:
    found = notebook.effort_of(MACHINE)
    assert found.last_cache_bytes == MACHINE.facts.last_cache_bytes
    assert found.memory_bytes == MACHINE.facts.memory_bytes


def test_an_explanation_shows_itself_as_screen_document_and_page() -> None:
    import json

    stored = stored_explanation(advised=False)
    found = notebook.NotebookView(stored.explained, stored.machine, None, stored.baselines_s)
    assert str(found).lstrip().startswith("features")
    assert json.loads(found.to_json()).keys() == found.document().keys()
    assert "<iframe" in found._repr_html_()
