"""What is computed of the elements of one key by a mask, written for all keys at once.

`(w[m] * x[m]).sum() / w[m].sum()` with `m = keys == k` becomes a sum of products per key over
one of weights per key. Each part has a value per element, a value per key, or is the same for
all.
"""

import ast
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function

NUMBERS = '''
def number_of_key(keys, wanted):
    """The place of each element's key among those wanted, in order; else how many these are."""
    keys = np.ravel(keys)
    if isinstance(wanted, range) and keys.dtype.kind in "iu":
        inside = (keys >= wanted.start) & (keys < wanted.stop)
        return np.where(inside, keys.astype(np.int64) - wanted.start, len(wanted))
    wanted = np.asarray(wanted)
    places = np.searchsorted(wanted, keys)
    inside = np.append(wanted, wanted[-1:])[places] == keys if len(wanted) else False
    return np.where(inside, places, len(wanted))
'''.strip()
SUMS = '''
def sums_by_key(numbers, values, count):
    """The sum of the values of each of so many keys; of each column, where they have some."""
    if values.dtype.kind != "f":
        sums = np.zeros((count + 1, *values.shape[1:]), np.sum(values[:0]).dtype)
        np.add.at(sums, numbers, values)
        return sums[:count]
    columns = values.reshape(len(numbers), int(np.prod(values.shape[1:])))
    sums = np.empty((count, columns.shape[1]), values.dtype)
    for place, column in enumerate(columns.T):
        sums[:, place] = np.bincount(numbers, column, count + 1)[:count]
    return sums.reshape(count, *values.shape[1:])
'''.strip()
MEANS = '''
def means_by_key(numbers, values, count):
    """The mean of the values of each of so many keys, NaN without any; of each column."""
    counts = np.bincount(numbers, minlength=count + 1)[:count]
    sums = sums_by_key(numbers, values, count)
    with np.errstate(invalid="ignore"):
        means = sums / counts.reshape(-1, *[1] * (values.ndim - 1))
    return means.astype(values.dtype) if values.dtype.kind == "f" else means
'''.strip()
PUT = '''
def put_by_key(out, numbers, values):
    """Sets each element of `out` to the value of its key, where that is one of those wanted."""
    inside = numbers < len(values)
    if inside.all():
        out[...] = values[numbers].reshape(out.shape)
        return
    shape = out.shape[: out.ndim - values.ndim + 1]
    out[inside.reshape(shape)] = values[numbers[inside]]
'''.strip()
HELPERS = (NUMBERS, SUMS, MEANS, PUT)

EACH, KEYS, SAME = "each", "keys", "same"
_UFUNCS = frozenset(
    [
        *("sqrt", "exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "absolute"),
        *("abs", "square", "sign", "floor", "ceil", "maximum", "minimum", "arctan2", "hypot"),
    ]
)
_COUNTS = ("M.sum()", "np.sum(M)", "np.count_nonzero(M)", "sum(M)")
_CONSTANTS = ("numpy.nan", "numpy.inf", "math.nan", "math.inf")
_ANY = ("M.any()", "np.any(M)", "any(M)")
_SHAPED = ("len(X)", "X.shape[0]")


class NotByKeyError(Exception):
    """This cannot be written for all keys at once, for this reason."""


@dataclass(frozen=True)
class KeyPart:
    """An expression for all keys."""

    text: str
    kind: str
    more: int = 0
    """Axes that each element, or each key, has of its own."""
    tight: bool = True

    @property
    def closed(self) -> str:
        """Its text, so that anything may stand beside it."""
        return self.text if self.tight else f"({self.text})"


@dataclass(frozen=True)
class KeyMask:
    """Which keys are wanted, and the names that the rewritten function has for them."""

    mask: str
    """As it is written: 'labels == k'."""
    keys: str
    key: str
    rank: int
    numbers: str
    count: str
    values: str
    """The wanted keys as an array."""


class MaskReader:
    """Reads an expression of what a mask picks."""

    def __init__(self, function: Function, asked: KeyMask) -> None:
        self.function = function
        self.asked = asked
        self.read: set[str] = set()
        """Arrays of which elements are picked."""
        self.others: set[str] = set()
        """Names of what is the same for all keys."""

    def of(self, node: ast.expr) -> KeyPart:
        """One expression."""
        counted = self._counted(node)
        if counted is not None:
            return counted
        if isinstance(node, ast.Name) and node.id == self.asked.key:
            return KeyPart(self.asked.values, KEYS)
        if self.asked.key not in syntax.names_in(node):
            plain = isinstance(node, ast.Name | ast.Constant | ast.Call | ast.Attribute)
            form = forms.of(self.function, node)
            known = form is not None and not form.shape and form.kind != "other"
            if not known and self.function.qualified(node) not in _CONSTANTS:
                raise NotByKeyError("something of a shape of its own")
            self.others |= syntax.names_in(node)
            return KeyPart(ast.unparse(node), SAME, tight=plain)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.of(node.operand)
            return KeyPart(f"-{inner.closed}", inner.kind, inner.more, tight=False)
        if isinstance(node, ast.IfExp):
            return self._chosen(node)
        if isinstance(node, ast.Subscript):
            return self._picked(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise NotByKeyError(f"'{ast.unparse(node)}' has no form for all keys")

    def truth(self, node: ast.expr) -> str:
        """A condition on each key: an array of truth values."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = node.operand
            if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
                return self.truth(inner.operand)
            return f"~({self.truth(inner)})"
        if isinstance(node, ast.BoolOp):
            sign = " & " if isinstance(node.op, ast.And) else " | "
            return sign.join(f"({self.truth(each)})" for each in node.values)
        for pattern in _ANY:
            one = patterns.match(self.function, node, pattern)
            if one is not None and self._is_mask(one["M"]):
                return f"{self._counts()} > 0"
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sides = [self.of(each) for each in (node.left, node.comparators[0])]
            plain = isinstance(
                node.ops[0], ast.Gt | ast.GtE | ast.Lt | ast.LtE | ast.Eq | ast.NotEq
            )
            kinds = {each.kind for each in sides}
            if plain and KEYS in kinds and EACH not in kinds and not any(s.more for s in sides):
                sign = ast.unparse(ast.Compare(ast.Name("a"), node.ops, [ast.Name("b")]))[1:-1]
                return f"{sides[0].closed}{sign}{sides[1].closed}"
            raise NotByKeyError("a condition on each element")
        counted = self._counted(node)
        if counted is not None:
            return f"{counted.closed} > 0"
        raise NotByKeyError(f"'{ast.unparse(node)}' is no condition on a key")

    # ------------------------------------------------------------------ picking

    def _is_mask(self, node: ast.expr) -> bool:
        return ast.unparse(node) == self.asked.mask

    def _counts(self) -> str:
        np, asked = self.function.numpy, self.asked
        counts = f"{np}.bincount({asked.numbers}, minlength={asked.count} + 1)"
        return f"{counts}[:{asked.count}]"

    def _counted(self, node: ast.expr) -> KeyPart | None:
        """How many elements a key has."""
        for pattern in _COUNTS:
            one = patterns.match(self.function, node, pattern)
            if one is not None and self._is_mask(one["M"]):
                return KeyPart(self._counts(), KEYS)
        for pattern in _SHAPED:
            one = patterns.match(self.function, node, pattern)
            picked = one["X"] if one is not None else None
            if isinstance(picked, ast.Subscript) and self._picked(picked).kind == EACH:
                return KeyPart(self._counts(), KEYS)
        return None

    def _picked(self, node: ast.Subscript) -> KeyPart:
        """`x[mask]`, `x[mask, 0]`, or a column of what was picked."""
        rank, place = self.asked.rank, node.slice
        form = forms.of(self.function, node.value)
        parts = place.elts if isinstance(place, ast.Tuple) else [place]
        if self._is_mask(parts[0]):
            whole = patterns.cheap(node.value) and form is not None and form.kind == "array"
            if form is None or not whole or len(form.shape) < rank:
                raise NotByKeyError("what is picked from is not known")
            self.read |= syntax.names_in(node.value)
            text, more = ast.unparse(node.value), len(form.shape) - rank
            if rank > 1:
                own = f"-1, *{text}.shape[{rank}:]" if more else "-1"
                text = f"{text}.reshape({own})"
            return self._columns(KeyPart(text, EACH, more), parts[1:])
        inner = self.of(node.value)
        if inner.kind != EACH or ast.unparse(parts[0]) != ":":
            raise NotByKeyError("a part of what is picked")
        return self._columns(inner, parts[1:])

    @staticmethod
    def _columns(part: KeyPart, places: list[ast.expr]) -> KeyPart:
        if not places:
            return part
        more = part.more
        for each in places:
            if ast.unparse(each) in ("None", "np.newaxis"):
                more += 1
            elif isinstance(each, ast.Constant) and isinstance(each.value, int):
                more -= 1
            elif ast.unparse(each) != ":":
                raise NotByKeyError("a part of each element")
        if more < 0:
            raise NotByKeyError("more places than axes")
        places_text = ", ".join(ast.unparse(each) for each in places)
        return KeyPart(f"{part.closed}[:, {places_text}]", EACH, more)

    # ---------------------------------------------------------------- computing

    def _each(self, part: KeyPart) -> str:
        """A value per element."""
        if part.kind != KEYS:
            return part.closed
        np = self.function.numpy
        return f"{np}.take({part.text}, {self.asked.numbers}, axis=0, mode='clip')"

    def _binary(self, node: ast.BinOp) -> KeyPart:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.MatMult):
            return self._product(left, right)
        sign = ast.unparse(ast.BinOp(ast.Name("a"), node.op, ast.Name("b")))[1:-1]
        shaped = [each for each in (left, right) if each.kind != SAME]
        if len({each.more for each in shaped}) > 1:
            raise NotByKeyError("different shapes")
        if EACH in (left.kind, right.kind):
            text = f"{self._each(left)}{sign}{self._each(right)}"
            return KeyPart(text, EACH, shaped[0].more, tight=False)
        return KeyPart(f"{left.closed}{sign}{right.closed}", KEYS, shaped[0].more, tight=False)

    def _product(self, left: KeyPart, right: KeyPart) -> KeyPart:
        if {left.kind, right.kind} != {EACH} or left.more or right.more:
            raise NotByKeyError("a product of matrices")
        return self._reduced("sums", KeyPart(f"{left.closed} * {right.closed}", EACH))

    def _chosen(self, node: ast.IfExp) -> KeyPart:
        one, other = self.of(node.body), self.of(node.orelse)
        if EACH in (one.kind, other.kind) or one.more or other.more:
            raise NotByKeyError("a choice of elements")
        condition = self.truth(node.test)
        return KeyPart(
            f"{self.function.numpy}.where({condition}, {one.text}, {other.text})", KEYS
        )

    def _reduced(self, name: str, values: KeyPart) -> KeyPart:
        asked = self.asked
        text = f"{name}_by_key({asked.numbers}, {values.text}, {asked.count})"
        return KeyPart(text, KEYS, values.more)

    def _call(self, node: ast.Call) -> KeyPart:
        name = self.function.qualified(node.func)
        owner, _, short = name.rpartition(".")
        if owner in ("numpy", "builtins"):
            given = node.args
        elif isinstance(node.func, ast.Attribute):
            short, given = node.func.attr, [node.func.value, *node.args]
        else:
            raise NotByKeyError(f"it calls {ast.unparse(node.func)}")
        values = [self.of(each) for each in given[:2]]
        keywords = {each.arg: each.value for each in node.keywords}
        if short in ("dot", "vdot", "inner") and len(given) == 2 and not keywords:
            return self._product(*values)
        if short == "average" and len(given) == 1 and keywords.keys() == {"weights"}:
            return self._average(values[0], self.of(keywords["weights"]))
        if owner == "numpy" and short in _UFUNCS and not keywords and len(given) <= 2:
            kinds = {each.kind for each in values}
            more = {each.more for each in values if each.kind != SAME}
            if len(more) == 1:
                kind = EACH if EACH in kinds else KEYS
                texts = [self._each(v) if kind == EACH else v.text for v in values]
                return KeyPart(
                    f"{ast.unparse(node.func)}({', '.join(texts)})", kind, more.pop()
                )
        return self._reduction(short, values, given[1:], keywords)

    def _average(self, values: KeyPart, weights: KeyPart) -> KeyPart:
        if {values.kind, weights.kind} != {EACH} or values.more or weights.more:
            raise NotByKeyError("an average of rows")
        total = self._reduced("sums", KeyPart(f"{values.closed} * {weights.closed}", EACH))
        return KeyPart(
            f"{total.text} / {self._reduced('sums', weights).text}", KEYS, tight=False
        )

    def _reduction(
        self,
        name: str,
        values: list[KeyPart],
        places: list[ast.expr],
        keywords: dict[str | None, ast.expr],
    ) -> KeyPart:
        """A sum, a mean, a variance of what is picked."""
        whole = values[0]
        axes = [*places, *(keywords[k] for k in keywords if k == "axis")]
        along = rewriting.number(axes[0]) if len(axes) == 1 else None
        plain = not set(keywords) - {"axis"} and (
            along == 0 or (not axes and not whole.more) or (along == -1 and not whole.more)
        )
        if whole.kind != EACH or not plain:
            raise NotByKeyError(f"{name} of something else")
        if name in ("sum", "mean"):
            return self._reduced(f"{name}s", whole)
        if name in ("var", "std"):
            mean = self._reduced("means", whole)
            apart = KeyPart(f"({whole.closed} - {self._each(mean)}) ** 2", EACH, whole.more)
            spread = self._reduced("means", apart)
            np = self.function.numpy
            return (
                spread
                if name == "var"
                else KeyPart(f"{np}.sqrt({spread.text})", KEYS, whole.more)
            )
        raise NotByKeyError(f"{name} has no form for all keys")
