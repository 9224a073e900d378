"""A notebook renders explanations and has the magics, run by nbconvert."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CELLS = (
    "import numpy as np, profiler_suite\ndef f(x):\n    return np.sum(x * x)\nx = np.ones(200)",
    "profiler_suite.explain(f, x)",
    "%load_ext profiler_suite",
    "%explain f(x + 1)",
    "%%explain\ny = x * 2.0\nfor _ in range(20):\n    y = y + x",
)


@pytest.mark.slow
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
    notebook = tmp_path / "try.ipynb"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": spec},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    notebook.write_text(json.dumps(document))
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--stdout",
         str(notebook)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"},
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = [cell["outputs"] for cell in json.loads(done.stdout)["cells"]]
    for number in (1, 3, 4):
        (shown,) = [o for o in outputs[number] if o["output_type"] == "execute_result"]
        html = "".join(shown["data"]["text/html"])
        assert html.startswith("<iframe sandbox")
        assert "Where the time goes" in html
        assert "Where the time goes" in "".join(shown["data"]["text/plain"])
