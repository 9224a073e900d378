"""Names that statements set."""

import ast

from profiler_suite.analysis.explain.lifting.normal_form.stores import stored_names


def test_names_lists_that_grow_and_attributes_are_set() -> None:
    text = "a = b\nfor i in c:\n    out.append(i)\n    self.total += 1\n    d[i] = 2\n"
    assert stored_names(ast.parse(text).body) == {"a", "i", "out", "self.total"}
