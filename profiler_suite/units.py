"""Text for people: numbers in SI base units become short strings with a unit."""

import math
import re
from collections.abc import Callable

# A space between a number and its unit, or a word that belongs to it.
_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|[nµm]?s|[kMGT]?FLOP(?:/s)?|[kMGT]?B/s|[KMGT]iB)(?!\w))"
)


def _scaled(value: float, unit: str, prefixes: tuple[tuple[float, str], ...]) -> str:
    if not math.isfinite(value):
        return f"{value} {unit}".strip()
    # 999.5 rounds to four digits: 0.9995 of a prefix already reads better as 1.
    for scale, prefix in prefixes:
        if abs(value) >= 0.9995 * scale:
            return f"{three_digits(value / scale)} {prefix}{unit}"
    scale, prefix = prefixes[-1]
    return f"{three_digits(value / scale)} {prefix}{unit}"


def three_digits(value: float) -> str:
    """A plain decimal with three significant digits: 1234 → '1230', 0.01234 → '0.0123'."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    if rounded and math.floor(math.log10(abs(rounded))) > math.floor(math.log10(abs(value))):
        digits -= 1
    return f"{rounded:,.{max(digits, 0)}f}".replace(",", "")


def time(seconds: float) -> str:
    """Seconds as '12.3 µs'."""
    return _scaled(seconds, "s", ((1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")))


def duration(seconds: float) -> str:
    """A length of time to wait, as '3 min 20 s' or '45 s'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def count(value: float) -> str:
    """A count with thousands separators: 3072000 → '3,072,000'."""
    return f"{value:,.0f}"


def some(number: int, noun: str) -> str:
    """A number with its noun: '1 point', '12 points'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def flop(count: float) -> str:
    """A count of operations as '649 kFLOP'."""
    return _scaled(count, "FLOP", ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")))


def flop_rate(flop_per_s: float) -> str:
    """A rate as '4.2 GFLOP/s'; the count of operations never has '/s'."""
    return _scaled(flop_per_s, "FLOP/s", ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")))


def byte_rate(bytes_per_s: float) -> str:
    """A bandwidth as '31.2 GB/s' (powers of ten, as vendors state bandwidth)."""
    return _scaled(bytes_per_s, "B/s", ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")))


def size(n_bytes: float) -> str:
    """A size as '12 MiB' (powers of two, as caches are stated)."""
    steps = ((2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"), (1, ""))
    return _scaled(n_bytes, "B", tuple((float(scale), prefix) for scale, prefix in steps))


def percent(share: float) -> str:
    """A share of 1 as '12 %', '1.4 %' below ten, '0.012 %' below a tenth."""
    value = 100 * share
    if abs(value) < 5e-6:  # also a zero with a sign
        return "0.0 %"
    if 0 < abs(value) < 0.095:
        return f"{value:.{1 - math.floor(math.log10(abs(value)))}f} %"
    return f"{value:.1f} %" if abs(value) < 9.95 else f"{value:.0f} %"


def ratio(value: float) -> str:
    """A ratio as '12.3×'."""
    return f"{three_digits(value)}×"


WIDEST_SHARE = 0.5
"""Half of an interval over its value: beyond this, ± N % reaches near nothing, or below it."""


def plus_minus(half_share: float) -> str:
    """Half of an interval over its value: '± 4.2 %', or 'more than ± 50 %'; never '± 134 %'."""
    if half_share > WIDEST_SHARE:
        return f"more than ± {percent(WIDEST_SHARE)}"
    return f"± {percent(half_share)}"


def estimate(value: float, low: float, high: float, form: Callable[[float], str] = time) -> str:
    """A value with its interval: '12.3 ms ± 4.2 %', or '12.3 ms (5.1 ms to 31 ms)'."""
    half_share = (high - low) / 2 / value if value > 0 else math.inf
    if half_share <= WIDEST_SHARE:
        return f"{form(value)} {plus_minus(half_share)}"
    return f"{form(value)} ({interval(low, high, form)})"


def interval(low: float, high: float, form: Callable[[float], str] = time) -> str:
    """An interval of what cannot be negative: '8.2 ms to 8.7 ms', or 'at most 5.28 ms'."""
    if high > 0 >= low:
        return f"at most {form(high)}"
    one, other = form(low), form(high)
    return one if one == other else f"{one} to {other}"


def printable(text: str) -> str:
    """The text without characters that control a terminal; lines and tabs are kept."""
    return "".join("?" if _controls(character) else character for character in text)


def _controls(character: str) -> bool:
    return (character < " " and character not in "\n\t") or "\x7f" <= character <= "\x9f"


def together(text: str) -> str:
    """The text with no-break spaces between numbers and units, for lines that are broken."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)
