"""Which loops keep lists by key, and that what is done for all keys at once is right."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import key_lists
from tests.analysis.explain.rules.own_function import Own

WAYS = {
    "setdefault": "m = {}\nfor x, b in zip(k, v):\n    m.setdefault(x, []).append(b)",
    "with a default": "m = defaultdict(list)\nfor x, b in zip(k, v):\n    m[x].append(b)",
    "looked up before": (
        "m = dict()\nfor i in range(len(k)):\n    if k[i] not in m:\n        m[k[i]] = []\n"
        "    m[k[i]].append(v[i])"
    ),
    "either way": (
        "m = {}\nfor i, x in enumerate(k):\n    b = v[i]\n    if x in m:\n"
        "        m[x].append(b)\n    else:\n        m[x] = [b]"
    ),
}
MADE = {
    "np.array([np.mean(m[x]) for x in sorted(m)])": "means_by_key",
    "{x: sum(y) / len(y) for x, y in m.items()}": "means_by_key",
    "[np.sum(y) for y in m.values()]": "sums_by_key",
    "[len(m[x]) for x in m.keys()]": "counts_by_key",
    "{x: np.max(m[x]) for x in m}": "largest_by_key",
    "[min(y) for x, y in sorted(m.items())]": "smallest_by_key",
    "{x: (np.mean(y), np.std(y)) for x, y in m.items()}": "arrays_by_key",
    "[np.median(m[x]) for x in sorted(m)]": "arrays_by_key",
}


def own(loop: str, made: str, keys: Any = None, values: Any = None) -> Own:
    generator = np.random.default_rng(3)
    keys = generator.integers(-4, 9, 400) if keys is None else keys
    values = generator.random(len(keys)) if values is None else values
    body = "".join(f"    {line}\n" for line in loop.splitlines())
    text = f"from collections import defaultdict\n\ndef f(k, v):\n{body}    return {made}\n"
    return Own(text, keys, values)


def names_of(found: Any) -> str:
    (rewrite,) = found.trial.rewrites
    return str(rewrite.source)


def test_a_reduction_is_called_what_its_helper_is() -> None:
    for each in key_lists.REDUCTIONS:
        held: dict[str, Any] = {}
        exec(each.helper, held)
        assert callable(held[each.name])


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("way", WAYS)
def test_lists_by_key_are_one_update(way: str, made: str) -> None:
    case = own(WAYS[way], made)
    found = case.findings("lists_in_dictionary")
    assert f"m.update({MADE[made]}(k, v))" in names_of(found[0])
    for each in found:
        assert case.agreement(each).same, case.agreement(each).reason


@pytest.mark.parametrize(
    ("keys", "values"),
    [
        (np.array([], dtype=int), np.array([])),
        (np.array([7]), np.array([2.0])),
        (np.array([5, 5, 2], dtype=np.uint8), np.array([1.0, 2.0, 9.0])),
        (np.array([2**62, 1, 2**62]), np.array([1.0, 2.0, 3.0])),
        (np.array([-(2**63), 3, 3]), np.array([1.0, np.nan, 3.0])),
        (np.array(["2020-01-03", "2020-01-01", "2020-01-03"], "M8[D]"), np.arange(3.0)),
    ],
    ids=["none", "one", "bytes", "far apart", "lowest", "days"],
)
@pytest.mark.parametrize(
    "made", ["{x: np.mean(y) for x, y in m.items()}", "{x: np.max(y) for x, y in m.items()}"]
)
def test_any_keys_have_the_same_answer(made: str, keys: Any, values: Any) -> None:
    usual = own(WAYS["setdefault"], made, np.array([1, 2, 1] * 50), np.arange(150.0))
    found = usual.findings("lists_in_dictionary")[0]
    changed = {**usual.namespace}
    exec(f"import numpy as np\n{names_of(found)}", changed)
    wanted = usual.function(keys, values)
    assert list(changed["f"](keys, values)) == list(wanted)
    np.testing.assert_equal([*changed["f"](keys, values).values()], [*wanted.values()])


def test_whole_numbers_are_not_added_as_floating_point_ones() -> None:
    whole = np.arange(300)
    sums = own(WAYS["setdefault"], "[np.sum(m[x]) for x in m]", whole % 7, whole)
    assert "arrays_by_key" in names_of(sums.findings("lists_in_dictionary")[0])
    most = own(WAYS["setdefault"], "[max(m[x]) for x in m]", whole % 7, whole)
    found = most.findings("lists_in_dictionary")[0]
    assert "largest_by_key" in names_of(found)
    assert "NaN" not in found.title


def test_means_of_single_precision_stay_single() -> None:
    values = np.random.default_rng(0).random(400, np.float32)
    means = own(WAYS["setdefault"], "[np.mean(m[x]) for x in m]", values=values)
    (found,) = means.findings("lists_in_dictionary")
    assert "arrays_by_key" in names_of(found)
    assert means.agreement(found).same


def test_what_python_makes_of_nan_is_said() -> None:
    found = own(WAYS["setdefault"], "[max(m[x]) for x in m]").findings("lists_in_dictionary")
    assert found[0].title.endswith("where no NaN is compared")


@pytest.mark.parametrize(
    ("loop", "made"),
    [
        ("m = {1: []}\nfor x, b in zip(k, v):\n    m.setdefault(x, []).append(b)", "len(m)"),
        ("m = {}\nfor x, b in zip(k, v):\n    m.setdefault(x, []).append(b)\n    b += 1", "m"),
        ("m = {}\nfor x, b in zip(k, v):\n    m.setdefault(b, []).append(x)", "len(m)"),
        ("m = {}\nfor x, b in zip(k, v):\n    m[x] = [b]", "len(m)"),
        ("m = {}\nfor x, b in zip(k, v):\n    m.setdefault(x, [0]).append(b)", "len(m)"),
        ("m = {}\nfor x, b in zip(k, v):\n    m.setdefault(x, []).insert(0, b)", "len(m)"),
    ],
    ids=["not empty", "does more", "real keys", "keeps the last", "begins", "inserts"],
)
def test_other_loops_stay(loop: str, made: str) -> None:
    assert own(loop, made).findings("lists_in_dictionary") == []


@pytest.mark.parametrize(
    "made",
    [
        "[np.mean(m[x]) for x in m], m[2]",
        "[np.mean(y) + y[0] for y in m.values()]",
        "[np.mean(y) for x, y in sorted(m.items(), key=len)]",
        "[np.mean(item[1]) for item in m.items()]",
        "[np.mean(m.get(x)) for x in m]",
    ],
)
def test_lists_that_are_used_otherwise_too_are_kept(made: str) -> None:
    found = own(WAYS["setdefault"], made).findings("lists_in_dictionary")
    assert ["arrays_by_key" in names_of(each) for each in found] == [True]
