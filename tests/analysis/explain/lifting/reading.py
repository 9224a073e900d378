"""Expressions of a loop's body read as terms, without lifting a whole function."""

import ast
import textwrap

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.lifting.calls import called
from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.loops.iteration import comprehended
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import Index, Label, Term
from profiler_suite.analysis.explain.lifting.nouns import Lifting
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

FUNCTION = "def f(x, y, m, n, s, rows, labels, df):\n    return x"
HELD = {
    "x": "float64 (5,)",
    "y": "float32 (5,)",
    "m": "float64 (5, 3)",
    "n": "int 4",
    "s": "float",
    "rows": "int64 (5,)",
    "labels": "int64 (5,)",
    "df": "DataFrame",
}


def facts_of(text: str = FUNCTION, **held: str) -> Facts:
    """What is known of a function's names; by default of x, y, m, n, s, rows, labels."""
    (function,) = ast.parse(textwrap.dedent(text)).body
    return Facts(function, held or HELD, "np")


def scope_of(text: str = FUNCTION, **held: str) -> Scope:
    return Scope(facts_of(text, **held), frozenset())


def reader_of(text: str = FUNCTION, **held: str) -> Reader:
    return Reader(scope_of(text, **held), called, comprehended)


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def call(text: str) -> ast.Call:
    node = expression(text)
    assert isinstance(node, ast.Call)
    return node


def loop(text: str) -> ast.For:
    (node,) = ast.parse(textwrap.dedent(text)).body
    assert isinstance(node, ast.For)
    return node


def read(text: str, reader: Reader | None = None) -> Term:
    return (reader or reader_of()).read(expression(text))


def within(reader: Reader, name: str, count: str | int) -> Label:
    """A loop of that counter around what is read from now on."""
    number = Poly.number(count) if isinstance(count, int) else Poly.atom(count)
    label = reader.scope.label(number, name, len(reader.scope.loops))
    reader.scope.loops.append(label)
    reader.scope.env[name] = Index(label.index, (label,))
    return label


def lifted_text(
    body: str, names: dict[str, str], *helpers: str, local: tuple[str, ...] = ()
) -> Lifting:
    """What is found for the body of a function whose names hold these."""

    def source(text: str, held: dict[str, str]) -> Function:
        return Function(
            SourceText(file="f.py", function="f", first_line=1, text=text, names=held)
        )

    given = ", ".join(name for name in names if name not in local)
    text = f"def f({given}):\n{textwrap.indent(body, '    ')}\n"
    return lift(source(text, names), helpers=[source(each, {}) for each in helpers])
