"""Loops over objects as loops over arrays of their fields, or as they were."""

import textwrap

import pytest

from profiler_suite.analysis.explain.rewrites.object_fields import (
    FieldArrays,
    loops_over_fields,
    whole_arrays,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "ps[].x": "float64 (9,)",
    "ps[].n": "int64 (9,)",
    "ps[].r": "float64 (9, 3)",
    "self.qs[].x": "float64 (4,)",
}


def made(body: str) -> list[FieldArrays]:
    """What becomes of the loops of a function with this body."""
    text = f"def f(self, ps, k):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    return list(loops_over_fields(Function(source)))


def lines(body: str) -> list[str]:
    """The lines of the only function that is made."""
    (found,) = made(body)
    return [line.strip() for line in found.text.splitlines()[1:]]


def test_fields_are_gathered_read_by_place_and_given_back() -> None:
    assert lines("for p in ps:\n    p.x += 2 * p.n\nreturn 1") == [
        "ps_x = np.array([each.x for each in ps], dtype=float)",
        "ps_n = np.array([each.n for each in ps])",
        "for at_p in range(len(ps)):",
        "ps_x[at_p] += 2 * ps_n[at_p]",
        "for each, new_x in zip(ps, ps_x.tolist()):",
        "each.x = new_x",
        "return 1",
    ]


def test_what_every_iteration_sets_is_not_gathered() -> None:
    found = lines("for p in ps:\n    p.x = 2.0 * p.n")
    assert found[0] == "ps_x = np.empty(len(ps))"
    assert found[1] == "ps_n = np.array([each.n for each in ps])"
    found = lines("for p in ps:\n    if p.n:\n        p.x = 2.0")
    assert "ps_x = np.array([each.x for each in ps], dtype=float)" in found


def test_rows_are_given_back_as_arrays() -> None:
    found = lines("for p in ps:\n    p.r = 2 * p.r")
    assert found[0] == "ps_r = np.array([each.r for each in ps], dtype=float)"
    assert "for each, new_r in zip(ps, ps_r):" in found


def test_pairs_of_objects_are_pairs_of_places() -> None:
    found = lines(
        """
        for i, p in enumerate(ps):
            for q in ps[i + 1:]:
                k += p.x * q.x
            for j in range(len(ps)):
                other = ps[j]
                if other is not p:
                    k += other.x - ps[k].n
        """
    )
    assert "for i in range(len(ps)):" in found
    assert "for at_q in range(i + 1, len(ps)):" in found
    assert "if j != i:" in found
    assert "k += ps_x[j] - ps_n[k]" in found


def test_comprehensions_and_lists_of_objects_have_arrays_too() -> None:
    found = lines("return sum((q.x for q in self.qs if q.x > k))")
    assert found == [
        "qs_x = np.array([each.x for each in self.qs])",
        "return sum((qs_x[at_q] for at_q in range(len(self.qs)) if qs_x[at_q] > k))",
    ]


def test_a_loop_inside_that_can_be_written_so_is_found() -> None:
    around, inside = made(
        "for t in range(k):\n    print(t)\n    for p in ps:\n        p.x += 1.0"
    )
    assert (around.node.lineno, inside.node.lineno) == (2, 4)
    assert inside.objects == ("ps",)


def test_what_may_look_at_the_objects_finds_their_new_values() -> None:
    (inside,) = made(
        "for t in range(k):\n    self.tell()\n    for q in self.qs:\n        q.x = 1.0"
    )
    assert inside.node.lineno == 4
    assert made("for p in ps:\n    p.x = self.pull(p.n)\n    k += f(self.qs)") == []
    assert len(made("for q in self.qs:\n    k += self.pull(q.x)")) == 1


def test_objects_and_what_belongs_to_each_are_taken_by_their_place() -> None:
    assert lines("for v, p in zip(k, ps):\n    p.x += v\nreturn k")[:6] == [
        "count = min(len(k), len(ps))",
        "ps_x = np.array([each.x for each in ps], dtype=float)",
        "for place in range(count):",
        "v = k[place]",
        "ps_x[place] += v",
        "for each, new_x in zip(ps, ps_x.tolist()):",
    ]
    assert "k += ps_n[place] * qs_x[place]" in lines(
        "for p, q in zip(ps, self.qs):\n    k += p.n * q.x"
    )
    inside = lines("for q in self.qs:\n    for p, v in zip(ps, k):\n        q.x += v * p.n")
    assert "for place in range(min(len(ps), len(k))):" in inside
    assert made("for p, (v, w) in zip(ps, k):\n    p.x += v") == []
    assert made("for v, w in zip(k, self):\n    v += w") == []


def test_an_object_that_a_loop_chooses_is_found_by_its_place() -> None:
    found = lines(
        "best, one = 9.0, None\nfor p in ps:\n    if p.x < best:\n        best, one = p.x, p\n"
        "return one"
    )
    assert found == [
        "best, one = 9.0, None",
        "ps_x = np.array([each.x for each in ps])",
        "one_at = -1",
        "for at_p in range(len(ps)):",
        "if ps_x[at_p] < best:",
        "best = ps_x[at_p]",
        "one_at = at_p",
        "if one_at >= 0:",
        "one = ps[one_at]",
        "return one",
    ]
    assert "one_at = at_p" in lines(
        "for p in ps:\n    if p.x < k:\n        one = p\nreturn one"
    )


@pytest.mark.parametrize(
    "body",
    [
        "for p in ps:\n    if p.x > k:\n        one = p\n    print(one)",
        "for p in ps:\n    k, one = p.x, p\nfor q in self.qs:\n    print(q.x, q)",
        "for p in ps:\n    for q in self.qs:\n        one = p if k else q",
        "for p in ps:\n    for q in self.qs:\n        one = p\n        one = q",
        "for p in ps:\n    k, one = one.x, p",
    ],
)
def test_what_is_done_with_a_chosen_object_in_the_loop_is_not_written_so(body: str) -> None:
    assert not any("one_at" in each.text and "print" not in each.text for each in made(body))


@pytest.mark.parametrize(
    "body",
    [
        "for p in ps:\n    print(p)",
        "for p in ps:\n    p.move()",
        "for p in ps:\n    k += p.unknown",
        "for p in ps:\n    ps.append(p.x)",
        "for p in ps:\n    k += p.x\nreturn p",
        "for p in ps:\n    p.x = 1.0\n    if k:\n        return 2",
        "for p in ps[-2:]:\n    k += p.x",
        "for p in ps[::2]:\n    k += p.x",
        "for i, p in enumerate(ps[1:]):\n    k += p.x * i",
        "for p in others:\n    k += p.x",
        "for t in range(k):\n    print(t)",
    ],
)
def test_anything_else_stays(body: str) -> None:
    assert made(body) == []


def test_arrays_of_all_objects_are_written_without_their_length() -> None:
    (found,) = made("for p in ps:\n    p.x = 2.0 * p.n")
    text = (
        "def f(ps):\n    ps_x[:len(ps)] = ps_n[:len(ps)] * 2.0\n"
        "    y = ps_n[:len(ps), None] + ps_n[1:len(ps)] - other[:len(ps)]\n    return y\n"
    )
    assert whole_arrays(found, text) == (
        "def f(ps):\n    ps_x[:] = ps_n * 2.0\n"
        "    y = ps_n[:, None] + ps_n[1:] - other[:len(ps)]\n    return y\n"
    )
