"""What each rule's test needs: where it fires, where it is silent, where it is refused."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd
import pytest
import scipy

from tests.analysis.explain.rules.own_function import Own

SCIPY = tuple(map(int, scipy.__version__.split(".")[:2]))
Arguments = Callable[[], tuple[Any, ...]]


class Fires(NamedTuple):
    rule: str
    text: str
    arguments: Arguments
    expected: str
    """In the rewritten source."""
    pandas: int = 0
    """Major version of pandas from which the answers agree; with an older one it is refused."""


class Silent(NamedTuple):
    rule: str
    text: str
    arguments: Arguments


class Refused(NamedTuple):
    """The rule may fire, but the check finds the answers to differ."""

    rule: str
    text: str
    arguments: Arguments
    scipy: tuple[int, ...] = ()
    """Version of SciPy from which the answers agree; always refused without one."""


def check_fires(case: Fires) -> None:
    """It is found with and without a trace, says what is expected, and agrees."""
    for traced in (True, False):
        own = Own(case.text, *case.arguments(), traced=traced)
        found = [f for f in own.findings(case.rule) if f.trial.kind == "rewrite"]
        assert found, f"{case.rule} is silent {'with' if traced else 'without'} a trace"
        sources = [f.trial.rewrites[0].source for f in found]
        assert any(case.expected in source for source in sources), sources
        agreed = [own.agreement(f) for f in found]
        if int(pd.__version__.partition(".")[0]) < case.pandas:
            assert not any(a.same for a in agreed)
            continue
        assert any(a.same for a in agreed), [a.reason for a in agreed]


def check_silent(case: Silent) -> None:
    own = Own(case.text, *case.arguments())
    assert not own.findings(case.rule)


def check_refused(case: Refused) -> None:
    own = Own(case.text, *case.arguments(), traced=False)
    found = [f for f in own.findings(case.rule) if f.trial.kind == "rewrite"]
    assert found
    agree = bool(case.scipy) and case.scipy <= SCIPY
    assert any(own.agreement(f).same for f in found) == agree


Test = Callable[..., None]


def family_tests(
    fires: list[Fires], silent: list[Silent], refused: list[Refused]
) -> tuple[Test, Test, Test]:
    """The three tests of a family of rules, each over its table."""

    @pytest.mark.parametrize("case", fires, ids=lambda c: c.rule)
    def it_fires(case: Fires) -> None:
        check_fires(case)

    @pytest.mark.parametrize("case", silent, ids=lambda c: c.rule)
    def it_is_silent(case: Silent) -> None:
        check_silent(case)

    @pytest.mark.parametrize("case", refused, ids=lambda c: c.rule)
    def it_is_refused(case: Refused) -> None:
        check_refused(case)

    return it_fires, it_is_silent, it_is_refused
