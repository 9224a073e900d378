"""A cell becomes a function of what it works on, and its text stays as it is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.explain.answers.same_answer import copied
from profiler_suite.workloads.notebook_cell import function_of


def call(cell: str, **namespace: Any) -> Any:
    """What the cell returns, which a cell does not: it sets the notebook's `seen`."""
    function, names = function_of(cell, namespace)
    return function(*copied(tuple(namespace[name] for name in names)))


@pytest.mark.parametrize(
    "cell",
    [
        's = """x\ny"""\nassert s == "x\\ny", repr(s)',
        "s = '''x\n  y\n'''\nassert s == 'x\\n  y\\n', repr(s)",
        's = r"""\\n\nb"""\nassert s == "\\\\n\\nb", repr(s)',
        'k = 2\ns = f"""a\n{k +\n  1}\nb"""\nassert s == "a\\n3\\nb", repr(s)',
        's = "a\\\nb"\nassert s == "ab", repr(s)',
        'if True:\n    s = """x\n y"""\n    t = 1\nassert s == "x\\n y", repr(s)',
        's = b"""x\ny"""\nassert s == b"x\\ny", repr(s)',
        '"""a\nb"""\nx = 1',
        's = ("""a\n""", """b\n c""")\nassert s == ("a\\n", "b\\n c"), s',
    ],
)
def test_text_in_strings_is_never_changed(cell: str) -> None:
    call(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("a = a + 1\nseen.append(a.sum())", 6.0),
        ("a += 1\nseen.append(a.sum())", 6.0),
        ("a[0] = 7\nseen.append(a.sum())", 9.0),
        ("for _ in range(2):\n    a = a * 2\nseen.append(a.sum())", 12.0),
        ("if a.sum() > 100:\n    b = 1\nelse:\n    b = a.sum()\nseen.append(b)", 3.0),
        ("a, b = a * 2, a\nseen.append(a.sum() + b.sum())", 9.0),
        ("def g():\n    return a.sum()\nseen.append(g())", 3.0),
        ("seen.append(sum(x for x in a))", 3.0),
    ],
)
def test_a_cell_that_assigns_what_it_reads_finds_it_each_time(cell: str, value: float) -> None:
    a = np.ones(3)
    seen: list[float] = []

    class Seen:  # is not copied, as a list would be
        append = seen.append

    for _ in range(2):
        call(cell, a=a, seen=Seen(), np=np)
    assert seen == [value, value]
    assert a.tolist() == [1, 1, 1]


def test_arguments_are_the_values_that_it_works_on() -> None:
    space = {"a": np.ones(2), "f": len, "np": np, "unused": 1, "out": 3, "k": [1], "i": 2}
    cell = "import math\nout = a * 2\nfor i in range(3):\n    k.append(f(a))\n"
    _, names = function_of(cell, space)
    assert sorted(names) == ["a", "k"]


def test_a_name_that_is_assigned_for_the_notebook_stays_global() -> None:
    cell = "def g():\n    global total\n    total = total + 1\ng()\nassert total == 3"
    call(cell, total=2)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "holds no code"),
        ("# only words\n\n# and more", "holds no code"),
        ("pass", "holds no code"),
        ("%time x", "a line for IPython, '%time x'"),
        ("x = 1\n!ls -l", "a line for IPython, '!ls -l'"),
        ("%%timeit\nx", "a line for IPython"),
        ("files = !ls", "a line for IPython, 'files = !ls'"),
        ("x = %pwd", "a line for IPython"),
        ("?len", "a line for IPython"),
        ("len?", "a line for IPython"),
        ("x = = 2", "not valid Python: invalid syntax (line 1)"),
        ("x = 1\nreturn x", "not valid Python"),
        ("await f()", "not valid Python"),
        ("from math import *", "cannot be made a function"),
        ("x = '\x00'", "not valid Python"),
        ("if 1:\nx", "not valid Python"),
    ],
)
def test_what_is_no_code_is_refused_in_one_sentence(cell: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        function_of(cell, {"f": len, "x": 1})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [f"UsageError: {caught.value}"]


def test_a_percent_sign_in_code_is_no_magic() -> None:
    call("x = 7 % 3\ny = '%d' % x\nz = x != 2")


def test_lines_keep_their_numbers_and_text() -> None:
    import inspect

    function, _ = function_of("b = a * 2\n\nc = b + 1\n", {"a": 1})
    lines, first = inspect.getsourcelines(function)
    assert first == 1
    assert [each.strip() for each in lines] == ["def cell(a):", "b = a * 2", "", "c = b + 1"]


class Shell:
    """What IPython gives an extension."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.magic: Callable[..., Any] = lambda: None

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert (kind, name) in (("line_cell", "explain"), ("cell", "run_explained"))
        if name == "explain":
            self.magic = function


@pytest.mark.parametrize("line", ["f(a)", "f(a);", "  f(a) ; ", "f(a)  # why", "f(x=a)"])
def test_a_line_is_a_call_however_it_ends(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from profiler_suite import notebook

    called: list[Any] = []
    monkeypatch.setattr(notebook, "explain", lambda *args, **kw: called.append((args, kw)))
    shell = Shell()
    notebook.register(shell)
    shell.user_ns = {"f": len, "a": 3}
    shell.magic(line)
    (((function, *rest), keywords),) = called
    assert function is len
    assert [*rest, *keywords.values()] == [3]


@pytest.mark.parametrize("line", ["", "f", "f(a", "a = f(a)", "f(a); g(a)", "!ls", "x\0y"])
def test_a_line_that_is_no_call_is_refused(line: str) -> None:
    from profiler_suite import notebook

    shell = Shell()
    notebook.register(shell)
    with pytest.raises(UsageError, match="takes a call such as"):
        shell.magic(line)


def test_a_value_may_have_the_name_of_a_function_of_pythons() -> None:
    function, names = function_of("sum = sum + x", {"sum": 1, "x": 2})
    assert set(names) == {"sum", "x"}
    assert function(*(1 for _ in names)) is None
    _, names = function_of("y = sum(x)", {"x": [2], "sum": sum})
    assert names == ("x",)
