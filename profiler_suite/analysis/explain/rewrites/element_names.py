"""Names of numbers in statements with loops: none that nobody asks for, one for each value.

What a name holds is asked for where it is live; two names of which one is a copy of the other
become one where neither changes while the other is still asked for.
"""

import ast
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

from profiler_suite.analysis.explain import own_names

_OF_NUMBERS = ("float", "abs", "int")
_NOTHING: frozenset[str] = frozenset()


def undisturbed(
    groups: Sequence[Sequence[ast.stmt]],
    own: Mapping[str, str],
    parameters: Collection[str],
    mathematics: str = "math",
) -> list[list[ast.stmt]]:
    """The statements, group by group, without copies and without what nobody asks for.

    Names in `own` may be set to another one's value, those in `parameters` too; others stay.
    `own` says what each is like: of those that are like one, as many as can be are one.
    """
    found = [list(group) for group in groups]
    while True:
        flow = _Flow(mathematics)
        live = _NOTHING
        for group in reversed(found):
            live = flow.before(group, live)
        flow.apart(live, live)
        found = [list(flow.kept(group)) for group in found]
        names = _merged(found, flow, own, parameters)
        if not names:
            return found
        for each in found:
            each[:] = _renamed(each, names)


def shorten(
    groups: Sequence[Sequence[ast.stmt]], hints: Mapping[str, str], taken: Collection[str]
) -> None:
    """Each name as it was meant to be, where nothing else is called so any more."""
    names = [
        node
        for group in groups
        for statement in group
        for node in ast.walk(statement)
        if isinstance(node, ast.Name)
    ]
    used = {each.id for each in names} | (set(taken) - set(hints))
    better: dict[str, str] = {}
    for name in dict.fromkeys(each.id for each in names if each.id in hints):
        short = own_names.unused(hints[name], used - {name})
        if len(short) < len(name):
            better[name] = short
            used.add(short)
    for each in names:
        each.id = better.get(each.id, each.id)


def one_by_one(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    """Names that are set side by side in an order in which they may be set in turn."""
    left = [(a.id, b) for a, b in _pairs(statement)]
    found = []
    while left:
        free = [
            k
            for k, (name, _) in enumerate(left)
            if not any(name in _read(b) for i, (_, b) in enumerate(left) if i != k)
        ]
        if not free:
            return []
        found.append(left.pop(free[0]))
    return found


class _Flow:
    """Which names are asked for after each statement, read from the last to the first."""

    def __init__(self, mathematics: str) -> None:
        self._mathematics = mathematics
        self._conflicts: dict[str, set[str]] = {}
        self._idle: dict[ast.AST, bool] = {}
        """Statements and targets, and whether nobody asks for them."""
        self._leaving: list[tuple[frozenset[str], frozenset[str]]] = []
        """What is live after each loop around, and at the beginning of its next iteration."""

    def apart(self, some: Collection[str], others: Collection[str]) -> None:
        """Each of some and each of the others hold different things at one time."""
        for a in some:
            self._conflicts.setdefault(a, set()).update(others)
            for b in others:
                self._conflicts.setdefault(b, set()).add(a)

    def conflicts(self, name: str) -> set[str]:
        """Names that hold something else while this one is asked for."""
        return self._conflicts.get(name, set()) - {name}

    # ------------------------------------------------------------ backwards

    def before(self, statements: Sequence[ast.stmt], live: frozenset[str]) -> frozenset[str]:
        """Names that are live before the statements, given those after."""
        for each in reversed(statements):
            live = self._before_one(each, live)
        return live

    def _before_one(self, statement: ast.stmt, live: frozenset[str]) -> frozenset[str]:
        match statement:
            case ast.Assign([target], value):
                return self._before_assignment(statement, target, value, live)
            case ast.If(test, body, orelse):
                return self.before(body, live) | self.before(orelse, live) | _read(test)
            case ast.For(target, items, body):
                return self._before_loop(body, live, target=target) | _read(items)
            case ast.While(test, body):
                ends = live if not isinstance(test, ast.Constant) else _NOTHING
                return self._before_loop(body, live, ends | _read(test))
            case ast.Break():
                return self._leaving[-1][0]
            case ast.Continue():
                return self._leaving[-1][1]
            case ast.Return():
                return _read(statement)
        return live | _read(statement)

    def _before_assignment(
        self, statement: ast.Assign, target: ast.expr, value: ast.expr, live: frozenset[str]
    ) -> frozenset[str]:
        names = [each for each in _targets(target) if isinstance(each, ast.Name)]
        if not names:
            return live | _read(statement)
        pure = self._is_pure(value)
        self._idle |= {each: pure and each.id not in live for each in names}
        self._idle[statement] = all(self._idle[each] for each in names)
        if self._idle[statement]:
            return live
        sets = {each.id for each in names if not self._idle[each]}
        sources = {a: b for a, b in _copies(statement) if a in sets}
        for name in sets:
            self.apart([name], (live | sets) - {name, sources.get(name, name)})
        kept = [b for a, b in _pairs(statement) if a.id in sets] or [value]
        return (live - sets).union(*map(_read, kept))

    def _before_loop(
        self,
        body: Sequence[ast.stmt],
        live: frozenset[str],
        asked: frozenset[str] | None = None,
        target: ast.expr | None = None,
    ) -> frozenset[str]:
        """`asked` is live where its condition is asked for: what it reads, what comes after."""
        head = live if asked is None else asked
        sets = frozenset() if target is None else _names(target)
        while True:
            self._leaving.append((live, head))
            begin = self.before(body, head)
            self._leaving.pop()
            self.apart(sets, begin | head)
            grown = head | (begin - sets)
            if grown == head:
                return head
            head = grown

    def _is_pure(self, value: ast.expr) -> bool:
        """Whether nothing else happens where it is computed."""
        calls = [each.func for each in ast.walk(value) if isinstance(each, ast.Call)]
        return all(
            (isinstance(f, ast.Name) and f.id in _OF_NUMBERS)
            or (isinstance(f, ast.Attribute) and f.attr in ("tolist", "item"))
            or (isinstance(f, ast.Attribute) and _read(f) == {self._mathematics})
            for f in calls
        )

    # ------------------------------------------------------------ what stays

    def kept(self, statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """The statements without those that set what nobody asks for."""
        for each in statements:
            if self._idle.get(each, False):
                continue
            if isinstance(each, ast.If | ast.For | ast.While):
                each.body = list(self.kept(each.body)) or [ast.Pass()]
                each.orelse = list(self.kept(each.orelse))
                if isinstance(each, ast.If):
                    yield from _shortest(each)
                    continue
            elif isinstance(each, ast.Assign):
                self._without_idle(each)
            yield each

    def _without_idle(self, statement: ast.Assign) -> None:
        pairs = _pairs(statement)
        if len(pairs) > 1:
            pairs = [(a, b) for a, b in pairs if not self._idle.get(a, False)]
            statement.targets, statement.value = _side_by_side(pairs)
            return
        for each in _targets(statement.targets[0]):
            if isinstance(each, ast.Name) and self._idle.get(each, False):
                each.id = "_"


def _shortest(branches: ast.If) -> Iterator[ast.stmt]:
    """Without a branch in which nothing happens."""
    idle = all(isinstance(each, ast.Pass) for each in branches.body)
    if not idle:
        yield branches
    elif branches.orelse:
        branches.body, branches.orelse = branches.orelse, []
        branches.test = ast.UnaryOp(ast.Not(), branches.test)
        yield branches


def _merged(
    groups: Sequence[Sequence[ast.stmt]],
    flow: _Flow,
    own: Mapping[str, str],
    parameters: Collection[str],
) -> dict[str, str]:
    """Names that become another one, whose copies they are."""
    statements = list(_all(itertools.chain.from_iterable(groups)))
    pairs = [pair for each in statements for pair in _copies(each)]
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(a.id for each in statements for a, _ in _pairs(each)):
        if name in own:
            alike.setdefault(own[name], []).append(name)
    for names_alike in alike.values():
        pairs += itertools.combinations(names_alike, 2)
    one_of: dict[str, set[str]] = {}
    for a, b in pairs:
        if not all(each in own or each in parameters for each in (a, b)):
            continue
        some, others = (one_of.get(each, {each}) for each in (a, b))
        fixed = [each for each in some | others if each not in own]
        apart = any(others & flow.conflicts(each) for each in some)
        if some is others or apart or len(fixed) > 1:
            continue
        both = some | others
        one_of |= dict.fromkeys(both, both)
    names = {}
    for each, same in one_of.items():
        best = min(
            same, key=lambda name: (name in own, name.startswith("new_"), len(name), name)
        )
        if best != each:
            names[each] = best
    return names


def _renamed(statements: Sequence[ast.stmt], names: dict[str, str]) -> list[ast.stmt]:
    """With the new names, and without what is set to itself."""
    made: list[ast.stmt] = []
    for each in statements:
        for node in ast.walk(each):
            if isinstance(node, ast.Name):
                node.id = names.get(node.id, node.id)
    for each in statements:
        if isinstance(each, ast.If | ast.For | ast.While):
            each.body = _renamed(each.body, {}) or [ast.Pass()]
            each.orelse = _renamed(each.orelse, {})
            made += _shortest(each) if isinstance(each, ast.If) else [each]
            continue
        pairs = _pairs(each)
        changed = [(a, b) for a, b in pairs if not (isinstance(b, ast.Name) and a.id == b.id)]
        if pairs and not changed:
            continue
        if isinstance(each, ast.Assign) and len(changed) < len(pairs):
            each.targets, each.value = _side_by_side(changed)
        made.append(each)
    return made


def _all(statements: Iterator[ast.stmt]) -> Iterator[ast.stmt]:
    for each in statements:
        yield from (node for node in ast.walk(each) if isinstance(node, ast.stmt))


def _pairs(statement: ast.stmt) -> list[tuple[ast.Name, ast.expr]]:
    """Names and what each is set to, of `a = x` and `a, b = x, y`."""
    match statement:
        case ast.Assign([ast.Name() as name], value):
            return [(name, value)]
        case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
            names = [each for each in targets if isinstance(each, ast.Name)]
            return list(zip(names, values, strict=True)) if len(names) == len(targets) else []
    return []


def _copies(statement: ast.stmt) -> list[tuple[str, str]]:
    """Names and those whose values they are set to."""
    return [(a.id, b.id) for a, b in _pairs(statement) if isinstance(b, ast.Name)]


def _side_by_side(
    pairs: Sequence[tuple[ast.Name, ast.expr]],
) -> tuple[list[ast.expr], ast.expr]:
    """Targets and value of one assignment."""
    if len(pairs) == 1:
        return [pairs[0][0]], pairs[0][1]
    targets: list[ast.expr] = [a for a, _ in pairs]
    return [ast.Tuple(targets, ast.Store())], ast.Tuple([b for _, b in pairs], ast.Load())


def _targets(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _targets(each)
    else:
        yield target


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _read(node: ast.AST) -> frozenset[str]:
    return frozenset(
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    )
