"""Random functions of small arrays with loops and branches around them."""

from tests.analysis.explain.rewrites.small_programs import Program

LARGE = {"rows": "float64 (40, 3)", "times": "float64 (12,)", "data": "float64 (11, 2)"}
"""What the function makes and is given beside the names of every function, in words."""
_HEADS = ("for k in range(n + 1):", "for now in times:", "for k, item in enumerate(data):")


class LoopProgram(Program):
    """One function, made of a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        head = self.text.partition("\n")[0]
        self._known = {name: held for name, held in self._known.items() if name in "abcmwstn"}
        lines = ["rows = np.zeros((40, 3))", "states = []", "count = 0", "end = 0.0"]
        lines += [self._statement() for _ in range(self._random.randrange(3))]
        self._known["end"] = ()
        for _ in range(self._random.randint(1, 2)):
            lines += self._loop(0)
        results = [self._expression(shape, 2) for shape in ((3,), ())]
        results += [self._random.choice(["a", "b", "s", "c", "m"]), "rows", "np.array(states)"]
        body = "\n    ".join([*lines, f"return {', '.join(results)}, end"])
        self.text = f"{head.replace('n)', 'n, times, data)')}\n    {body}\n"

    def _loop(self, depth: int) -> list[str]:
        before = dict(self._known)
        head = self._random.choice(_HEADS)
        lines = []
        if self._random.random() < 0.25:
            head = "while count < 6 and s < 50.0:"
            lines = ["count += 1"]
        self._known |= {"now": ()} if "now" in head else {}
        self._known |= {"item": (2,)} if "item" in head else {}
        lines += self._block(depth)
        if self._random.random() < 0.5:
            lines.append(f"end += {self._expression((), 2)}")
        self._known = {k: v for k, v in self._known.items() if before.get(k) == v}
        return [head, *(f"    {each}" for each in lines)]

    def _block(self, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self._random.randint(1, 4)):
            kind = self._random.random()
            if kind < 0.5:
                lines.append(self._statement())
            elif kind < 0.6:
                lines.append(
                    f"rows[{self._random.choice(['count', 'n', '2'])}] = {self._vector()}"
                )
            elif kind < 0.65:
                lines.append(f"states.append({self._vector()})")
            elif kind < 0.7:
                lines.append(f"a = rows[n] * 0.5 + {self._vector()}")
            elif kind < 0.9 and depth < 2:
                lines += self._branches(depth + 1)
            elif depth < 1:
                lines += self._loop(depth + 1)
        return lines or ["pass"]

    def _vector(self) -> str:
        return self._random.choice(["a", "b", "a.copy()", self._expression((3,), 1)])

    def _branches(self, depth: int) -> list[str]:
        test = f"{self._expression((), 1)} > {self._expression((), 1)}"
        if self._random.random() < 0.2:
            test += f" and not {self._expression((), 1)} < 0.5"
        before = dict(self._known)
        lines = [f"if {test}:", *(f"    {each}" for each in self._block(depth))]
        if self._random.random() < 0.15:
            lines.append(f"    {self._random.choice(['break', 'continue'])}")
        after, self._known = self._known, dict(before)
        if self._random.random() < 0.5:
            lines += ["else:", *(f"    {each}" for each in self._block(depth))]
        self._known = {k: v for k, v in self._known.items() if after.get(k) == v}
        return lines
