"""Lists and arrays that grow in a loop."""

import pytest

from profiler_suite.analysis.explain.lifting.loops.growth import as_array, grows
from profiler_suite.analysis.explain.lifting.normal_form.terms import Extend, Refusal
from tests.analysis.explain.lifting.reading import expression, read, reader_of, within


def grown(text: str, name: str = "x") -> Extend | None:
    reader = reader_of()
    within(reader, "i", "n")
    return grows(reader, name, expression(text))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("x", "np.append(x, s)", "append"),
        ("x", "np.append(x, [s])", "append"),
        ("x", "np.hstack((x, y))", "append"),
        ("x", "np.concatenate([x, [s]])", "append"),
        ("x", "np.concatenate([x, y], axis=0)", "append"),
        ("m", "np.vstack((m, m[i]))", "rows"),
        ("m", "np.append(m, [m[i]], axis=0)", "rows"),
        ("m", "np.concatenate([m, [m[i]]])", "rows"),
    ],
)
def test_ways_to_grow(name: str, text: str, kind: str) -> None:
    found = grown(text, name)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "text",
    ["x + s", "np.sort(x)", "np.append(y, s)", "np.vstack(x)", "append(x, s)", "np.append()"],
)
def test_others_do_not_grow_it(text: str) -> None:
    assert grown(text) is None


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("m", "np.append(m, m, axis=1)", "another axis than the first"),
        ("m", "np.concatenate([m, m], axis=q)", "another axis than the first"),
        ("m", "np.vstack((m, m))", "not followed"),
        ("m", "np.hstack((m, x))", "not followed"),
    ],
)
def test_what_grows_otherwise_is_refused(name: str, text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        grown(text, name)


def test_a_list_is_an_array_once_its_length_is_known() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    item = read("m[i]", reader)
    made = as_array(Extend(read("[s]", reader), item, (label,)))
    assert made.own == (label, *item.own)
    with pytest.raises(Refusal, match="length is not known"):
        as_array(Extend(read("[s]", reader), item, (label,), mask=read("x[i] > 0", reader)))
