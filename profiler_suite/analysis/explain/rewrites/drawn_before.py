"""Random numbers that a loop draws one by one, drawn before it in one call.

The rest of the loop stays as it is: this serves where no array expression is known for it. The
numbers are the same, and the stream is where it would be, where every iteration draws once.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

# One number each where no size is given; in NumPy 2 n of them and one call for n are the same.
# How many arguments come before the size.
_DRAWS = {
    **dict.fromkeys(("random", "standard_normal", "standard_exponential", "random_sample"), 0),
    **dict.fromkeys(("rand", "randn"), 0),
    **dict.fromkeys(("exponential", "poisson", "geometric", "weibull", "rayleigh"), 1),
    **dict.fromkeys(("normal", "uniform", "gamma", "beta", "binomial", "lognormal"), 2),
    **dict.fromkeys(("laplace", "logistic", "gumbel", "integers", "randint"), 2),
    "choice": 1,
}
_BY_POSITION = ("rand", "randn")
_OPTIONS = ("loc", "scale", "low", "high", "lam", "shape", "n", "p", "a", "b")
_LEAVING = (ast.Break, ast.Continue, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Await)
_SOMETIMES = (ast.If, ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.Try, ast.Lambda, ast.With)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def of_loop(function: Function, loop: ast.For, changed: set[str]) -> Iterator[list[Edit]]:
    """The loop with its one draw before it, as an array or as a list; nothing for others.

    `changed` are the names that the loop changes.
    """
    head = _head(function, loop)
    if head is None or loop.orelse:
        return
    inside = [n for statement in loop.body for n in ast.walk(statement)]
    draws = [n for n in inside if is_random(function, n)]
    set_again = any(
        isinstance(n, ast.Name) and n.id in head.bound and isinstance(n.ctx, ast.Store)
        for n in inside
    )
    if len(draws) != 1 or set_again or any(isinstance(n, _LEAVING) for n in inside):
        return
    (call,) = draws
    assert isinstance(call, ast.Call)
    text = _of_many(function, call, head.count, changed | head.bound)
    around = [p for p in function.around(call) if p in inside]
    if not text or any(isinstance(p, (*_SOMETIMES, *_COMPREHENSIONS)) for p in around):
        return
    for converted in (".tolist()", ""):
        yield [
            rewriting.edit(function, call, head.drawn),
            *head.edits,
            *rewriting.inserted(function, {loop.lineno: [f"draws = {text}{converted}"]}),
        ]


@dataclass(frozen=True)
class _Head:
    """How often a loop runs, and how one of the numbers drawn before it is written in it."""

    count: str
    bound: frozenset[str]
    drawn: str
    edits: tuple[Edit, ...] = ()


def _head(function: Function, loop: ast.For) -> _Head | None:
    """Of `for i in range(n)`, or of a loop over a list or an array; None for others."""
    bound = frozenset(syntax.bound_names(loop.target))
    if isinstance(loop.iter, ast.Call):
        counts = function.qualified(loop.iter.func) == "builtins.range"
        if counts and len(loop.iter.args) == 1 and isinstance(loop.target, ast.Name):
            count = function.text_of(loop.iter.args[0])
            return _Head(count, bound, f"draws[{loop.target.id}]")
        return None
    form = forms.of(function, loop.iter)
    listed = form is not None and (form.dtype in ("list", "tuple") or form.kind == "array")
    if not listed or not isinstance(loop.iter, ast.Name | ast.Attribute):
        return None
    values = function.text_of(loop.iter)
    drawn = rewriting.new_name(function, "draw")
    target = function.text_of(loop.target)
    if isinstance(loop.target, ast.Tuple) and not target.startswith("("):
        target = f"({target})"
    (start, _), (_, end) = function.span(loop.target), function.span(loop.iter)
    pairs = Edit(start=start, end=end, text=f"{target}, {drawn} in zip({values}, draws)")
    return _Head(f"len({values})", bound, drawn, (pairs,))


def is_random(function: Function, node: ast.AST) -> bool:
    """Whether something is asked of a generator, or of numpy.random."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    form = forms.of(function, owner)
    held = form is not None and form.dtype in ("Generator", "RandomState")
    return held or function.qualified(owner) == "numpy.random"


def _of_many(function: Function, call: ast.Call, count: str, changed: set[str]) -> str:
    """The call for as many numbers; empty where it draws several, or differs each time."""
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    given = [*call.args, *(k.value for k in call.keywords)]
    names = {n.id for each in given for n in ast.walk(each) if isinstance(n, ast.Name)}
    plain = all(
        k.arg in _OPTIONS
        or (k.arg == "replace" and isinstance(k.value, ast.Constant) and k.value.value is True)
        for k in call.keywords
    )
    if name not in _DRAWS or names & changed or not plain or len(call.args) > _DRAWS[name]:
        return ""
    if any(isinstance(n, ast.Call | ast.Starred) for each in given for n in ast.walk(each)):
        return ""
    texts = [function.text_of(each) for each in call.args]
    texts += [f"{k.arg}={function.text_of(k.value)}" for k in call.keywords]
    texts.append(count if name in _BY_POSITION else f"size={count}")
    return f"{function.text_of(call.func)}({', '.join(texts)})"
