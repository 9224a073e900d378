"""A notebook renders explanations and has the magics, run by nbconvert."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite import notebook

ROOT = Path(__file__).resolve().parents[2]
CELLS = (
    "import numpy as np, profiler_suite\ndef f(x):\n    return np.sum(x * x)\nx = np.ones(200)",
    "profiler_suite.explain(f, x)",
    "%load_ext profiler_suite",
    "%explain f(x + 1)",
    "%%explain\ny = x * 2.0\nfor _ in range(20):\n    y = y + x",
    "%%run_explained\nz = x.copy()\nfor i in range(len(z)):\n    z[i] = f(x[:50]) + i",
    "print('z is', z[1] - z[0])",
)


@pytest.mark.long
def test_a_notebook_shows_pages(tmp_path: Path) -> None:
    for package in ("nbconvert", "ipykernel"):
        pytest.importorskip(package, reason=f"needs {package}: pip install -e '.[test]'")
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(CELLS)
    ]
    file = tmp_path / "try.ipynb"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": spec},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    file.write_text(json.dumps(document))
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--stdout",
         str(file)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"},
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = [cell["outputs"] for cell in json.loads(done.stdout)["cells"]]
    for number in (1, 3, 4, 5):
        (shown,) = [o for o in outputs[number] if o["output_type"] == "execute_result"]
        html = "".join(shown["data"]["text/html"])
        assert html.startswith("<iframe sandbox")
        assert "Where the time goes" in html
        assert "Where the time goes" in "".join(shown["data"]["text/plain"])
    assert "z is 1.0" in "".join(outputs[6][0]["text"])


SCALE = 3.0


def heavy(values: list[float]) -> float:
    total = 0.0
    for each in values:
        total += SCALE * each
    values.clear()
    return total


class Shell:
    """As much of IPython's as a magic asks for."""

    def __init__(self, **names: object) -> None:
        self.user_ns: dict[str, Any] = dict(names)
        self.magics: dict[str, Any] = {}

    def register_magic_function(self, magic: Any, kind: str, name: str) -> None:
        self.magics[name] = magic

    def run_cell(self, cell: str) -> Any:
        try:
            exec(cell, self.user_ns)
        except Exception:  # noqa: BLE001 - as IPython shows it
            return SimpleNamespace(success=False)
        return SimpleNamespace(success=True)


@pytest.mark.parametrize(
    ("cell", "name", "given"),
    [
        ("total = heavy(values)", "heavy", ([0.0] * 9000,)),
        ("total = 0.0\nfor each in values:\n    total += 2.0 * each", "cell", None),
    ],
)
def test_a_cell_runs_once_for_real_and_its_costliest_call_is_explained(
    monkeypatch: pytest.MonkeyPatch, cell: str, name: str, given: Any
) -> None:
    asked: list[Any] = []

    def explain(function: Any, *args: Any) -> str:
        asked.append((function, args))
        return "view"

    monkeypatch.setattr(notebook, "explain", explain)
    values = [0.0] * 9000
    shell = Shell(heavy=heavy, values=values)
    notebook.register(shell)
    assert shell.magics["run_explained"]("", cell) == "view"
    ((function, args),) = asked
    assert function.__name__ == name
    assert shell.user_ns["total"] == 0.0
    assert given is None or args == given


def test_a_cell_that_raises_is_not_explained() -> None:
    shell = Shell()
    notebook.register(shell)
    assert shell.magics["run_explained"]("", "raise ValueError(1)") is None
