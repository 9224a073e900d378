"""No rule without a test that it fires, one that it is silent, and one that it is refused.

Where a rewrite is exact by its form nothing inexact can be found for it: then one that is
spoilt by a hundredth is refused, which every rule's rewrites are tried for.
"""

import ast
import importlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.analysis.explain.rules.registry import catalogue
from profiler_suite.model.trial import TrialKind
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Fires, Refused, Silent

_HERE = Path(__file__).parent
_MODULES = [
    importlib.import_module(f"{__package__}.{path.stem}")
    for path in sorted(_HERE.glob("test_*.py"))
    if path.stem not in ("test_every_rule", "test_registry", "test_gains")
]
# What is tried otherwise than by a rewrite: the test functions that stand for the tables.
_HINT = "its answer is compared by nobody: it is a hint, and says so"
ELSEWHERE: dict[str, tuple[str, str]] = {
    "real_for_complex": ("test_a_real_part_is_offered_only_where_the_rest_is_zero",) * 2,
    "out": (
        "test_buffers_are_for_one_size",
        "test_a_result_that_lives_in_a_buffer_is_refused",
    ),
    "batch": ("test_many_small_calls_are_a_hint_with_one_call_for_all", _HINT),
    "gemm": ("test_a_matrix_times_many_vectors_is_one_product", _HINT),
    "threads": ("test_threads_are_tried_for_large_products_only", _HINT),
    "oversubscription": ("test_pools_of_workers_want_one_thread_each", _HINT),
    "compiler": (
        "test_a_carried_recursion_is_for_a_compiler_also_where_none_is_installed",
        _HINT,
    ),
    "called_from_python": (
        "test_a_callback_without_a_form_is_named_where_it_takes_the_time",
        _HINT,
    ),
    "kept_list_searched": ("test_a_list_that_an_object_keeps_is_searched_slowly", _HINT),
    "kept_matrix_solved": ("test_a_matrix_that_is_kept_is_factorised_once", _HINT),
    "scaled_by_column": (
        "test_a_scaler_for_every_column_takes_all",
        "test_a_scaler_that_changes_what_it_is_given_is_refused",
    ),
    "called_per_iteration": ("test_a_call_of_a_library_per_iteration_is_named", _HINT),
    "solver_callback": ("test_what_a_solver_calls_back_is_a_hint_with_its_name", _HINT),
    "prime_fft": ("test_what_gives_another_answer_is_a_hint", _HINT),
    "shuffled_one_by_one": ("test_permutations_of_a_loop_in_one_call_are_a_hint", _HINT),
    "legacy_random": ("test_what_gives_another_answer_is_a_hint", _HINT),
}
NAMES = [each.name for each in catalogue()]


def cases(kind: type) -> list[Any]:
    """Every case of this kind in the tables and in the parameters of this room's tests."""
    found = []
    for module in _MODULES:
        for value in list(vars(module).values()):
            marks = getattr(value, "pytestmark", [])
            lists = [mark.args[1] for mark in marks if mark.name == "parametrize"]
            for each in [value, *lists]:
                if isinstance(each, list):
                    found += [case for case in each if isinstance(case, kind)]
    return found


def is_test(name: str) -> bool:
    return any(callable(getattr(module, name, None)) for module in _MODULES)


FIRES = {case.rule: case for case in cases(Fires)}
SILENT = {case.rule for case in cases(Silent)}
REFUSED = {case.rule for case in cases(Refused)}


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_its_three_tests(name: str) -> None:
    fires, refused = ELSEWHERE.get(name, ("", ""))
    assert name in FIRES or is_test(fires), f"no test that {name} fires"
    assert name in SILENT, f"no test that {name} is silent on its neighbour"
    # A rewrite is refused in a table, or spoilt below.
    assert name in REFUSED or name in FIRES or refused == _HINT or is_test(refused), name


def test_what_stands_elsewhere_is_of_the_catalogue() -> None:
    assert set(ELSEWHERE) <= set(NAMES)


_SPOIL = """

def _spoilt(value):
    if isinstance(value, tuple | list):
        return type(value)([_spoilt(each) for each in value])
    if hasattr(value, "iloc"):
        return value.map(lambda v: v * 1.01 + 1) if value.size else value
    array = np.array(value)
    if array.dtype.kind == "b":
        return ~array if array.ndim else not value
    if array.dtype.kind in "iu":
        return array + np.ones_like(array)
    return array * 1.01 + 0.01 if array.dtype.kind in "fc" else None
"""


class _Returns(ast.NodeTransformer):
    """Every return statement of the outermost function, spoilt."""

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if node.value is not None:
            node.value = ast.Call(ast.Name("_spoilt", ast.Load()), [node.value], [])
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        return node


def _wrapped(source: str, function: str) -> str:
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            node.body = [_Returns().visit(each) for each in node.body]
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name in FIRES and ELSEWHERE.get(name, "")[1:] != (_HINT,)],
)
def test_a_spoilt_rewrite_is_refused(name: str) -> None:
    case = FIRES[name]
    own = Own(case.text, *case.arguments(), traced=False)
    found = [each for each in own.findings(name) if each.trial.kind == "rewrite"]
    assert found
    exec("import numpy as np" + _SPOIL, own.namespace)
    (rewrite, *others) = found[0].trial.rewrites
    changed = msgspec.structs.replace(
        rewrite,
        source=_wrapped(rewrite.source, rewrite.function),
    )
    trial = msgspec.structs.replace(found[0].trial, rewrites=(changed, *others))
    agreed = own.agreement(msgspec.structs.replace(found[0], trial=trial))
    assert not agreed.same


def assert_that_no_rule_fails(text: str, arguments: tuple[Any, ...]) -> None:
    found = candidates(Own(text, *arguments).observed)
    assert not [each.evidence for each in found if each.trial.kind == TrialKind.FAILED]


@pytest.mark.parametrize(
    "body",
    [
        "    return np.sort(x.real)[::-1]\n",  # a part where others take a place
        "    k = np.fft.fftfreq(len(x))\n"  # names set for one use, one inside the other
        "    smooth = np.fft.fft(x) * np.exp(-0.5 * (k * 9) ** 2)\n"
        "    return np.fft.ifft(smooth).real\n",
    ],
)
def test_no_rule_fails_on_what_looks_like_its_own(body: str) -> None:
    assert_that_no_rule_fails(f"def f(x):\n{body}", (np.linspace(0.0, 1.0, 901),))


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [each for m in _MODULES for each in getattr(m, "FIRES", [])[::4]],
    ids=lambda case: case.rule,
)
def test_no_rule_fails_on_what_another_is_for(case: Fires) -> None:
    assert_that_no_rule_fails(case.text, case.arguments())
