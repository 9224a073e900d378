"""Random numbers that a loop draws one by one, drawn before it in one call.

The rest of the loop stays as it is: this serves where no array expression is known for it. The
numbers are the same, and the stream is where it would be, where every iteration draws once.
"""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
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
    counted = isinstance(loop.iter, ast.Call) and (
        function.qualified(loop.iter.func) == "builtins.range" and len(loop.iter.args) == 1
    )
    if not counted or not isinstance(loop.target, ast.Name) or loop.orelse:
        return
    inside = [n for statement in loop.body for n in ast.walk(statement)]
    draws = [n for n in inside if _is_random(function, n)]
    counter = loop.target.id
    set_again = any(
        isinstance(n, ast.Name) and n.id == counter and isinstance(n.ctx, ast.Store)
        for n in inside
    )
    if len(draws) != 1 or set_again or any(isinstance(n, _LEAVING) for n in inside):
        return
    (call,) = draws
    assert isinstance(call, ast.Call)
    assert isinstance(loop.iter, ast.Call)
    text = _of_many(function, call, function.text_of(loop.iter.args[0]), changed | {counter})
    around = [p for p in function.around(call) if p in inside]
    if not text or any(isinstance(p, (*_SOMETIMES, *_COMPREHENSIONS)) for p in around):
        return
    for converted in (".tolist()", ""):
        yield [
            rewriting.edit(function, call, f"draws[{counter}]"),
            *rewriting.inserted(function, {loop.lineno: [f"draws = {text}{converted}"]}),
        ]


def _is_random(function: Function, node: ast.AST) -> bool:
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
