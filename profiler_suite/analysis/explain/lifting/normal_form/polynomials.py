"""Whole numbers that are not known yet: polynomials with integer coefficients over texts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Poly:
    """Σ coefficient × product of atoms; an atom is a piece of source or the name of a label."""

    monomials: tuple[tuple[tuple[str, ...], int], ...] = ()

    @staticmethod
    def number(value: int) -> Poly:
        """A constant."""
        return Poly((((), value),)) if value else Poly()

    @staticmethod
    def atom(text: str) -> Poly:
        """One unknown."""
        return Poly((((text,), 1),))

    @staticmethod
    def _of(parts: Iterable[tuple[tuple[str, ...], int]]) -> Poly:
        total: dict[tuple[str, ...], int] = {}
        for atoms, coefficient in parts:
            total[atoms] = total.get(atoms, 0) + coefficient
        return Poly(tuple(sorted((a, c) for a, c in total.items() if c)))

    def __add__(self, other: Poly | int) -> Poly:
        return Poly._of((*self.monomials, *_poly(other).monomials))

    def __neg__(self) -> Poly:
        return Poly(tuple((a, -c) for a, c in self.monomials))

    def __sub__(self, other: Poly | int) -> Poly:
        return self + -_poly(other)

    def __mul__(self, other: Poly | int) -> Poly:
        return Poly._of(
            (tuple(sorted((*a, *b))), c * d)
            for a, c in self.monomials
            for b, d in _poly(other).monomials
        )

    @property
    def constant(self) -> int | None:
        """Its value, where it has no unknowns."""
        if not self.monomials:
            return 0
        (atoms, coefficient), *rest = self.monomials
        return coefficient if not rest and not atoms else None

    @property
    def atoms(self) -> frozenset[str]:
        """Every unknown in it."""
        return frozenset(atom for atoms, _ in self.monomials for atom in atoms)

    def of(self, atom: str) -> Poly:
        """The coefficient of an unknown that it holds to the first degree."""
        parts = []
        for atoms, coefficient in self.monomials:
            if atom in atoms:
                rest = list(atoms)
                rest.remove(atom)
                parts.append((tuple(rest), coefficient))
        return Poly._of(parts)

    def without(self, atoms: Iterable[str]) -> Poly:
        """What is left where these unknowns are zero."""
        gone = set(atoms)
        return Poly(tuple((a, c) for a, c in self.monomials if not gone & set(a)))

    def linear_in(self, atoms: Iterable[str]) -> bool:
        """Whether no product of two of these unknowns occurs."""
        wanted = set(atoms)
        return all(sum(a in wanted for a in each) <= 1 for each, _ in self.monomials)

    def put(self, atom: str, value: Poly) -> Poly:
        """With a value in place of an unknown of the first degree."""
        return self.without((atom,)) + self.of(atom) * value

    def over(self, divisor: Poly) -> int | None:
        """The whole number that it is times `divisor`, if it is one."""
        if not divisor.monomials:
            return None
        if not self.monomials:
            return 0
        ours, theirs = self.monomials[0], divisor.monomials[0]
        if ours[0] != theirs[0] or ours[1] % theirs[1]:
            return None
        quotient = ours[1] // theirs[1]
        return quotient if divisor * quotient == self else None

    def value(self, values: Callable[[str], int | None]) -> int | None:
        """Its value where every unknown has one."""
        total = 0
        for atoms, coefficient in self.monomials:
            for atom in atoms:
                known = values(atom)
                if known is None:
                    return None
                coefficient *= known
            total += coefficient
        return total

    def text(self, names: Mapping[Poly, str] | None = None) -> str:
        """As source; `names` are variables that hold such a number."""
        if names and self.constant is None:
            if self in names:
                return names[self]
            for offset in (1, -1, 2, -2):
                if self - offset in names:
                    return f"{names[self - offset]} {'+' if offset > 0 else '-'} {abs(offset)}"
        if not self.monomials:
            return "0"
        # What is added comes before what is taken away, numbers last.
        order = sorted(self.monomials, key=lambda m: (not m[0], m[1] < 0, m[0]))
        text = ""
        for atoms, coefficient in order:
            piece = _product(atoms, abs(coefficient), names)
            if text:
                text += f" {'-' if coefficient < 0 else '+'} {piece}"
            else:
                text = f"-{piece}" if coefficient < 0 else piece
        return text


def _product(atoms: tuple[str, ...], coefficient: int, names: Mapping[Poly, str] | None) -> str:
    shown = [(names or {}).get(Poly.atom(atom), atom) for atom in atoms]
    alone = coefficient == 1 and len(shown) == 1
    shown = [f"({s})" if " " in s and not _is_closed(s, alone=alone) else s for s in shown]
    if coefficient != 1 or not shown:
        shown.insert(0, str(coefficient))
    return " * ".join(shown)


def _is_closed(text: str, *, alone: bool) -> bool:
    """Whether a factor may follow, where it does not stand alone: f(x), but not (x) // (y)."""
    if alone and text.endswith(")"):
        return True
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return False
    whole = text.startswith("(") and isinstance(node, ast.BinOp) and node.col_offset == 1
    return whole or isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call)


def _poly(value: Poly | int) -> Poly:
    return Poly.number(value) if isinstance(value, int) else value
