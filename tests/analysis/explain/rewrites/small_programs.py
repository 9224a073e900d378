"""Random functions of small arrays: straight lines, with aliases and changes in place."""

import random
import re

NAMES = {
    "a": "float64 (3,)",
    "b": "float64 (3,)",
    "c": "float64 (2,)",
    "m": "float64 (3, 3)",
    "w": "float64 (2, 3)",
    "s": "float 0.5",
    "t": "float64 number",
    "n": "int 3",
}
"""What the parameters of every function hold, in words."""
_SHAPES: dict[str, tuple[int, ...]] = {
    **{"a": (3,), "b": (3,), "c": (2,), "m": (3, 3), "w": (2, 3)},
    **dict.fromkeys("stn", ()),
}
_OF_ONE = ("np.sin", "np.cos", "np.tanh", "np.abs", "np.square", "np.arctan", "np.negative")

_OF_ANY = (
    *("(<own> + <own>)", "(<own> - <own>)", "(<own> * <own>)", "(<own> * <>)", "(<> - <own>)"),
    *("(-<own>)", "(<own> / (2.0 + <own> ** 2))", "(<own> ** 3)", "<function>(<own>)"),
    *("np.maximum(<own>, <own>)", "np.where(<own> > <>, <own>, <>)", "np.clip(<own>, -1, 1)"),
)
"""With '<own>' for something of the same shape, '<>' for a number, '<33>' for a matrix."""
_OF_SHAPE: dict[tuple[int, ...], tuple[str, ...]] = {
    (): (
        *("<3>[<place>]", "np.sum(<3>)", "(<3>).mean()", "np.linalg.norm(<2>)", "(<3> @ <3>)"),
        *("np.max(<2>)", "float(<>)", "<33>[<place>, 1]", "abs(<>)"),
    ),
    (2,): ("(<3>)[1:]", "(<23> @ <3>)", "(<2>).copy()", "np.array([<>, <>], dtype=float)"),
    (3,): (
        *("np.cross(<3>, <3>)", "(<33> @ <3>)", "np.dot(<3>, <33>)", "(<3>)[::-1]"),
        *(
            "np.concatenate((<2>, [<>]))",
            "(<33>)[<place>]",
            "(<33>).sum(axis=0)",
            "np.sum(<33>, axis=1)",
            "np.asarray(<3>)",
        ),
        "np.where((<3> > <3>) & ~(<3> < <>), <3>, <3>)",
    ),
    (2, 3): ("(<23>).copy()", "(<23> @ <33>)", "np.array([<3>, <3>])", "(<33>)[:2]"),
    (3, 3): ("(<33> @ <33>)", "(<33>).T", "np.outer(<3>, <3>)", "(<33> + <3>)"),
}


class Program:
    """One function, made of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._known = dict(_SHAPES)
        lines = [self._statement() for _ in range(self._random.randint(1, 6))]
        shape = self._random.choice([(3,), (2,), (3, 3), ()])
        results = [self._expression(shape, 3) for _ in range(self._random.randint(1, 2))]
        body = "\n    ".join([*lines, f"return {', '.join(results)}"])
        self.text = f"def f({', '.join(_SHAPES)}):\n    {body}\n"

    def _statement(self) -> str:
        shape = self._random.choice([(3,), (3,), (2,), (3, 3), (2, 3), ()])
        kind = self._random.random()
        if self._random.random() < 0.1:
            back = self._random.choice([*self._known, "-s", "(a, s)"])
            return f"if {self._expression((), 2)} > {self._expression((), 1)}: return {back}"
        own = [name for name, held in self._known.items() if held == shape]
        if kind < 0.2 and own:
            sign = self._random.choice("+-*")
            return f"{self._random.choice(own)} {sign}= {self._expression(shape, 2)}"
        if kind < 0.3 and shape and own:
            place = ", ".join(str(self._random.randrange(k)) for k in shape)
            return f"{self._random.choice(own)}[{place}] = {self._expression((), 2)}"
        name = self._random.choice(["x", "y", "z", "a", "s"])
        value = self._expression(shape, 3)
        if kind < 0.4 and own:
            value = self._random.choice(own)
        if kind > 0.92:
            several = self._expression((3,), 1)
            self._known |= dict.fromkeys(("p", "q", "r"), ())
            return f"p, q, r = {several}"
        self._known[name] = shape
        return f"{name} = {value}"

    def _expression(self, shape: tuple[int, ...], depth: int) -> str:
        own = [name for name, held in self._known.items() if held == shape]
        if depth == 0 or self._random.random() < 0.15:
            return self._random.choice([*own, *self._literals(shape)])
        form = self._random.choice([*_OF_ANY, *_OF_SHAPE[shape]])

        def part(found: re.Match[str]) -> str:
            if found[1] == "function":
                return self._random.choice(_OF_ONE)
            if found[1] == "place":
                return str(self._random.randrange(-3, 3))
            of = shape if found[1] == "own" else tuple(map(int, found[1]))
            return self._expression(of, depth - 1)

        return re.sub("<([a-z0-9]*)>", part, form)

    def _literals(self, shape: tuple[int, ...]) -> list[str]:
        if not shape:
            return [str(self._random.choice([0.0, 1.0, -1.0, 2.5, -0.5, 3]))]
        if len(shape) == 1:
            parts = ", ".join(self._expression((), 0) for _ in range(shape[0]))
            return [f"np.array([{parts}], dtype=float)", f"np.zeros({shape[0]})"]
        return [f"np.ones({shape})"] + ["np.eye(3)"] * (shape == (3, 3))
