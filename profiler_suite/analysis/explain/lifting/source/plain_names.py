"""Functions under names of their own as parts of their modules, slices where they are used."""

from __future__ import annotations

import ast

from profiler_suite.analysis.explain.lifting.source.named_slices import with_slices_in_place
from profiler_suite.analysis.explain.rewriting import Function

_SLICES = ("slice(", "s_[", "index_exp[")
_MODULES = ("math", "numpy", "numpy.linalg", "numpy.fft", "numpy.random", "scipy.linalg")


def with_plain_names(function: Function) -> Function:
    """The function with `sin(x)` as `math.sin(x)`, and `rows = slice(3)`, `x[rows]` as `x[:3]`.

    The same object where there is no such name; else another one with a tree of its own.
    """
    names = {name: full for name, bound in function.bound.items() if (full := _full(bound))}
    shown = {
        name: _under(function.numpy, full)
        for name, full in names.items()
        if full not in (name, "numpy") and _under(function.numpy, full) != name
    }
    if not shown and not any(each in function.text for each in _SLICES):
        return function
    own = Function(function.source)
    sliced = with_slices_in_place(own.node)
    if not shown and not sliced:
        return function
    if shown:
        _ModuleNames(shown).visit(own.node)
        ast.fix_missing_locations(own.node)
    return own


def _full(bound: str) -> str:
    """The public name of a module or function of these modules; '' for anything else."""
    owner = bound.rpartition(".")[0]
    return bound if bound in _MODULES or owner in _MODULES else ""


def _under(numpy: str, full: str) -> str:
    return f"{numpy}{full.removeprefix('numpy')}" if full.startswith("numpy.") else full


class _ModuleNames(ast.NodeTransformer):
    """Names as attributes of modules."""

    def __init__(self, shown: dict[str, str]) -> None:
        self._shown = shown

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The name, or what it stands for."""
        if not isinstance(node.ctx, ast.Load) or node.id not in self._shown:
            return node
        made = ast.parse(self._shown[node.id], mode="eval").body
        for each in ast.walk(made):
            ast.copy_location(each, node)
        return made
