"""Rules about loops, threads, and what arrays cannot do; and the choice among trials."""

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.analysis.explain.rules.registry import find_rule
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import (
    Fires,
    Refused,
    Silent,
    check_fires,
    check_refused,
    check_silent,
)

rng = np.random.default_rng(12)
A = rng.random((40, 7))
V = rng.random(40)

FIBONACCI = """
def f(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, (a * a + b) % 1000003
    return a
"""


@pytest.mark.parametrize(
    "case",
    [
        Fires(
            "lifted_loop",
            """
            def f(a):
                out = np.empty(len(a))
                for i in range(len(a)):
                    out[i] = a[i].sum() * 2  # of each row
                return out
            """,
            lambda: (A,),
            "a.sum(axis=1) * 2",
        ),
        Fires(
            "generator_loop",
            """
            def windows(x, size):
                for i in range(len(x) - size + 1):
                    yield x[i : i + size]

            def f(x):
                found = []
                for w in windows(x, 5):
                    found.append(w.max())
                return np.array(found)
            """,
            lambda: (V,),
            "sliding_window_view(x, 5)",
        ),
        Fires(
            "progress_prints",
            """
            def f(x):
                out = np.zeros(len(x))
                for i in range(len(x)):
                    out[i] = x[i] * x[i]
                    if i % 10 == 0:
                        print(i)
                return out
            """,
            lambda: (V,),
            "out[:] = x * x",
        ),
        Fires(
            "lifted_loop",
            "def f(x):\n    t = 0.0\n    for v in x:\n        t += v * v\n    return t\n",
            lambda: (V,),
            "x",
        ),
    ],
    ids=lambda c: c.rule,
)
def test_it_fires(case: Fires) -> None:
    check_fires(case)


@pytest.mark.parametrize(
    "case",
    [
        Silent("lifted_loop", FIBONACCI, lambda: (9,)),
        Silent(  # it goes on where it was
            "generator_loop",
            "def g(x):\n    total = 0.0\n    for v in x:\n        total = total * total + v\n"
            "        yield total\n\n\ndef f(x):\n    return [v for v in g(x)]\n",
            lambda: (V,),
        ),
        Silent(  # what it prints changes as it goes
            "progress_prints",
            "def f(x):\n    t = 0.0\n    for v in x:\n        t += v\n        print(t)\n",
            lambda: (V,),
        ),
        Silent("batch", "def f(a):\n    return a.sum(axis=1)\n", lambda: (A,)),
        Silent("gemm", "def f(a, x):\n    return a @ x\n", lambda: (A, A[0])),
        Silent("threads", "def f(a):\n    return a.sum()\n", lambda: (A,)),
        Silent("compiler", "def f(a):\n    return a.sum()\n", lambda: (A,)),
        Silent("oversubscription", "def f(a):\n    return a @ a.T\n", lambda: (A,)),
    ],
    ids=lambda c: c.rule,
)
def test_it_is_silent_on_its_innocent_neighbour(case: Silent) -> None:
    check_silent(case)


def test_a_lifted_loop_is_refused_when_a_term_swallows_the_others() -> None:
    check_refused(
        Refused(
            "lifted_loop",
            "def f(x):\n    t = 0.0\n    for v in x:\n        t += v\n    return t\n",
            lambda: (np.r_[1e30, np.ones(200), -1e30],),
        )
    )


def test_the_loop_of_a_generator_is_refused_when_a_term_swallows_the_others() -> None:
    check_refused(
        Refused(
            "generator_loop",
            "def g(x):\n    for v in x:\n        yield v\n\n\n"
            "def f(x):\n    t = 0.0\n    for v in g(x):\n        t += v\n    return t\n",
            lambda: (np.r_[1e30, np.ones(200), -1e30],),
        )
    )


def test_printing_apart_is_refused_when_a_term_swallows_the_others() -> None:
    check_refused(
        Refused(
            "progress_prints",
            "def f(x):\n    t = 0.0\n    for v in x:\n        print('.')\n        t += v\n"
            "    return t\n",
            lambda: (np.r_[1e30, np.ones(200), -1e30],),
        )
    )


def test_many_small_calls_are_a_hint_with_one_call_for_all() -> None:
    own = Own(
        "def f(a):\n    t = []\n    for r in a:\n        t.append(np.exp(r))\n    return t\n", A
    )
    (finding,) = own.findings("batch")
    assert finding.hint
    assert finding.trial.kind == "batch"


def test_a_matrix_times_many_vectors_is_one_product() -> None:
    own = Own(
        "def f(a, m):\n    t = []\n    for r in a:\n        t.append(m @ r)\n    return t\n",
        A,
        np.ones((5, 7)),
    )
    (finding,) = own.findings("gemm")
    assert "matrix by matrix" in finding.title


def test_a_carried_recursion_is_for_a_compiler_also_where_none_is_installed() -> None:
    for text in (
        FIBONACCI,
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
    ):
        own = Own(text, 9)
        (finding,) = own.findings("compiler")
        assert finding.stands
        assert finding.trial.kind == "compiled"
        assert "not NumPy" in finding.title


def test_threads_are_tried_for_large_products_only() -> None:
    own = Own("def f(a):\n    return a @ a\n", np.ones((100, 100)))
    tried = {each.trial.threads for each in own.findings("threads")}
    assert tried
    assert 1 not in tried


def test_pools_of_workers_want_one_thread_each() -> None:
    own = Own(
        "from concurrent.futures import ThreadPoolExecutor\n\n"
        "def f(a):\n    with ThreadPoolExecutor(2) as p:\n"
        "        return list(p.map(np.sum, a))\n",
        A,
        traced=False,
    )
    explained = msgspec.structs.replace(own.observed.explained, threads=4)
    seen = Observation(explained, own.observed.machine)
    (finding,) = find_rule("oversubscription").find(seen)
    assert finding.trial.threads == 1
    assert finding.hint


def test_sums_in_dictionaries_are_loops_that_need_no_compiler() -> None:
    assert find_rule("sums_in_dictionary").family == find_rule("lifted_loop").family
