"""Compiled functions that packages looked up once and keep: they have to be looked up again."""

import gc
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from profiler_suite.measure.trace import sites
from profiler_suite.measure.trace.compiled import ForeignCall
from profiler_suite.measure.trace.memories import CACHE_CLASS
from profiler_suite.measure.trace.reach.package_tables import COMPILED_CALLABLES, remembered


def forget(modules: Iterable[ModuleType]) -> None:
    """Empty the memories in which packages keep compiled functions that they looked up.

    What was looked up before a trace is the function that does not count, and what is looked
    up within it the one that does: both have to be looked up again.
    """
    for module in modules:
        for cache in _caches_of(module):
            if any(map(_is_compiled, _answers(cache))):
                cache.cache_clear()
    # SciPy has memories of its own for routines of LAPACK and BLAS.
    for module_name, name in (("lapack", "get_lapack_funcs"), ("blas", "get_blas_funcs")):
        found = getattr(sys.modules.get(f"scipy.linalg.{module_name}"), name, None)
        memo = getattr(found, "memo", None)
        if isinstance(memo, dict):
            memo.clear()


@remembered
def _caches_of(module: ModuleType) -> tuple[Any, ...]:
    """Remembering functions of a package and of its classes; a user's remember as they like."""
    file = getattr(module, "__file__", None)
    if file is None or sites.is_standard_file(file) or sites.is_users_module(module.__name__):
        return ()
    values = list(vars(module).values())
    for kind in [each for each in values if isinstance(each, type)]:
        if kind.__module__ == module.__name__:
            values += [getattr(each, "__func__", each) for each in vars(kind).values()]
    return tuple(each for each in values if type(each) is CACHE_CLASS)


def _answers(cache: Any) -> Iterator[Any]:
    """What it keeps: in a dict where there is no limit, else beside its keys."""
    for held in gc.get_referents(cache):
        yield held
        if type(held) is dict:
            yield from held.values()


def _is_compiled(value: Any) -> bool:
    return type(value) is ForeignCall or type(value).__name__ in COMPILED_CALLABLES
