"""Loop nests made at random: most combine accesses, conditions and sums as no test would."""

import random

NUMBERS = ("0.5", "2", "-1.5", "3")


class Nest:
    """One random function over a (n, m), b (n, m), x (n), y (m), k (n indices below m)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.temporaries: list[str] = []
        self.loops: list[str] = []

    def source(self) -> str:
        """The function's text."""
        self.lines = ["def f(a, b, x, y, k):", "    n, m = a.shape"]
        self.lines += ["    out = np.zeros((n, m))", "    v = np.zeros(n)", "    s = 0.0"]
        self._loop(1)
        self.lines.append("    return out, v, s, a, x")
        return "\n".join(self.lines) + "\n"

    def _pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def _loop(self, depth: int) -> None:
        pad = "    " * depth
        name = "ij"[len(self.loops)]
        size = "nm"[len(self.loops)]
        first = self._pick("", "", "1, ", "0, ")
        last = self._pick(size, size, f"{size} - 1")
        if len(self.loops) == 1 and self.random.random() < 0.15:
            first, last = self._pick("i, ", "i + 1, "), "m"
        header = f"range({first}{last})"
        if self.random.random() < 0.1:
            header = f"range({size} - 1, -1, -1)"
        self.lines.append(f"{pad}for {name} in {header}:")
        self.loops.append(name)
        kept = list(self.temporaries)
        count = self.random.randint(1, 2)
        for _ in range(count):
            self._statement(depth + 1)
        if len(self.loops) == 1 and self.random.random() < 0.7:
            self._loop(depth + 1)
        if self.random.random() < 0.3:
            self._statement(depth + 1)
        self.temporaries = kept
        self.loops.pop()

    def _index(self, which: str) -> str:
        names = {"n": ["i"], "m": ["j"] if "j" in self.loops else ["0", "i % m", "k[i]"]}[which]
        shift = self._pick("", "", "", " - 1", " + 1") if names[0] in "ij" else ""
        if shift == " + 1":
            shift = ""
        name = self.random.choice(names)
        return f"{name}{shift if name in 'ij' else ''}"

    def _access(self) -> str:
        kind = self._pick("a", "a", "b", "x", "y", "out", "v")
        if kind in ("a", "b", "out"):
            return f"{kind}[{self._index('n')}, {self._index('m')}]"
        return f"{kind}[{self._index('n' if kind in 'xv' else 'm')}]"

    def _value(self, deep: int = 0) -> str:
        roll = self.random.random()
        if deep > 2 or roll < 0.35:
            return self._access()
        if roll < 0.45:
            return self._pick(*NUMBERS, *self.loops)
        if roll < 0.52 and self.temporaries:
            return self.random.choice(self.temporaries)
        if roll < 0.6:
            return f"{self._pick('abs', 'np.sin', 'float')}({self._value(deep + 1)})"
        if roll < 0.66:
            return f"max({self._value(deep + 1)}, {self._value(deep + 1)})"
        if roll < 0.7:
            return f"np.sum(b[{self._index('n')}] * y)"
        if roll < 0.75:
            return f"({self._value(2)} if {self._test()} else {self._value(2)})"
        sign = self._pick("+", "-", "*", "*")
        return f"({self._value(deep + 1)} {sign} {self._value(deep + 1)})"

    def _test(self) -> str:
        if self.random.random() < 0.3:
            name = self.random.choice(self.loops)
            return f"{name} {self._pick('>', '<', '!=')} {self._pick('0', '1', '2')}"
        return f"{self._value(2)} {self._pick('>', '<')} {self._pick('0', '0.3')}"

    def _statement(self, depth: int) -> None:
        pad = "    " * depth
        roll = self.random.random()
        if roll < 0.12 and depth < 4:
            self.lines.append(f"{pad}if {self._test()}:")
            kept = list(self.temporaries)
            self._statement(depth + 1)
            self.temporaries = kept
            if self.random.random() < 0.4:
                self.lines.append(f"{pad}else:")
                self._statement(depth + 1)
                self.temporaries = kept
            return
        if roll < 0.25:
            name = f"t{len(self.temporaries)}"
            self.lines.append(f"{pad}{name} = {self._value()}")
            self.temporaries.append(name)
            return
        if roll < 0.4:
            self.lines.append(f"{pad}s {self._pick('+=', '+=', '-=')} {self._value()}")
            return
        sign = self._pick("=", "=", "+=", "+=", "*=")
        if roll < 0.6:
            target = f"v[{self._index('n')}]"
        elif roll < 0.7:
            target = f"x[{self._index('n')}]"
        elif roll < 0.76:
            target = f"a[{self._index('n')}, {self._index('m')}]"
        else:
            target = f"out[{self._index('n')}, {self._index('m')}]"
        self.lines.append(f"{pad}{target} {sign} {self._value()}")
