"""Methods of strings, for all at once: compared with Python's."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.expressions.texts import is_text
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from tests.analysis.explain.lifting.reading import read, reader_of, within

WORDS = np.array(["ab_1", "b_22", "{a}_3", "12", "A_b"])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "t[i].startswith('a')",
            "t[i].count('_')",
            "t[i].upper()",
            "t[i].replace('_', '{0}')",
        ),
        *("t[i][:2]", "len(t[i])", "t[i].find('b')", "t[i].isdigit()", "t[i].strip('1')"),
    ],
)
def test_each_is_what_python_gives(text: str) -> None:
    reader = reader_of("def f(t):\n    return t", t="<U5 (5,)")
    within(reader, "i", 5)
    term = read(text, reader)
    found = ArrayWriter(reader.scope, Style()).lower(term)
    known: dict[str, Any] = {"np": np, "t": WORDS}
    expected = [eval(text, known, {"i": i}) for i in range(5)]
    assert np.asarray(eval(found.text, known)).tolist() == expected


def test_what_a_method_is_given_may_have_a_name() -> None:
    reader = reader_of("def f(t, part):\n    return t", t="<U5 (5,)", part="str 'b_'")
    within(reader, "i", 5)
    for text in ("t[i].startswith(part)", "t[i] == part", "t[i].replace(part, '')"):
        found = ArrayWriter(reader.scope, Style()).lower(read(text, reader))
        known: dict[str, Any] = {"np": np, "t": WORDS, "part": "b_"}
        expected = [eval(text, known, {"i": i}) for i in range(5)]
        assert np.asarray(eval(found.text, known)).tolist() == expected


def test_other_parts_and_methods_are_refused() -> None:
    reader = reader_of("def f(t):\n    return t", t="<U5 (5,)")
    within(reader, "i", 5)
    assert is_text(read("t[i]", reader))
    for text in ("t[i][1:]", "t[i].split('_')", "t[i].count(t[i])", "t[i][:i]"):
        with pytest.raises(Refusal):
            read(text, reader)
