"""Logarithmic axes with plain numbers and units."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

Formatter = Callable[[float], str]


def log_ticks(low: float, high: float, most: int = 9) -> list[float]:
    """Round values between low and high: decades, or 1-2-5 steps where few decades fit."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [s * 10.0**e for e in range(first, last + 1) for s in steps]
        inside = [t for t in ticks if low * 0.999 <= t <= high * 1.001]
        if len(inside) <= most:
            return inside
    stride = math.ceil((last - first + 1) / most)
    return [10.0**e for e in range(first, last + 1, stride) if low <= 10.0**e <= high]


def plain(value: float) -> str:
    """A tick's number without exponent where it stays short: 0.5, 20, 1,000."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.6g}"


def _prefixed(value: float, unit: str, steps: Sequence[tuple[float, str]]) -> str:
    scale, prefix = next((s for s in steps if value >= 0.9999 * s[0]), steps[-1])
    return f"{plain(value / scale)} {prefix}{unit}"


def tick_time(seconds: float) -> str:
    """A tick of a time axis: '20 µs'."""
    return _prefixed(seconds, "s", ((1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")))


def tick_flop(flop: float) -> str:
    """A tick of an axis of counts: '10 M'."""
    return _prefixed(
        flop, "", ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))
    ).strip()


def tick_rate(flop_per_s: float) -> str:
    """A tick of a rate axis: '20 GFLOP/s'."""
    return _prefixed(flop_per_s, "FLOP/s", ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")))


def tick_change(ratio: float, _: object = None) -> str:
    """A tick of an axis of ratios, as the change: '+2 %', '0 %'."""
    change = round(100 * (ratio - 1), 6)
    return f"{change:+.3g} %" if change else "0 %"


def log_axis(
    ax: Axes,
    which: str,
    low: float,
    high: float,
    form: Formatter = plain,
    *,
    at: Sequence[float] | None = None,
    most: int = 9,
) -> None:
    """Make the x or y axis logarithmic from low to high, with plain numbers at round values."""
    axis: Any = ax.xaxis if which == "x" else ax.yaxis
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    (ax.set_xlim if which == "x" else ax.set_ylim)(low, high)
    ticks = list(at) if at is not None else log_ticks(low, high, most)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([form(t) for t in ticks]))
    axis.set_minor_locator(NullLocator())


def padded(values: Sequence[float], share: float = 0.08) -> tuple[float, float]:
    """Limits of a log axis that leave some room around `values`."""
    positive = np.asarray([v for v in values if v > 0 and math.isfinite(v)])
    if not len(positive):
        return 0.1, 10.0
    low, high = math.log10(positive.min()), math.log10(positive.max())
    room = max((high - low) * share, 0.08)
    return float(10 ** (low - room)), float(10 ** (high + room))
