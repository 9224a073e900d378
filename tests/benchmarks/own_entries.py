"""Functions whose time goes for one known thing: how much of it is in that thing's entry?

Run it by hand, with nothing else running and the machine measured before (`machine`)::

    python -m tests.benchmarks.own_entries [--only NAME,NAME]

Each function of tests/files/known_causes.py is explained by the command that a person types.
A row has the entry that its time belongs to, the share that it has there, and the cause in the
explanation's words. Ends with 1 where a function has less than 80 % in its own entry.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain import inside
from tests.benchmarks.explain_twenty import ROOT, say, told

FILE = ROOT / "tests" / "files" / "known_causes.py"
LEAST_SHARE = 0.8

Document = Mapping[str, Any]


def in_calls(cause: str) -> Callable[[Document], float]:
    """Of what was found inside the costliest calls."""
    return lambda found: float(found["inside"].get(cause, 0.0))


def in_breakdown(entry: str) -> Callable[[Document], float]:
    """Of the time breakdown."""
    return lambda found: float(found["breakdown"]["entries"].get(entry, {}).get("share", 0.0))


def below(function: str) -> Callable[[Document], float]:
    """Of the samples of stacks: those with this function of a library in them."""

    def share(found: Document) -> float:
        layers = found["layers"]
        there = [each["total"] for each in layers["callees"] if each["function"] == function]
        return float(max(there, default=0)) / max(1, int(layers["samples"]))

    return share


class KnownCause(NamedTuple):
    """Where the time of a function belongs."""

    entry: str
    share: Callable[[Document], float]


KNOWN = {
    "gather": KnownCause("latency, inside the call", in_calls(inside.LATENCY)),
    "field": KnownCause("strides, inside the call", in_calls(inside.STRIDE)),
    "inner_copy": KnownCause("a copy of its own, inside the call", in_calls(inside.OWN_COPY)),
    "cast": KnownCause("casts, inside the call", in_calls(inside.CASTS)),
    "subnormal": KnownCause("values, inside the call", in_calls(inside.VALUES)),
    "callback": KnownCause("interpreter", in_breakdown(time_breakdown.INTERPRETER)),
    "lock": KnownCause("waiting", in_breakdown(time_breakdown.WAITING)),
    "validation": KnownCause("below check_array", below("check_array")),
}


def main() -> None:
    """Explain each, print a row, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of functions, with commas")
    wanted = set(filter(None, parser.parse_args().only.split(","))) or set(KNOWN)
    say("| function | its own entry | share there | the cause, as it is said |")
    say("|---|---|---:|---|")
    right = 0
    for name in [each for each in KNOWN if each in wanted]:
        found: Document = told(FILE, name, f"{name}_setup", "--no-advice")
        share = KNOWN[name].share(found)
        right += share >= LEAST_SHARE
        said = (found["cause"] or {}).get("text", "")
        say(f"| {name} | {KNOWN[name].entry} | {100 * share:.0f} % | {said} |")
    say(f"at least {100 * LEAST_SHARE:.0f} % in its own entry: {right} of {len(wanted)}")
    raise SystemExit(right < len(wanted))


if __name__ == "__main__":
    main()
