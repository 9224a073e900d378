"""Rules about threads: more or fewer than the work can use."""

import msgspec
import numpy as np
import pytest

from profiler_suite.analysis.explain.rules.observed import Observation
from profiler_suite.analysis.explain.rules.registry import find_rule
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.rules.tables import Silent, check_silent

A = np.random.default_rng(12).random((40, 7))


@pytest.mark.parametrize(
    "case",
    [
        Silent("threads", "def f(a):\n    return a.sum()\n", lambda: (A,)),
        Silent("oversubscription", "def f(a):\n    return a @ a.T\n", lambda: (A,)),
    ],
    ids=lambda c: c.rule,
)
def test_it_is_silent_on_its_innocent_neighbour(case: Silent) -> None:
    check_silent(case)


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
