"""A rewrite as a unified diff that patch takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from profiler_suite.analysis.explain import patch, rewriting
from profiler_suite.analysis.explain.patch import rewritten_files
from profiler_suite.measure.explain.records import Rewrite, SourceText
from tests.analysis.explain.test_rewriting import returned

FILE = '''"""A module."""
import numpy as np


class Kept:
    def f(self):
        return 1


def f(x):
    # keep me
    return np.sum(x)


def g(x):
    return f(x)
'''
TEXT = "def f(x):\n    # keep me\n    return np.sum(x)\n"


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
def test_a_patch_changes_the_lines_of_the_function_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(FILE)
    source = SourceText(file=str(file), function="f", first_line=10, text=TEXT)
    own = rewriting.parsed(source)
    assert own is not None
    helper = "def twice(x):\n    return 2 * x\n"
    made = rewriting.spliced(
        own,
        [rewriting.edit(own, returned(own), "twice(x.sum())")],
        ["import math", "import numpy as np", helper],
    )
    assert made is not None
    text = patch.unified_diff([source], [made])
    done = subprocess.run(
        ["patch", "-p1", str(file)], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    expected = FILE.replace("np.sum(x)", "twice(x.sum())")
    # What it imports stands among the imports, once.
    expected = expected.replace("import numpy as np\n", "import numpy as np\nimport math\n")
    expected = expected.replace("\ndef f(x)", f"\n{helper}\n\ndef f(x)")
    assert file.read_text() == expected


def test_where_nothing_is_imported_it_stands_before_the_function(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(TEXT)
    source = SourceText(file=str(file), function="f", first_line=1, text=TEXT)
    own = rewriting.parsed(source)
    assert own is not None
    made = rewriting.spliced(own, [rewriting.edit(own, returned(own), "0")], ["import math"])
    assert made is not None
    _, new = rewritten_files([source], [made])[str(file)]
    assert "".join(new) == "import math\n\n\n" + TEXT.replace("np.sum(x)", "0")


def test_a_file_that_is_gone_still_has_a_patch() -> None:
    source = SourceText(file="<cell 3>", function="f", first_line=1, text=TEXT)
    own = rewriting.parsed(source)
    assert own is not None
    made = rewriting.spliced(own, [rewriting.edit(own, returned(own), "0")])
    assert made is not None
    text = patch.unified_diff([source], [made])
    assert "-    return np.sum(x)\n+    return 0\n" in text
    assert patch.unified_diff([source], []) == ""


def test_lines_of_a_module_are_replaced_without_the_function_that_was_made_of_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "script.py"
    file.write_text("import numpy as np\n\nt = 0\nfor i in range(3):\n    t += i\nprint(t)\n")
    made = "def lines_4_to_5(t):\n    for i in range(3):\n        t += i\n    return t\n"
    source = SourceText(
        file=str(file), function="lines_4_to_5", first_line=3, text=made, module_lines=(4, 5)
    )
    rewrite = Rewrite(
        function="lines_4_to_5",
        source="import math\n\ndef lines_4_to_5(t):\n    t += sum(range(3))\n    return t\n",
        lines=(),
        file=str(file),
        first_line=3,
    )
    diff = patch.unified_diff((source,), (rewrite,))
    added = [line for line in diff.splitlines() if line.startswith("+") and line[1:3] != "++"]
    assert added == ["+import math", "+", "+t += sum(range(3))"]
    assert "def lines" not in diff


CLASS = """import math


@keep
class Model:
    def mean(self):
        return sum(self.x) / len(self.x)

    @staticmethod
    def spread(x):
        return max(x) - min(x)


def total(x):
    return sum(x)
"""


def test_what_a_method_needs_stands_before_its_class(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(CLASS)
    mean, spread, total = (
        SourceText(file=str(file), function=name, first_line=first, text=text)
        for name, first, text in (
            ("mean", 6, "    def mean(self):\n        return sum(self.x) / len(self.x)\n"),
            (
                "spread",
                9,
                "    @staticmethod\n    def spread(x):\n        return max(x) - min(x)\n",
            ),
            ("total", 14, "def total(x):\n    return sum(x)\n"),
        )
    )
    rewrites = [
        Rewrite(
            function=source.function,
            source=text,
            lines=(),
            file=str(file),
            first_line=source.first_line,
        )
        for source, text in (
            (mean, "import numpy as np\ndef mean(self):\n    return np.mean(self.x)\n"),
            (
                spread,
                "import numpy as np\ndef own(x):\n    return np.ptp(x)\n\n\n"
                "@staticmethod\ndef spread(x):\n    return own(x)\n",
            ),
            (total, "import numpy as np\ndef total(x):\n    return np.sum(x)\n"),
        )
    ]
    files = rewritten_files([mean, spread, total], rewrites)
    ((_, lines),) = files.values()
    assert "".join(lines) == (
        "import math\nimport numpy as np\n\n\ndef own(x):\n    return np.ptp(x)\n\n\n"
        "@keep\nclass Model:\n    def mean(self):\n        return np.mean(self.x)\n\n"
        "    @staticmethod\n    def spread(x):\n        return own(x)\n\n\n"
        "def total(x):\n    return np.sum(x)\n"
    )


def test_a_method_that_needs_nothing_changes_alone(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(CLASS)
    text = "    def mean(self):\n        return sum(self.x) / len(self.x)\n"
    source = SourceText(file=str(file), function="mean", first_line=6, text=text)
    made = Rewrite(
        function="mean",
        source="def mean(self):\n    return mean(self.x)\n",
        lines=(),
        file=str(file),
        first_line=6,
    )
    ((old, new),) = rewritten_files([source], [made]).values()
    changed = [line for line in new if line not in old]
    assert changed == ["        return mean(self.x)\n"]
    assert len(new) == len(old)
