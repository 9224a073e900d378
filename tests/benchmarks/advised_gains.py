"""What advice gains beside the best that was written by hand, kernel by kernel.

Run:  python tests/benchmarks/advised_gains.py [--only NAME …] [--room ROOM] [--enough 0.5]

Every function with arguments of its own beside it, in tests/functions and in
tests/benchmarks/kernels, is explained; its best advice is then checked and timed here once
more, in turn with the function itself and with `NAME_by_hand`.
"""

import argparse
import importlib
import inspect
import json
import math
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import threadpoolctl

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

KERNELS = ("grids", "matrices", "points", "reported", "sequences")
TEST_SET = ("grids", "learning", "linear", "particles")
WORTH = 1.25
"""By hand at least so much faster: else there is nothing to advise."""
ENOUGH = 0.5
"""Of the gain by hand, for the advice to count as the fix."""
TARGET = 0.7
"""The share of the kernels whose fix is advised."""
_BY_HAND = "_by_hand"
_ROUNDS = 9
_ROUND_S = 2e-3

Call = Callable[..., Any]


class Kernel(NamedTuple):
    """One function, where it stands, and the best known way to write it."""

    module: ModuleType
    name: str
    by_hand: Call

    @property
    def room(self) -> str:
        """Name of the module in which it stands."""
        return self.module.__name__.rpartition(".")[-1]

    @property
    def function(self) -> Call:
        found: Call = getattr(self.module, self.name)
        return found

    @property
    def arguments(self) -> tuple[Any, ...]:
        found: tuple[Any, ...] = getattr(self.module, f"{self.name}_arguments")()
        return found


class Row(NamedTuple):
    """What came out for one kernel."""

    name: str
    naive_s: float
    hand: float
    advised: float
    rule: str
    remark: str = ""

    @property
    def counts(self) -> bool:
        return self.hand >= WORTH

    def enough(self, share: float) -> bool:
        """Whether the advice gains this share of what is gained by hand."""
        return self.advised >= share * self.hand


def kernels() -> Iterator[Kernel]:
    """All of them: the test set first."""
    own = importlib.import_module("tests.benchmarks.kernels.known")
    for room in TEST_SET:
        module = importlib.import_module(f"tests.functions.{room}")
        for name in _named(own):
            if hasattr(module, name):
                yield Kernel(module, name, getattr(own, name + _BY_HAND))
    for room in KERNELS:
        module = importlib.import_module(f"tests.benchmarks.kernels.{room}")
        for name in _named(module):
            yield Kernel(module, name, getattr(module, name + _BY_HAND))


def _named(module: ModuleType) -> list[str]:
    return [each.removesuffix(_BY_HAND) for each in vars(module) if each.endswith(_BY_HAND)]


def answer(function: Call, arguments: tuple[Any, ...]) -> Any:
    """What it gives on copies, from the same random stream every time."""
    np.random.seed(0)  # noqa: NPY002 - for functions that draw from it
    return function(*copies(arguments))


def copies(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with arrays of their own, as they lie in memory."""
    return tuple(copy_of(each) if isinstance(each, np.ndarray) else each for each in arguments)


def copy_of(array: np.ndarray) -> np.ndarray:
    """Axes in their order and direction: a plain copy turns round what goes backwards."""
    along = tuple(slice(None, None, -1 if step < 0 else 1) for step in array.strides)
    return array[along].copy(order="K")[along]


def alike(one: Any, other: Any) -> bool:
    """Whether two answers agree up to rounding: of float16 where the first is of float16."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        return False
    scale = float(np.max(np.abs(one), initial=0.0)) or 1.0
    error = np.max(np.abs(one.astype(complex) - other), initial=0.0)
    bound = float(np.finfo(np.float16).eps) if one.dtype == np.float16 else 1e-8
    return bool(error <= bound * scale)


def minima_s(functions: list[Call], arguments: tuple[Any, ...]) -> list[float]:
    """Least time of each, all in turn."""
    least = [math.inf] * len(functions)
    counts = [0] * len(functions)
    for _ in range(_ROUNDS):
        for place, function in enumerate(functions):
            given = copies(arguments)
            begun = perf_counter()
            for _ in range(max(1, counts[place])):
                function(*given)
            took = (perf_counter() - begun) / max(1, counts[place])
            least[place] = min(least[place], took)
            counts[place] = max(1, min(1000, int(_ROUND_S / max(least[place], 1e-9))))
    return least


def advised(kernel: Kernel) -> tuple[Call | None, str]:
    """The function as the best advice writes it, and the rule, or why there is none."""
    file = inspect.getfile(kernel.module)
    command = [sys.executable, "-m", "profiler_suite", "explain", f"{file}:{kernel.name}"]
    command += ["--setup", f"{kernel.name}_arguments", "--json", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        return None, f"exit {done.returncode}: {done.stderr.strip()[-200:]}"
    given = [
        each
        for each in json.loads(done.stdout)["advice"]
        if each["source"] and not each["hint"] and each["measured_on"] == "function"
    ]
    if not given:
        return None, "no advice"
    best = max(given, key=lambda each: float(each["ratio"]))
    return rewritten(kernel, best["source"]), best["kind"]


def rewritten(kernel: Kernel, source: str) -> Call:
    """The function in a module of its own in which this source replaces what it defines."""
    namespace: dict[str, Any] = {"__name__": kernel.module.__name__}
    exec(compile(inspect.getsource(kernel.module), "<module>", "exec"), namespace)
    exec(compile(source, f"<advised {kernel.name}>", "exec"), namespace)
    made: Call = namespace[kernel.name]
    return made


def row(kernel: Kernel) -> Row:
    """By hand and by advice, checked and timed."""
    arguments = kernel.arguments
    expected = answer(kernel.function, arguments)
    if not alike(expected, answer(kernel.by_hand, arguments)):
        raise SystemExit(f"{kernel.name}: what is written by hand gives another answer")
    made, rule = advised(kernel)
    remark = ""
    if made is not None and not alike(expected, answer(made, arguments)):
        made, remark = None, "WRONG ANSWER"
    sides = [kernel.function, kernel.by_hand, *([made] if made else [])]
    naive_s, hand_s, *rest = minima_s(sides, arguments)
    gain = naive_s / rest[0] if rest else 1.0
    return Row(kernel.name, naive_s, naive_s / hand_s, gain, rule, remark)


def say(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the table and what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[])
    parser.add_argument("--room", choices=[*KERNELS, *TEST_SET], help="of one module only")
    parser.add_argument("--enough", type=float, default=ENOUGH, metavar="SHARE")
    asked = parser.parse_args()
    only = asked.only
    chosen = [
        each
        for each in kernels()
        if (not only or each.name in only) and asked.room in (None, each.room)
    ]
    missing = set(only) - {each.name for each in chosen}
    if missing:
        parser.error(f"no kernel is called {', '.join(sorted(missing))}")
    say("| kernel | as it stands | by hand | advised | rule | |")
    say("|---|---|---|---|---|---|")
    rows = []
    with threadpoolctl.threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kernel in chosen:
            found = row(kernel)
            rows.append(found)
            said = found.remark or (
                "" if found.enough(asked.enough) or not found.counts else "short"
            )
            say(
                f"| {found.name} | {found.naive_s * 1e3:.3g} ms | {found.hand:.3g}× "
                f"| {found.advised:.3g}× | {found.rule} | {said} |"
            )
    counted = [each for each in rows if each.counts]
    enough = [each for each in counted if each.enough(asked.enough)]
    wrong = [each for each in rows if each.remark]
    share = len(enough) / len(counted) if counted else 1.0
    say(
        f"\nAdvised at least {asked.enough:.0%} of the gain by hand: {len(enough)} of "
        f"{len(counted)} kernels ({share:.0%}) that are {WORTH}× as fast by hand or more; "
        f"wrong answers: {len(wrong)}"
    )
    return 0 if share >= TARGET and not wrong else 1


if __name__ == "__main__":
    raise SystemExit(main())
