"""Lines outside of any function become one that works on what they read and change."""

import inspect
import linecache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.workloads import module_lines


def namespace_before(path: Path, first: int) -> dict[str, Any]:
    """The module as it is when that line begins."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    head = "".join(path.read_text().splitlines(keepends=True)[: first - 1])
    if head.rstrip().endswith(":"):
        head += "    pass\n"
    exec(compile(head, str(path), "exec"), scope)
    return scope


def written(tmp_path: Path, source: str) -> Path:
    path = tmp_path / "script.py"
    path.write_text(source)
    linecache.checkcache(str(path))
    return path


LOOP = """import numpy as np

a = np.arange(6.0)
out = np.zeros(6)
total = 0.0

for i in range(6):
    out[i] = 2 * a[i]
    total += a[i]
    unused = i

print(total, out)
"""


def test_it_returns_what_the_rest_of_the_module_reads(tmp_path: Path) -> None:
    path = written(tmp_path, LOOP)
    scope = namespace_before(path, 7)
    function, args = module_lines.function_of(str(path), 7, 10, scope)
    names = list(inspect.signature(function).parameters)
    given = dict(zip(names, args, strict=True))
    assert set(names) == {"a", "out", "total"}
    assert function(*args) == 15.0
    np.testing.assert_array_equal(given["out"], 2 * np.arange(6.0))


@pytest.mark.parametrize(
    ("lines", "results"),
    [
        (
            "out = np.empty(3)\nfor i in range(3):\n    part = a[i]\n    out[i] = part\n",
            ["out"],
        ),
        ("for i in range(3):\n    total += a[i]\n    part = i\n", ["total"]),
        ("for i in range(3):\n    part = a[i]\n", ["part"]),
        ("while total < 3:\n    total = total + a[1]\n", ["total"]),
        ("for i in range(3):\n    a[i] = 0\n", []),
    ],
)
def test_where_nothing_reads_what_it_computes_it_returns_that(
    tmp_path: Path, lines: str, results: list[str]
) -> None:
    head = "import numpy as np\na = np.arange(3.0)\ntotal = 0.0\n"
    path = written(tmp_path, head + lines)
    last = 3 + lines.count("\n")
    function, args = module_lines.function_of(str(path), 4, last, namespace_before(path, 4))
    source = inspect.getsource(function)
    returned = source.splitlines()[-1].strip()
    assert returned == f"return {', '.join(results)}" if results else "return" not in source
    function(*args)


def test_its_lines_have_the_numbers_that_they_have_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, LOOP)
    function, _ = module_lines.function_of(str(path), 7, 10, namespace_before(path, 7))
    lines, first = inspect.getsourcelines(function)
    assert first == 6
    assert lines[1].strip() == "for i in range(6):"


GUARDED = """
values = [1.0, 2.0, 3.0]
if __name__ == "__main__":
    text = ""
    for each in values:
        text += f"{each}"
        text += '''
end'''
    print(text)
"""


def test_lines_under_a_condition_keep_their_indentation(tmp_path: Path) -> None:
    path = written(tmp_path, GUARDED)
    assert module_lines.statement_at(GUARDED, 6) == (5, 8)
    scope = namespace_before(path, 4) | {"text": ""}
    function, args = module_lines.function_of(str(path), 5, 8, scope)
    assert function(*args) == "1.0\nend2.0\nend3.0\nend"


SHARED = """
state = 0
def read():
    return state
for i in range(3):
    state = i
    read()
print(state)
"""


def test_what_a_function_reads_as_a_global_must_be_handed_over(tmp_path: Path) -> None:
    path = written(tmp_path, SHARED)
    with pytest.raises(UsageError, match=r"assign 'state', which read\(\) reads as a global"):
        module_lines.function_of(str(path), 5, 7, namespace_before(path, 5))


def test_a_definition_or_an_empty_line_is_no_statement() -> None:
    assert module_lines.statement_at("def f():\n    return 1\n", 2) == (0, 0)
    assert module_lines.statement_at("x = 1\n\ny = 2\n", 2) == (0, 0)
    assert module_lines.statement_at("not python(", 1) == (0, 0)


@pytest.mark.parametrize(
    ("rest", "read"),
    [
        ("print(i)", True),
        ("for i in range(3):\n    print(i)", False),
        ("def f():\n    for i in range(3):\n        print(i)\nf()", False),
        ("def f():\n    return i\nprint(f())", True),
        ("print([i for i in range(3)])", False),
        ("x = lambda i: i", False),
        ("i += 1", True),
        ("i = 2\nprint(i)", False),
    ],
)
def test_a_variable_of_the_same_name_elsewhere_is_no_reader(
    tmp_path: Path, rest: str, read: bool
) -> None:
    path = written(tmp_path, f"out = []\nfor i in range(4):\n    out.append(i)\n{rest}\n")
    function, args = module_lines.function_of(str(path), 2, 3, namespace_before(path, 2))
    assert function(*args) == (3 if read else None)


@pytest.mark.parametrize(
    "between",
    [
        "def later():\n    return state\n",  # is not called here
        "def read():\n    return np.arange(3.0).state if False else 1\n",  # an attribute
    ],
)
def test_a_function_that_is_not_called_or_reads_something_else_is_no_obstacle(
    tmp_path: Path, between: str
) -> None:
    head = f"import numpy as np\nstate = 0\n{between}"
    path = written(tmp_path, f"{head}for i in range(3):\n    state += i\nprint(state)\n")
    first = head.count("\n") + 1
    scope = namespace_before(path, first)
    function, args = module_lines.function_of(str(path), first, first + 1, scope)
    assert function(*args) == 3


@pytest.mark.parametrize(
    "reader",
    [
        "def inner():\n    return state\ndef read():\n    return inner()\n",
        "class Reader:\n    def __call__(self):\n        return state\nread = Reader()\n",
        "read = np.vectorize(lambda x=0: state)\n",
    ],
)
def test_whoever_reads_it_in_the_end_is_found(tmp_path: Path, reader: str) -> None:
    head = f"import numpy as np\nstate = 0\n{reader}"
    path = written(tmp_path, f"{head}for i in range(3):\n    state = read()\nprint(state)\n")
    first = head.count("\n") + 1
    with pytest.raises(UsageError, match="assign 'state', which"):
        module_lines.function_of(str(path), first, first + 1, namespace_before(path, first))


def test_a_loop_has_what_stands_beside_it_and_other_statements_do_not() -> None:
    source = "found = []\nfor i in range(3):\n    found.append(i)\nprint(found)\n"
    assert module_lines.group_at(source, 2) == module_lines.group_at(source, 1) == (1, 3)
    assert module_lines.group_at(source, 4) == (4, 4)
    assert module_lines.group_at("def f():\n    return 1\n", 2) == (0, 0)


IN_A_FUNCTION = """import numpy as np

def work(jobs, scale):
    for job in jobs:
        if job is None:
            return found
        count = 0
        for each in job:
            count += each * scale
        found = count
    try:
        while scale > 0:
            self.scale = scale
    finally:
        for v in jobs:
            yield v
    for v in jobs:
        self.take(v)
    while (one := jobs.get()) is not None:
        with lock:
            print(one)
"""


def test_a_loop_in_a_function_is_a_function_of_its_values(tmp_path: Path) -> None:
    path = tmp_path / "main.py"
    path.write_text(IN_A_FUNCTION)
    assert module_lines.loop_in_function(IN_A_FUNCTION, 9) == (7, 9)
    values: dict[str, Any] = {"job": [1, 2, 3], "scale": 2, "jobs": [], "np": np}
    function, args = module_lines.function_of(str(path), 7, 9, values)
    assert function(*args) == 12
    assert args == ([1, 2, 3], 2)


@pytest.mark.parametrize("line", [1, 4, 5, 10, 13, 16, 18, 20])
def test_a_loop_that_only_its_function_can_run_is_none(line: int) -> None:
    assert module_lines.loop_in_function(IN_A_FUNCTION, line) == (0, 0)
