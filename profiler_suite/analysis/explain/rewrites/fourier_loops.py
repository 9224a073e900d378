"""Double loops that are a discrete Fourier transform, written out.

Which wave a sum has is found out by computing it for a few counters: of all ways to write
cos(2 pi k t / n), each has the same values.
"""

import ast
import cmath
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms
from profiler_suite.analysis.explain.rewrites.evaluation import value_of
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

FOURIER = '''
def fourier(x, inverse=False):
    """The sum of x[t] * exp(-2j * pi * k * t / n) for each k; without the sign for inverse."""
    if not len(x):
        return np.zeros(1, complex)
    if np.isnan(x).any():
        return np.full(len(x), complex(np.nan, np.nan))
    return len(x) * np.fft.ifft(x) if inverse else np.fft.fft(x)
'''.strip()

PLACES = ((0, 0, 7), (1, 1, 7), (2, 1, 7), (3, 5, 11), (5, 3, 11), (7, 8, 13), (12, 11, 13))
"""Frequency, place and length at which waves are told apart."""
_CLOSE = 1e-9


@dataclass(frozen=True)
class FourierLoop:
    """A function with a transform before a double loop, and what the new names hold."""

    loop: ast.For
    array: str
    text: str
    held: dict[str, str]


def fourier_loops(function: Function) -> Iterator[FourierLoop]:
    """Each double loop whose inner one adds up the elements of an array times a wave."""
    for inner in function.nodes:
        outer = function.parents.get(inner)
        if not isinstance(inner, ast.For) or not isinstance(outer, ast.For):
            continue
        if inner.orelse or outer.orelse:
            continue
        made = _Transform(function, outer, inner).written()
        if made is not None:
            yield made


class _Transform:
    """One double loop: `for k in range(n)` around `for t in range(n)`."""

    def __init__(self, function: Function, outer: ast.For, inner: ast.For) -> None:
        self._function = function
        self._outer, self._inner = outer, inner
        self._lines: list[str] = []
        self._held: dict[str, str] = {}
        self._array = ""

    def written(self) -> FourierLoop | None:
        """The function with the transform; None where it is another loop."""
        over = _range(self._inner)
        frequency, place = self._outer.target, self._inner.target
        if over is None or not isinstance(frequency, ast.Name):
            return None
        if not isinstance(place, ast.Name) or not self._has_frequencies(over):
            return None
        sums = self._sums(frequency.id, place.id, over)
        if not sums:
            return None
        start, end = self._function.span(self._inner)
        indent = "\n" + self._function.indent_of(self._inner.lineno)
        edits = [
            Edit(start=start, end=end, text=indent.join(sums)),
            *rewriting.inserted(self._function, {self._outer.lineno: self._lines}),
        ]
        changed = rewriting.spliced(self._function, edits)
        if changed is None:
            return None
        return FourierLoop(self._outer, self._array, changed.source, self._held)

    def _has_frequencies(self, over: ast.expr) -> bool:
        """Whether the outer loop goes over all frequencies, or those up to the half."""
        ends, n = _range(self._outer), rewriting.written(self._function, over)
        texts = (n, f"{n} // 2", f"{n} // 2 + 1")
        return ends is not None and ast.unparse(ends) in texts

    def _sums(self, frequency: str, place: str, over: ast.expr) -> list[str]:
        """A statement for each sum of the inner loop; none where anything else is done."""
        values: dict[str, ast.expr] = {}
        found: list[str] = []
        targets: set[str] = set()
        for statement in self._inner.body:
            match statement:
                case ast.Assign([ast.Name(name)], value) if name not in values:
                    values[name] = syntax.substituted(value, values)
                case ast.AugAssign(ast.Name() | ast.Subscript() as target, ast.Add(), value):
                    if {place, *values} & syntax.names_in(target):
                        return []
                    targets |= syntax.stored_in(target)
                    term = syntax.substituted(value, values)
                    array = self._weighted(term, place)
                    wave = self._wave(term, array, (frequency, place, over))
                    if not wave or not syntax.is_length(self._function, over, array):
                        return []
                    taken = self._part(array, wave, frequency)
                    found.append(f"{ast.unparse(target)} += {taken}")
                case _:
                    return []
        left = [each for each in (*values, place) if self._is_used_elsewhere(each)]
        changed = syntax.changed_in(self._outer)
        if left or self._array in changed or targets & {*values, place, frequency}:
            return []
        return found if found and not syntax.names_in(over) & changed else []

    def _is_used_elsewhere(self, name: str) -> bool:
        inside = set(ast.walk(self._inner))
        return any(use not in inside for use in self._function.uses(name))

    def _weighted(self, term: ast.expr, place: str) -> str:
        """The array whose element at this place the term has once; the same in every sum."""
        elements = [n for n in ast.walk(term) if isinstance(n, ast.Subscript)]
        names = {each.value.id for each in elements if isinstance(each.value, ast.Name)}
        plain = len(elements) == 1 and ast.unparse(elements[0].slice) == place
        if not plain or len(names) != 1 or (self._array and names != {self._array}):
            return ""
        (self._array,) = names
        return self._array

    def _wave(self, term: ast.expr, array: str, counters: tuple[str, str, ast.expr]) -> str:
        """The wave that the term multiplies the array's element with, by its values."""
        form = forms.in_form(self._function.source.names.get(array, ""))
        if form is None or form.kind != "array" or len(form.shape) != 1:
            return ""
        frequency, place, over = counters
        element = f"{array}[{place}]"
        length = ast.unparse(over)
        weights = []
        for k, t, n in PLACES:
            known = {frequency: k, place: t, length: n}
            found = [value_of(self._function, term, {**known, element: e}) for e in (1, 2, 0)]
            one, two, none = found
            if one is None or two is None or none is None:
                return ""
            if abs(two - 2 * one) > _CLOSE or abs(none) > _CLOSE:
                return ""
            weights.append(one)
        real = form.dtype == "float64" or form.letter in "iub"
        waves = ["exp", "-exp"] if real or form.dtype == "complex128" else []
        waves += ["cos", "sin", "-sin"] if real else []
        return next((wave for wave in waves if is_wave(wave, weights)), "")

    def _part(self, array: str, wave: str, frequency: str) -> str:
        """The element of the transform that is the sum; notes the lines that make it."""
        inverse = wave == "-exp"
        hint = f"{array}_inverse" if inverse else f"{array}_fourier"
        made = rewriting.new_name(self._function, hint)
        form = forms.in_form(self._function.source.names[array])
        shape = form.shape if form is not None else ()
        given = f"{array}, inverse=True" if inverse else array
        line = f"{made} = fourier({given})"
        if line not in self._lines:
            self._lines.append(line)
            self._held[made] = f"complex128 {shape}"
        if wave in ("exp", "-exp"):
            return f"{made}[{frequency}]"
        part = "real" if wave == "cos" else "imag"
        name = rewriting.new_name(self._function, f"{array}_{part}")
        line = f"{name} = {made}.{part}"
        if line not in self._lines:
            self._lines.append(line)
            self._held[name] = f"float64 {shape}"
        # The transform turns the other way.
        return f"-{name}[{frequency}]" if wave == "sin" else f"{name}[{frequency}]"


def _range(loop: ast.For) -> ast.expr | None:
    """n in `for k in range(n)`."""
    match loop.iter:
        case ast.Call(ast.Name("range"), [end], []):
            return end
    return None


def is_wave(wave: str, weights: list[complex]) -> bool:
    """Whether these are what a wave is at the places."""
    angles = [2 * math.pi * k * t / n for k, t, n in PLACES]
    waves: dict[str, Callable[[float], complex]] = {
        "cos": math.cos,
        "sin": math.sin,
        "-sin": lambda angle: -math.sin(angle),
        "exp": lambda angle: cmath.exp(-1j * angle),
        "-exp": lambda angle: cmath.exp(1j * angle),
    }
    pairs = zip(angles, weights, strict=True)
    return all(abs(waves[wave](angle) - weight) < _CLOSE for angle, weight in pairs)
