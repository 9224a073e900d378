"""Filters by a key that are repeated."""

import pytest

from profiler_suite.analysis.explain.rewrites import key_filters
from tests.analysis.explain.rules.own_function import Own

ROWS = [{"k": n % 3, "v": n} for n in range(12)]
KEYS = [2, 0, 5]


def texts(body: str) -> list[str]:
    text = f"def f(rows, keys):\n    out = []\n{body}    return out\n"
    own = Own(text, ROWS, KEYS, traced=False)
    kept = key_filters.kept_by_key(own.observed.functions[0])
    return [] if kept is None else [each.text for each in kept.edits]


@pytest.mark.parametrize(
    ("filtered", "expected"),
    [
        ("[r['v'] for r in rows if r['k'] == k]", "rows_by_key.get(k, ())"),
        ("{r['v'] for r in rows if k + 1 == r['k'] and r['v']}", "rows_by_key.get(k + 1, ())"),
        ("[r for n, r in enumerate(rows) if n == k]", "rows_by_key.get(k, ())"),
        (
            "next((r for r in rows if str(r['k']) == str(k)), None)",
            "rows_by_key.get(str(k), ())",
        ),
    ],
)
def test_what_is_filtered_for_each_key_is_kept_by_it(filtered: str, expected: str) -> None:
    found = texts(f"    for k in keys:\n        out.append({filtered})\n")
    expected = expected.replace("rows_by_key.get(k, ())", "rows_by_key.get(k, ())")
    assert expected in found


def test_a_loop_for_equal_keys_loses_its_test() -> None:
    found = texts(
        "    for k in keys:\n        for r in rows:\n            if r['k'] == k:\n"
        "                out.append(r['v'])\n                break\n"
    )
    assert "            out.append(r['v'])\n            break\n" in found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "    for k in keys:\n        for r in rows:\n            if r['k'] != k:\n"
            "                continue\n            out.append(r['v'])\n",
            ["rows_by_key.get(k, ())", ""],
        ),
        (
            "    for k in keys:\n        for j in range(len(rows)):\n"
            "            if rows[j]['k'] == k:\n                out.append(j)\n",
            ["rows_by_key.get(k, ())", "            out.append(j)\n"],
        ),
        (
            "    for k in keys:\n        if not any(r['k'] == k for r in rows):\n"
            "            out.append(k)\n",
            ["(k in rows_by_key)"],
        ),
    ],
)
def test_other_ways_to_search_are_seen(body: str, expected: list[str]) -> None:
    assert [each for each in texts(body) if not each.strip().startswith("rows_by_key =")] == (
        expected
    )


@pytest.mark.parametrize(
    "body",
    [
        # Other conditions, of which any tells.
        "    for k in keys:\n        out.append(any(r['k'] == k and r['v'] for r in rows))\n",
        # More than equal keys.
        "    for k in keys:\n        for r in rows:\n            if r['k'] < k:\n"
        "                continue\n            out.append(r['v'])\n",
        # Once.
        "    k = 1\n    out = [r['v'] for r in rows if r['k'] == k]\n",
        # The list grows.
        "    for k in keys:\n        rows.append({'k': k})\n"
        "        out += [r for r in rows if r['k'] == k]\n",
        # Keys change.
        "    for k in keys:\n        for r in rows:\n            if r['k'] == k:\n"
        "                r['k'] = 9\n",
        "    for k in keys:\n        out += [r for r in rows if r['k'] == k]\n"
        "        for r in rows:\n            r.update(k=5)\n",
        # What is wanted changes on the way.
        "    for k in keys:\n        for r in rows:\n            if r['k'] == k:\n"
        "                k = r['v']\n",
        # Other keys, and more than equal ones.
        "    for k in keys:\n        out += [r for r in rows if r['k'] > k]\n",
        "    for k in keys:\n        out += [r for r in rows if r['k'] == k or r['v'] == k]\n",
        # The last row of all is wanted.
        "    for k in keys:\n        for r in rows:\n            if r['k'] == k:\n"
        "                out.append(k)\n    out.append(r)\n",
        # Something else happens for every row.
        "    for k in keys:\n        for r in rows:\n            out.append(1)\n"
        "            if r['k'] == k:\n                out.append(k)\n",
        # A function that may do anything.
        "    for k in keys:\n        out += [r for r in rows if rows.index(r) == k]\n",
    ],
)
def test_other_loops_stay(body: str) -> None:
    assert texts(body) == []


def test_a_join_in_one_comprehension_is_one_pass() -> None:
    found = texts("    out = [(k, r['v']) for k in keys for r in rows if r['k'] == k]\n")
    assert "rows_by_key.get(k, ())" in found
