"""What stands before a rewritten function: imports and helpers, by names that it has."""

import re
from collections.abc import Sequence

from profiler_suite.analysis.explain.rewriting import Function

_MODULES = {"np": "numpy", "pd": "pandas"}


def prelude(function: Function, helpers: Sequence[str], used: str = "") -> tuple[str, ...]:
    """What must stand before a function for these helpers, and what it uses, to work there."""
    needed = [
        f"import {module} as {name}"
        for name, module in _MODULES.items()
        if re.search(rf"\b{name}\.", used) and module not in function.source.bound.values()
    ]
    helpers = [*(line for line in needed if line not in helpers), *helpers]
    text = "\n".join(helpers)
    imports = []
    known = set(function.source.bound.values())
    if "np" in text and "numpy" not in known and function.source.bound:
        imports.append("import numpy as np")
    for line in helpers:
        module = line.removeprefix("import ") if line.startswith("import ") else ""
        module, _, name = module.partition(" as ")
        if module and (function.source.bound.get(name or module) == module):
            continue
        if module and not name and module in known:
            continue
        imports.append(line)
    return tuple(dict.fromkeys(imports))


def localised(function: Function, text: str) -> str:
    """SciPy's modules by the names that the function's own module has for them."""
    if text.startswith("import "):
        return text
    names = {v: k for k, v in function.source.bound.items() if v.startswith("scipy.")}
    for module, name in names.items():
        text = text.replace(f"{module}.", f"{name}.") if name.islower() else text
    return text
