"""A Python function of one group, written for all groups of a table at once.

`(g['v'] * g['w']).sum() / g['w'].sum()` of a group becomes
`(df['v'] * df['w']).groupby(df['k']).sum() / df.groupby('k')['w'].sum()`. Each value is one
per row, one per group, or the same for all; one per group has a second form that is spread
over the rows, so that `v - v.mean()` has a form too.
"""

import ast
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewriting import Function

ROWS, GROUPS, SAME, TABLE = "rows", "groups", "same", "table"
_REDUCING = frozenset(
    [
        *("sum", "mean", "max", "min", "std", "var", "median", "count", "prod", "any", "all"),
        *("nunique", "sem", "skew", "first", "last", "quantile"),
    ]
)
_ALONG = frozenset(
    [
        *("shift", "diff", "cumsum", "cumprod", "cummax", "cummin", "rank", "pct_change"),
        *("ffill", "bfill"),
    ]
)
_ELEMENTWISE = frozenset(
    [
        "abs",
        "fillna",
        "clip",
        "round",
        "astype",
        "isna",
        "isnull",
        "notna",
        "notnull",
        "between",
    ]
)
_ACCESSORS = ("dt", "str")
# What one element alone does not decide.
_OF_ALL_TEXTS = ("cat", "get_dummies")
_UFUNCS = frozenset(
    [
        *("sqrt", "exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "absolute"),
        *("square", "sign", "floor", "ceil", "maximum", "minimum"),
    ]
)
_OF_NUMPY = {"amax": "max", "amin": "min", "nansum": "sum", "nanmean": "mean"}


# What is made of two columns of a group, by sums of products of what they differ by.
_OF_TWO = (
    *(("np.polyfit(X, Y, 1)[0]", "slope"), ("np.polyfit(X, Y, deg=1)[0]", "slope")),
    *(("scipy.stats.linregress(X, Y).slope", "slope"),),
    *(("scipy.stats.linregress(X, Y)[0]", "slope"), ("X.corr(Y)", "corr")),
    *(("np.corrcoef(X, Y)[0, 1]", "corr"), ("np.corrcoef(X, Y)[0][1]", "corr")),
    *(("scipy.stats.pearsonr(X, Y)[0]", "corr"), ("X.cov(Y)", "cov")),
    *(("np.cov(X, Y)[0, 1]", "cov"),),
)


class NotForGroupsError(Exception):
    """This cannot be written for all groups at once, for this reason."""


@dataclass(frozen=True)
class Of:
    """An expression for all groups."""

    text: str
    kind: str
    spread: str = ""
    """Of a value per group: the same for every row."""
    tight: bool = True
    """Whether anything may stand beside it without parentheses."""
    column: str = ""
    """Of a plain column: its name as it is written."""

    @property
    def closed(self) -> str:
        """Its text, so that anything may stand beside it."""
        return self.text if self.tight else f"({self.text})"

    @property
    def of_rows(self) -> str:
        """One value per row, closed."""
        if self.kind == GROUPS and not self.spread:
            raise NotForGroupsError("a value of a group that is not spread over its rows")
        return self.closed if self.kind != GROUPS else self.spread


class OfGroups:
    """Reads the function of a group."""

    def __init__(
        self,
        function: Function,
        names: Collection[str],
        table: str,
        keys: ast.expr,
        parameter: str,
        column: str,
        least: int = 1,
    ) -> None:
        """`names` are those of the caller: they tell columns, such as "df['a']".

        Each group is known to have `least` rows.
        """
        self.least = least
        self.function = function
        self.names = names
        self.table = table
        self.keys = keys
        self.env: dict[str, Of] = {
            parameter: Of(f"{table}[{column}]", ROWS, column=column)
            if column
            else Of(table, TABLE)
        }
        self.made: dict[str, Of] = {}
        """Columns that the function adds to its group."""

    def read(self, callee: ast.FunctionDef | ast.Lambda) -> Of:
        """What it returns, for all groups."""
        if isinstance(callee, ast.Lambda):
            return self.of(callee.body)
        for statement in callee.body:
            if isinstance(statement, ast.Return) and statement.value is not None:
                return self.of(statement.value)
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                break
            target = statement.targets[0]
            if not isinstance(target, ast.Name):
                break
            self.env[target.id] = self.of(statement.value)
        raise NotForGroupsError("it is not a sequence of expressions")

    def read_columns(self, callee: ast.FunctionDef | ast.Lambda) -> dict[str, str]:
        """What it adds to its group, column by column, where it returns the group with that."""
        if isinstance(callee, ast.Lambda):
            return self._assigned(callee.body)
        for number, statement in enumerate(callee.body):
            if isinstance(statement, ast.Return) and statement.value is not None:
                self.read_body(callee.body[:number])
                return self._assigned(statement.value)
        raise NotForGroupsError("it does not return its group")

    def read_body(self, body: list[ast.stmt]) -> dict[str, str]:
        """The columns that these statements add to the group; other names are remembered."""
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                raise NotForGroupsError("it is not a sequence of expressions")
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                self.env[target.id] = self._copied(statement.value)
            elif isinstance(target, ast.Subscript) and self.is_group(target.value):
                self.made[_named(target.slice)] = self._column(statement.value)
            elif isinstance(target, ast.Subscript) and self._is_whole(target):
                assert isinstance(target.slice, ast.Tuple)
                self.made[_named(target.slice.elts[1])] = self._column(statement.value)
            else:
                raise NotForGroupsError("it sets something else")
        return {name: made.text for name, made in self.made.items()}

    def _is_whole(self, target: ast.Subscript) -> bool:
        """Whether it is `g.loc[:, 'a']` of the group."""
        owner, place = target.value, target.slice
        if not isinstance(owner, ast.Attribute) or owner.attr != "loc":
            return False
        parts = place.elts if isinstance(place, ast.Tuple) else []
        return len(parts) == 2 and ast.unparse(parts[0]) == ":" and self.is_group(owner.value)

    def _copied(self, node: ast.expr) -> Of:
        """A copy of the group is the group."""
        copied = _method(node, "copy")
        if copied is not None and self.is_group(copied.func.value):
            return Of(self.table, TABLE)
        return self.of(node)

    def is_group(self, node: ast.expr) -> bool:
        """Whether it is the whole group."""
        known = self.env.get(node.id) if isinstance(node, ast.Name) else None
        return known is not None and known.kind == TABLE and known.text == self.table

    def _of_table(self, whole: Of, name: str) -> Of:
        """A column of the group, or of the group in another order."""
        if whole.text != self.table:
            return Of(f"{whole.text}[{name}]", ROWS)
        return Of(f"{self.table}[{name}]", ROWS, column=name)

    def _column(self, node: ast.expr) -> Of:
        made = self.of(node)
        if made.kind == TABLE:
            raise NotForGroupsError("a column that is a table")
        return Of(made.of_rows, ROWS if made.kind != SAME else SAME)

    def _assigned(self, node: ast.expr) -> dict[str, str]:
        """`group`, or `group.assign(name=value)`."""
        assigned = _method(node, "assign")
        if assigned is not None and not assigned.args:
            for each in assigned.keywords:
                if each.arg is None:
                    raise NotForGroupsError("names that are not written out")
                self.made[each.arg] = self._column(each.value)
            node = assigned.func.value
        if not self.is_group(node) or not self.made:
            raise NotForGroupsError("it does not return its group")
        return {name: made.text for name, made in self.made.items()}

    # ------------------------------------------------------------ expressions

    def of(self, node: ast.expr) -> Of:
        """One expression."""
        if isinstance(node, ast.Name) and node.id in self.env:
            return self.env[node.id]
        if not any(isinstance(n, ast.Name) and n.id in self.env for n in ast.walk(node)):
            plain = isinstance(node, ast.Name | ast.Constant | ast.Call | ast.Attribute)
            return Of(ast.unparse(node), SAME, tight=plain)
        if isinstance(node, ast.BinOp | ast.Compare):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            inner = self.of(node.operand)
            sign = {ast.USub: "-", ast.Invert: "~"}.get(type(node.op))
            if sign is None or inner.kind == TABLE:
                raise NotForGroupsError("a condition on a group")
            spread = f"({sign}{inner.spread})" if inner.kind == GROUPS else ""
            return Of(f"{sign}{inner.closed}", inner.kind, spread, tight=False)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise NotForGroupsError(f"'{ast.unparse(node)}' has no form for all groups")

    def _binary(self, node: ast.BinOp | ast.Compare) -> Of:
        if isinstance(node, ast.BinOp):
            left, right = self.of(node.left), self.of(node.right)
            sign = ast.unparse(ast.BinOp(ast.Name("a"), node.op, ast.Name("b")))[1:-1]
        elif len(node.ops) == 1 and not isinstance(
            node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot
        ):
            left, right = self.of(node.left), self.of(node.comparators[0])
            sign = ast.unparse(ast.Compare(ast.Name("a"), node.ops, [ast.Name("b")]))[1:-1]
        else:
            raise NotForGroupsError("a comparison of other things than numbers")
        kinds = {left.kind, right.kind}
        if TABLE in kinds:
            raise NotForGroupsError("it uses the group as a whole")
        if ROWS in kinds:
            return Of(f"{left.of_rows}{sign}{right.of_rows}", ROWS, tight=False)
        if GROUPS in kinds:
            spread = self._spread(left, sign, right)
            return Of(f"{left.closed}{sign}{right.closed}", GROUPS, spread, tight=False)
        return Of(f"{left.closed}{sign}{right.closed}", SAME, tight=False)

    @staticmethod
    def _spread(left: Of, sign: str, right: Of) -> str:
        """A value per group, for every row, where both sides are known for every row."""
        if any(each.kind == GROUPS and not each.spread for each in (left, right)):
            return ""
        return f"({left.of_rows}{sign}{right.of_rows})"

    def _of_two(self, node: ast.expr) -> Of | None:
        """A slope, a correlation or a covariance of two columns of the group; else None."""
        for pattern, kind in _OF_TWO:
            one = patterns.match(self.function, node, pattern)
            if one is None:
                continue
            x, y = (self.of(one[each]) for each in "XY")
            if x.kind != ROWS or y.kind != ROWS:
                raise NotForGroupsError("it is not of two columns")
            return self._moment(kind, x, y, skipped=pattern.startswith("X."))
        return None

    def _moment(self, kind: str, x: Of, y: Of, *, skipped: bool) -> Of:
        """By sums of products of what they differ by from their means, of pairs alone."""
        both = Of(f"({x.closed} + {y.closed})", ROWS)
        if skipped:
            x, y = (
                Of(f"{v.closed}.where({other.closed}.notna())", ROWS)
                for v, other in ((x, y), (y, x))
            )
        dx, dy = (f"({v.closed} - {self.reduced(v, 'mean', '').spread})" for v in (x, y))
        xy, xx, yy = (
            self.reduced(Of(f"{a} * {b}", ROWS, tight=False), "sum", "").text
            for a, b in ((dx, dy), (dx, dx), (dy, dy))
        )
        other = {
            "slope": xx,
            "corr": f"({xx} * {yy}) ** 0.5",
            "cov": f"({self.reduced(both, 'count', '').text} - 1)",
        }[kind]
        if skipped:
            return Of(f"{xy} / {other}", GROUPS, tight=False)
        whole = self.reduced(Of(f"{both.text}.notna()", ROWS), "all", "").text
        return Of(f"({xy} / {other}).where({whole})", GROUPS)

    def _at(self, rows: Of, place: int) -> Of:
        """The element of each group at a place that all of them have."""
        count = place + 1 if place >= 0 else -place
        if count > self.least:
            raise NotForGroupsError("an element that a group may not have")
        some, one = ("head", "last") if place >= 0 else ("tail", "first")
        by = self._by()
        return Of(f"{rows.closed}.groupby({by}).{some}({count}).groupby({by}).{one}()", GROUPS)

    def truth(self, node: ast.expr) -> Of:
        """A condition on a group, for all of them: no more than one truth value of each."""
        if isinstance(node, ast.BoolOp):
            sign = " & " if isinstance(node.op, ast.And) else " | "
            return self._all_of([self.truth(each) for each in node.values], sign)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand)
            if inner.kind == SAME:
                return Of(f"(not {inner.closed})", SAME)
            return Of(f"~{inner.closed}", GROUPS, f"(~{inner.spread})", tight=False)
        if isinstance(node, ast.Compare) and len(node.ops) > 1:
            sides = [node.left, *node.comparators]
            return self._all_of(
                [
                    self.truth(ast.Compare(sides[i], [op], [sides[i + 1]]))
                    for i, op in enumerate(node.ops)
                ],
                " & ",
            )
        made = self.of(node)
        of_all = _method(node, "any") or _method(node, "all")
        if made.kind == SAME and not isinstance(node, ast.Compare):
            return Of(f"bool({made.text})", SAME)
        if made.kind not in (GROUPS, SAME):
            raise NotForGroupsError("a condition on each row")
        if not isinstance(node, ast.Compare) and of_all is None:
            raise NotForGroupsError("a number as a condition")
        return made

    @staticmethod
    def _all_of(parts: list[Of], sign: str) -> Of:
        kind = GROUPS if any(each.kind == GROUPS for each in parts) else SAME
        spread = f"({sign.join(each.of_rows for each in parts)})" if kind == GROUPS else ""
        return Of(sign.join(each.closed for each in parts), kind, spread, tight=False)

    def _subscript(self, node: ast.Subscript) -> Of:
        place = node.value
        of_two = self._of_two(node)
        if of_two is not None:
            return of_two
        if isinstance(place, ast.Attribute) and ast.unparse(node).endswith(".shape[0]"):
            if self.of(place.value).kind in (TABLE, ROWS):
                return self._size()
            raise NotForGroupsError("how many groups there are")
        if isinstance(place, ast.Attribute) and place.attr in ("iloc", "iat", "values"):
            inner = self.of(place.value)
            ends = {"0": "first", "-1": "last"}
            which = ends.get(ast.unparse(node.slice))
            place_in_group = rewriting.number(node.slice)
            if which is None and inner.kind == ROWS and place_in_group is not None:
                return self._at(inner, int(place_in_group))
            if which is None or inner.kind != ROWS:
                raise NotForGroupsError("an element of a group")
            return self.reduced(inner, which, "")
        inner = self.of(place)
        if inner.kind == TABLE:
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                if node.slice.value in self.made:
                    return self.made[node.slice.value]
                return self._of_table(inner, repr(node.slice.value))
            raise NotForGroupsError("a part of the group")
        picked = self.of(node.slice)
        if inner.kind == ROWS and picked.kind == ROWS:
            return Of(f"{inner.closed}[{picked.text}]", ROWS)
        raise NotForGroupsError("a part of the group")

    def _attribute(self, node: ast.Attribute) -> Of:
        of_two = self._of_two(node)
        if of_two is not None:
            return of_two
        inner = self.of(node.value)
        if inner.kind == TABLE:
            if f"{self.table}[{node.attr!r}]" in self.names:
                return self._of_table(inner, repr(node.attr))
        elif node.attr in ("values",):
            return inner
        elif self._is_accessor(node.value) and inner.kind == ROWS:
            return Of(f"{inner.text}.{node.attr}", ROWS)
        elif node.attr in _ACCESSORS and inner.kind == ROWS:
            return Of(f"{inner.closed}.{node.attr}", ROWS)
        elif node.attr == "size" and inner.kind == ROWS:
            return self._size()
        elif node.attr == "days" and inner.kind == GROUPS:
            spread = f"{inner.spread}.dt.days" if inner.spread else ""
            return Of(f"{inner.closed}.dt.days", GROUPS, spread)
        raise NotForGroupsError(f"'{ast.unparse(node)}' has no form for all groups")

    def _call(self, node: ast.Call) -> Of:
        of_two = self._of_two(node)
        if of_two is not None:
            return of_two
        name = self.function.qualified(node.func)
        owner, _, short = name.rpartition(".")
        given = ", ".join(
            [
                *(ast.unparse(each) for each in node.args[1:]),
                *(f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords),
            ]
        )
        if name == "builtins.len":
            return self._size()
        if owner in ("numpy", "builtins"):
            return self._of_numpy(node, short, given)
        if not isinstance(node.func, ast.Attribute):
            raise NotForGroupsError(f"it calls {ast.unparse(node.func)}")
        method, inner = node.func.attr, self.of(node.func.value)
        if self._is_accessor(node.func.value):
            return self._accessed(node, inner, method)
        if inner.kind == TABLE and method == "sort_values":
            arguments = [*node.args, *(each.value for each in node.keywords)]
            if all(self.of(each).kind == SAME for each in arguments):
                call = ast.Call(ast.Name("sort_values"), node.args, node.keywords)
                return Of(f"{inner.text}.{ast.unparse(call)}", TABLE)
        if inner.kind != ROWS:
            raise NotForGroupsError(f"it calls {ast.unparse(node.func)}")
        if method == "sort_values" and not node.args and not node.keywords:
            return Of(f"{inner.closed}.sort_values()", ROWS)
        values = [self.of(each) for each in (*node.args, *(k.value for k in node.keywords))]
        given = ", ".join(filter(None, [*(ast.unparse(each) for each in node.args[:1]), given]))
        if method in _ELEMENTWISE:
            own = [each.of_rows for each in values[: len(node.args)]]
            keywords = [
                f"{k.arg}={v.of_rows}"
                for k, v in zip(node.keywords, values[len(node.args) :], strict=True)
            ]
            return Of(f"{inner.closed}.{method}({', '.join([*own, *keywords])})", ROWS)
        if any(each.kind != SAME for each in values):
            raise NotForGroupsError(
                f"it calls {ast.unparse(node.func)} with a part of the group"
            )
        if method in _REDUCING:
            return self.reduced(inner, method, given)
        if method in _ALONG:
            return Of(f"{self.grouped(inner)}.{method}({given})", ROWS)
        raise NotForGroupsError(f"it calls {ast.unparse(node.func)}")

    @staticmethod
    def _is_accessor(node: ast.expr) -> bool:
        """Whether it is v.dt or v.str of what has a value per row."""
        return isinstance(node, ast.Attribute) and node.attr in _ACCESSORS

    def _accessed(self, node: ast.Call, inner: Of, method: str) -> Of:
        """A method of texts or dates, which treats elements alike."""
        given = [*node.args, *(each.value for each in node.keywords)]
        if inner.kind != ROWS or method in _OF_ALL_TEXTS:
            raise NotForGroupsError(f"it calls {method}")
        if any(self.of(each).kind != SAME for each in given):
            raise NotForGroupsError(f"it calls {method} with a part of the group")
        arguments = ", ".join(ast.unparse(each) for each in (*node.args, *node.keywords))
        return Of(f"{inner.text}.{method}({arguments})", ROWS)

    def _of_numpy(self, node: ast.Call, name: str, given: str) -> Of:
        values = [self.of(each) for each in node.args]
        name = _OF_NUMPY.get(name, name)
        if name == "average" and len(values) == 1 and len(node.keywords) == 1:
            weights = self.of(node.keywords[0].value)
            product = Of(f"{values[0].of_rows} * {weights.of_rows}", ROWS, tight=False)
            total, whole = (self.reduced(each, "sum", "") for each in (product, weights))
            spread = f"({total.spread} / {whole.spread})"
            return Of(f"{total.text} / {whole.text}", GROUPS, spread, tight=False)
        if name in _UFUNCS and not node.keywords:
            np = self.function.numpy
            return Of(f"{np}.{name}({', '.join(v.of_rows for v in values)})", ROWS)
        if name in ("std", "var") and not given:
            given = "ddof=0"
        if name in _REDUCING and len(values) == 1 and values[0].kind == ROWS:
            return self.reduced(values[0], name, given)
        raise NotForGroupsError(f"it calls {name}")

    # ----------------------------------------------------------------- groups

    def grouped(self, rows: Of) -> str:
        """The rows of all groups, grouped."""
        if rows.column:
            return f"{self.table}.groupby({ast.unparse(self.keys)})[{rows.column}]"
        return f"{rows.closed}.groupby({self._by()})"

    def _by(self) -> str:
        """The columns of its keys."""
        if isinstance(self.keys, ast.Constant):
            return f"{self.table}[{ast.unparse(self.keys)}]"
        if not isinstance(self.keys, ast.List):
            raise NotForGroupsError("its keys are not written out")
        columns = (f"{self.table}[{ast.unparse(each)}]" for each in self.keys.elts)
        return f"[{', '.join(columns)}]"

    def reduced(self, rows: Of, method: str, given: str) -> Of:
        """One value per group."""
        grouped = self.grouped(rows)
        more = f", {given}" if given else ""
        return Of(
            f"{grouped}.{method}({given})", GROUPS, f"{grouped}.transform('{method}'{more})"
        )

    def _size(self) -> Of:
        keys = ast.unparse(self.keys)
        first = self.keys.elts[0] if isinstance(self.keys, ast.List) else self.keys
        grouped = f"{self.table}.groupby({keys})"
        spread = f"{grouped}[{ast.unparse(first)}].transform('size')"
        return Of(f"{grouped}.size()", GROUPS, spread)


def _method(node: ast.expr, name: str) -> Any:
    """The call where an expression is one of this method; else None."""
    method = node.func if isinstance(node, ast.Call) else None
    return node if isinstance(method, ast.Attribute) and method.attr == name else None


def _named(node: ast.expr) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise NotForGroupsError("a column that is not named")
    return node.value
