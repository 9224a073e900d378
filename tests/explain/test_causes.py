"""The cause that an explanation begins with is the one that was planted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiler_suite.measure import native

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''
import copy
import gc
import threading
import time

import numpy as np
from scipy.ndimage import generic_filter

KEPT = [{"k": [n]} for n in range(50_000)]
LOCK = threading.Lock()


def nap(values):
    time.sleep(0.01)
    return values.sum()


def held(values, out):
    """Others hold the lock for as long as the sums take, or longer."""
    with LOCK:
        holder = threading.Thread(target=hold)
    begun.clear()
    holder.start()
    begun.wait()
    np.add(values, values, out=out)
    with LOCK:
        total = out.sum()
    holder.join()
    return total


begun = threading.Event()


def hold():
    with LOCK:
        begun.set()
        time.sleep(0.02)


def collected(values):
    for _ in range(3):
        gc.collect()
    return values.sum()


def fresh(values):
    return np.zeros(6_000_000) + 1.0


def objects(values):
    made = values.astype(object)
    for _ in range(5):
        made = made * made - made
    return made.sum()


def powers(values):
    for _ in range(20):
        out = np.power(values, 1.7)
    return out


def peak(window):
    return window.max() - window.min()


def filtered(values):
    return generic_filter(values[:900].reshape(30, 30), peak, 3)


def copied(values):
    return len(copy.deepcopy(KEPT[:2000]))


def setup():
    return (np.random.default_rng(0).random(20_000),)


def setup_held():
    return np.ones(200_000), np.empty(200_000)
'''
PLANTED = {
    "nap": ("waiting", "it waits (sleep), "),
    "held": ("waiting", "it waits for a lock, "),
    "collected": ("interpreter", ": garbage collection "),
    "fresh": ("page faults", "page faults, "),
    "objects": ("Python objects", "array of Python objects: "),
    "powers": ("work", "bound by the inner loops of np.power, "),
    "filtered": ("overhead", "library code calls peak back 900 times"),
    "copied": ("interpreter", " below deepcopy (copy.py)"),
}


@pytest.mark.slow
@pytest.mark.skipif(bool(native.available()), reason="no native samples on this system")
@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_cause_comes_first(name: str, tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text(SOURCE)
    setup = "setup_held" if name == "held" else "setup"
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "profiler_suite", "explain", f"{file}:{name}"),
            *("--setup", setup, "--json", "--no-advice", "-q"),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=200,
        check=True,
    ).stdout
    found = json.loads(answer)
    cause, said = PLANTED[name]
    assert said in found["cause"]["text"]
    assert found["cause"]["name"] == cause
    assert found["cause"]["text"] in found["verdict"][0]
    assert 0.3 <= found["cause"]["share"] <= 1
    assert 0 <= found["trace"]["coverage"] <= 1
