"""One setup may return arguments of several sizes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiler_suite.errors import UsageError
from profiler_suite.workloads import sizes

X, Y = np.ones(3), np.ones((4, 5))
UNFIT = [(X,), (Y,)]


def one(x: Any) -> Any:
    return x


def two(x: Any, y: Any) -> Any:
    return x, y


def generated() -> Iterator[Any]:
    yield (X,)
    yield (Y,)


@pytest.mark.parametrize(
    ("function", "made", "expected"),
    [
        (one, generated(), [("", (X,)), ("", (Y,))]),
        (one, {10: (X,), 2000: (Y,)}, [("10", (X,)), ("2,000", (Y,))]),
        (one, {np.int64(7): X}, [("7", X)]),
        (one, [(X,), (Y,)], [("", (X,)), ("", (Y,))]),
        (two, [(X, Y), (Y, X)], [("", (X, Y)), ("", (Y, X))]),
        (two, [X, Y], [("", [X, Y])]),
        (two, (X, Y), [("", (X, Y))]),
        (one, {"x": X}, [("", {"x": X})]),
        (one, X, [("", X)]),
        (two, UNFIT, [("", UNFIT)]),
    ],
)
def test_what_a_setup_returned_is_read_as_sizes(
    function: Callable[..., Any], made: Any, expected: Any
) -> None:
    found = list(sizes.each_size(made, function))
    assert [label for label, _ in found] == [label for label, _ in expected]
    for (_, these), (_, those) in zip(found, expected, strict=True):
        assert these is those or all(a is b for a, b in zip(these, those, strict=True))


@pytest.mark.parametrize(
    ("args", "label", "expected"),
    [
        ((X, Y), "", ("23 elements", 23.0)),
        ((X, Y), "small", ("small", 23.0)),
        ((1000,), "", ("1,000", 1000.0)),
        (([X, X], 5), "", ("6 elements", 6.0)),
        ((), "", ("no arguments", 0.0)),
        (([1, 2, 3],), "", ("3 elements", 3.0)),
    ],
)
def test_a_size_is_the_number_of_elements(args: Any, label: str, expected: Any) -> None:
    found = sizes.size_of(args, {}, label)
    assert (found.label, found.elements) == expected


def written(folder: Path) -> str:
    file = folder / "sized_versions.py"
    file.write_text(
        "import numpy as np\n"
        "made = []\n"
        "def f(x):\n    return x\n"
        "def several():\n"
        "    for n in (2, 3, 3):\n"
        "        made.append(n)\n"
        "        yield (np.ones(n),)\n"
        "def nothing():\n    return\n    yield\n"
    )
    return str(file)


def test_the_first_process_learns_of_all_sizes_the_others_make_what_they_need(
    tmp_path: Path,
) -> None:
    file = written(tmp_path)
    called, found = sizes.load(f"{file}:f", f"{file}:several", 0)
    assert len(called.args[0]) == 2
    assert [each.label for each in found] == ["2 elements", "3 elements", "3 elements (3)"]
    called, _ = sizes.load(f"{file}:f", f"{file}:several", 1)
    assert len(called.args[0]) == 3


def test_a_setup_without_any_arguments_is_a_mistake(tmp_path: Path) -> None:
    file = written(tmp_path)
    with pytest.raises(UsageError, match="returned no arguments"):
        sizes.load(f"{file}:f", f"{file}:nothing", 0)


def test_a_setup_beside_the_other_version_runs_among_its_own(tmp_path: Path) -> None:
    for version in ("a", "b"):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "sized_near.py").write_text(f"LENGTH = {len(version) + ord(version) - 97}\n")
        (folder / "sized_kernel.py").write_text(
            "import sized_near\nimport numpy as np\n"
            "def f(x):\n    return sized_near.LENGTH\n"
            "def setup():\n    return (np.ones(sized_near.LENGTH),)\n"
        )
    old, new = (f"{tmp_path / v / 'sized_kernel.py'}" for v in ("a", "b"))
    called, _ = sizes.load(f"{new}:f", f"{old}:setup", 0, other=f"{old}:f")
    assert (called.function(None), len(called.args[0])) == (2, 1)
