"""Loops and branches around arrays of a few elements, written out with a number for each.

What is carried from one iteration to the next has a name for each element, which is set before
the loop and at the end of each iteration. Large arrays and lists stay what they are: rows are
stored in them, read from them and appended to them.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain.rewrites import element_lines, element_names
from profiler_suite.analysis.explain.rewrites import element_states as states
from profiler_suite.analysis.explain.rewrites import few_element_calls as calls
from profiler_suite.analysis.explain.rewrites.element_states import Key, State, Unknown
from profiler_suite.analysis.explain.rewrites.few_element_calls import Given
from profiler_suite.analysis.explain.rewrites.few_element_expressions import body_of
from profiler_suite.analysis.explain.rewrites.few_elements import Line, Number, UnfitError
from profiler_suite.analysis.explain.rewrites.large_beside_few import LargeBeside
from profiler_suite.analysis.explain.rewrites.written_out import WrittenOut, in_place_of
from profiler_suite.analysis.explain.rewriting import Function

_MOST_NODES = 3000
_MOST_PASSES = 8
_ITERATIONS = 10
"""What an operation in a loop counts for, of one outside."""


def written_out_with_loops(function: Function, mathematics: str = "math") -> WrittenOut | None:
    """The function with a number for each element; None where it is not one of these.

    `mathematics` is the name of the module math.
    """
    body = body_of(function)
    starts = [function.node.lineno, *(each.lineno for each in body)]
    around = (ast.For, ast.While)
    loops = [each for each in function.nodes if isinstance(each, around)]
    if not loops or len(set(starts)) < len(starts):
        return None
    reading = _Loops(function, mathematics)
    ends = []
    try:
        for statement in body:
            if not reading.goes_on:
                return None
            reading.take(statement)
            ends.append(len(reading.writing.lines))
    except UnfitError:
        return None
    lines = reading.writing.lines
    groups = [_statements(lines[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    size = sum(1 for group in groups for each in group for _ in ast.walk(each))
    if reading.operations <= reading.handled or size > _MOST_NODES:
        return None
    hints = reading.writing.hints
    made = element_names.undisturbed(groups, hints, reading.settable(), mathematics)
    element_names.shorten(made, hints, reading.writing.taken)
    written = [Line(lambda _: "", (), (each,)) for group in made for each in group]
    assumptions = (*reading.beside(), *element_lines.assumptions(written))
    edits = []
    for statement, group in zip(body, made, strict=True):
        indent = len(function.indent_of(statement.lineno))
        edits.append(in_place_of(function, statement, _texts(group, indent)))
    return WrittenOut(edits, assumptions)


def _statements(lines: Sequence[Line]) -> list[ast.stmt]:
    """The lines, each name with what it is asked for or not."""
    return [each for line in lines for each in ast.parse(line.text(line.sets)).body]


def _texts(statements: Sequence[ast.stmt], indent: int) -> list[str]:
    """Lines of the statements, none too long at this indent."""
    found = []
    for each in statements:
        if not isinstance(each, ast.For | ast.While | ast.If):
            for text in _simple(each):
                found += element_lines.broken(text, indent).splitlines()
            continue
        body, orelse = each.body, each.orelse
        each.body, each.orelse = [ast.Pass()], []
        found.append(ast.unparse(each).splitlines()[0])
        found += [f"    {line}" for line in _texts(body, indent + 4)]
        if len(orelse) == 1 and isinstance(orelse[0], ast.If):
            first, *others = _texts(orelse, indent)
            found += [f"el{first}", *others]
        elif orelse:
            found.append("else:")
            found += [f"    {line}" for line in _texts(orelse, indent + 4)]
    return found


def _simple(statement: ast.stmt) -> list[str]:
    """Its lines: of names that are set side by side one for each, where that does the same."""
    pairs = element_names.one_by_one(statement)
    if pairs:
        return [f"{name} = {ast.unparse(value)}" for name, value in pairs]
    if not isinstance(statement, ast.Assign | ast.Return | ast.AugAssign):
        return [ast.unparse(statement)]
    text = ast.unparse(statement)
    value = statement.value
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        whole = ast.unparse(value)
        text = f"{text.removesuffix(whole)}{whole[1:-1]}"
    return [text]


@dataclass
class _Way:
    """One iteration of a loop, as far as it is read."""

    head: State
    ends: list[State]
    """Where the next iteration begins."""
    exits: list[State]
    """Where a break leaves the loop."""


class _LateError(Exception):
    """What was there before is asked for first inside a loop or branch."""

    def __init__(self, read: Callable[[], object]) -> None:
        super().__init__("read before the statement, then")
        self.read = read


class _Loops(LargeBeside):
    """What the names of a function hold after its statements, loops and branches among them."""

    def __init__(self, function: Function, mathematics: str) -> None:
        super().__init__(function, mathematics)
        loops = [each for each in function.nodes if isinstance(each, ast.For)]
        self._targets = {n for each in loops for n in _stored(each.target)}
        self.writing.reserve(self._targets | self.large_names)
        self._depth = 0
        self._ways: list[_Way] = []
        self._once = False
        """Whether it matters that a loop has an iteration at all."""
        self.goes_on = True
        """Whether what comes next is reached."""

    def settable(self) -> set[str]:
        """Names that may be set, beside those that are written."""
        return self._targets | self._parameters(self._function)

    def beside(self) -> tuple[str, ...]:
        """What is taken for granted of the arrays it is given, and of its loops."""
        once = ("its loops have an iteration at least",) if self._once else ()
        return (*super().apart(), *once)

    # ------------------------------------------------------------ statements

    def take(self, statement: ast.stmt) -> None:
        """Read a statement and write its lines."""
        if self._called:
            super().take(statement)
            return
        match statement:
            case ast.If() | ast.For() | ast.While():
                self._take_compound(statement)
            case ast.Break() if self._ways:
                self._carry()
                self._ways[-1].exits.append(states.copied(self._state()))
                self._leave_by(ast.Break())
            case ast.Continue() if self._ways:
                self._carry()
                self._ways[-1].ends.append(states.copied(self._state()))
                self._leave_by(ast.Continue())
            case ast.Return(value):
                result = None if value is None else self.returned(value)
                self._leave_by(ast.Return(result))
            case _:
                super().take(statement)

    def _leave_by(self, statement: ast.stmt) -> None:
        self.writing.stay(statement)
        self.goes_on = False

    def _take_compound(self, statement: ast.If | ast.For | ast.While) -> None:
        """What is read from outside first inside of it is read before it."""
        if self._depth:
            self._compound(statement)
            return
        self._read_what_it_sets(statement)
        while True:
            entry = self._state()
            before = len(self.writing.lines), self.operations, self.handled
            try:
                self._set(states.copied(entry))
                self._compound(statement)
                return
            except _LateError as late:
                del self.writing.lines[before[0] :]
                self.operations, self.handled = before[1:]
                self._set(entry)
                self._depth, self._ways = 0, []
                late.read()

    def _compound(self, statement: ast.If | ast.For | ast.While) -> None:
        self._depth += 1
        if isinstance(statement, ast.If):
            self._branch(statement)
        elif statement.orelse:
            raise UnfitError("else of a loop")
        else:
            self._loop(statement)
        self._depth -= 1

    def _read_what_it_sets(self, statement: ast.stmt) -> None:
        """Parameters and attributes that are set in it hold before what they were given."""
        for node in ast.walk(statement):
            if not isinstance(node, ast.Name | ast.Attribute):
                continue
            key = ast.unparse(node)
            given = isinstance(node, ast.Attribute) or key in self._parameters(self._function)
            if given and isinstance(node.ctx, ast.Store) and key not in self._held:
                try:
                    self._held[key] = self._outside(node, key)
                except UnfitError:
                    self._held[key] = Unknown()

    def _outside(self, node: ast.Name | ast.Attribute, key: str) -> Given:
        own = isinstance(node, ast.Name) and key in self._own - self._parameters(self._function)
        if own and not self._called:
            raise UnfitError("a name that is not set on every way")
        if not self._depth or key in self._read:
            return super()._outside(node, key)
        function, called = self._function, list(self._called)

        def read() -> None:
            here = self._function, self._called, self._held
            self._function, self._called = function, called
            try:
                LargeBeside._outside(self, node, key)
            finally:
                self._function, self._called, self._held = here

        raise _LateError(read)

    # ------------------------------------------------------------ states

    def _state(self) -> dict[Key, Given]:
        held = {("held", key): value for key, value in self._held.items()}
        return held | {("read", key): value for key, value in self._read.items()}

    def _set(self, state: State) -> None:
        self._held = {key: value for (kind, key), value in state.items() if kind == "held"}
        self._read = {key: value for (kind, key), value in state.items() if kind == "read"}

    def _assign_numbers(self, heads: State, state: State) -> None:
        """Lines that give the names of the heads the numbers of the state."""
        found = states.assigned(heads, state)
        targets: list[ast.expr] = [ast.Name(each, ast.Store()) for each in found]
        if len(found) == 1:
            self.writing.stay(ast.Assign(targets, next(iter(found.values()))))
        elif found:
            values = ast.Tuple(list(found.values()), ast.Load())
            self.writing.stay(ast.Assign([ast.Tuple(targets, ast.Store())], values))

    # ------------------------------------------------------------ branches

    def _branch(self, statement: ast.If) -> None:
        test = self.truth(statement.test)
        entry = self._state()
        ways: list[tuple[list[Line], State, bool]] = []
        for block in (statement.body, statement.orelse):
            self._set(states.copied(entry))
            with self.writing.aside() as lines:
                self._take_all(block)
            ways.append((lines, self._state(), self.goes_on))
            self.goes_on = True
        going = [state for _, state, goes_on in ways if goes_on]
        self.goes_on = bool(going)
        joined = states.Meeting(going, self.writing.new_name).state if going else entry
        blocks = []
        for lines, state, goes_on in ways:
            with self.writing.aside() as more:
                if goes_on:
                    self._assign_numbers(joined, state)
            blocks.append(_statements([*lines, *more]))
        body = blocks[0] or [ast.Pass()]
        self.writing.stay(ast.If(test.node, body, blocks[1]))
        self._set(joined)

    def _take_all(self, statements: Sequence[ast.stmt]) -> None:
        for each in statements:
            if not self.goes_on:
                raise UnfitError("what is never reached")
            self.take(each)

    # ------------------------------------------------------------ loops

    def _loop(self, statement: ast.For | ast.While) -> None:
        entry = self._state()
        before = self.operations, self.handled
        head: State = states.copied(entry)
        for _ in range(_MOST_PASSES):
            self.operations, self.handled = before
            way = _Way(head, [], [])
            made = self._iteration(statement, way)
            joined = states.Meeting([entry, *way.ends], self.writing.new_name, head).state
            if states.described(joined) == states.described(head):
                break
            head = joined
        else:
            raise UnfitError("what a loop carries changes from one iteration to the next")
        self.operations += (_ITERATIONS - 1) * (self.operations - before[0])
        self.handled += (_ITERATIONS - 1) * (self.handled - before[1])
        self._assign_numbers(head, entry)
        self.writing.stay(made)
        forever = isinstance(statement, ast.While) and _is_true(statement.test)
        exits = [*way.exits, *([] if forever else way.ends)]
        self.goes_on = bool(exits)
        if not exits:
            return
        held = states.with_numbers_of(head, states.Meeting(exits, lambda _: "_").state)
        if not forever:
            self._once |= self._needs_iteration(statement, entry, head, exits)
        self._set(held)

    def _needs_iteration(
        self, loop: ast.stmt, entry: State, head: State, exits: Sequence[State]
    ) -> bool:
        """Whether what is asked for after a loop is something else where it has none."""
        later = {
            node.id
            for node in self._function.nodes
            if isinstance(node, ast.Name)
            and (self._depth > 1 or node.lineno > (loop.end_lineno or 0))
        }

        def found(some: Sequence[State]) -> dict[Key, object]:
            state = states.with_numbers_of(head, states.Meeting(some, lambda _: "_").state)
            return states.described(
                {key: v for key, v in state.items() if later & set(key[1].split("."))}
            )

        return found([entry, *exits]) != found(exits)

    def _iteration(self, statement: ast.For | ast.While, way: _Way) -> ast.stmt:
        """The loop with the lines of one iteration."""
        self._set(states.copied(way.head))
        self._ways.append(way)
        with self.writing.aside() as lines:
            if isinstance(statement, ast.For):
                target, items = self.items(statement.target, statement.iter)
            else:
                test = self._condition(statement.test)
            self._take_all(statement.body)
            if self.goes_on:
                self._carry()
                way.ends.append(self._state())
        self._ways.pop()
        self.goes_on = True
        body = _statements(lines) or [ast.Pass()]
        if isinstance(statement, ast.For):
            return ast.For(target, items, body, [])
        return ast.While(test, body, [])

    def _condition(self, node: ast.expr) -> ast.expr:
        """Of a while loop; where it takes lines, they stand in the loop, before a break."""
        if _is_true(node):
            return node
        before = len(self.writing.lines)
        test = self.truth(node)
        if len(self.writing.lines) == before:
            return test.node
        self.writing.stay(ast.If(ast.UnaryOp(ast.Not(), test.node), [ast.Break()], []))
        return ast.Constant(True)

    def _carry(self) -> None:
        self._assign_numbers(self._ways[-1].head, self._state())

    # ------------------------------------------------------------ conditions

    def truth(self, node: ast.expr) -> Number:
        """What a condition asks."""
        asked = self.value(node)
        if not isinstance(asked, Number) or asked.kind != "bool":
            raise UnfitError("a condition of something else than a truth value")
        return asked

    def value(self, node: ast.expr) -> Given:
        """What an expression holds."""
        match node:
            case ast.BoolOp(operator, parts) if not self._called:
                first, *others = parts
                truths = [self.truth(first)]
                before = len(self.writing.lines)
                truths += map(self.truth, others)
                if len(self.writing.lines) > before:
                    raise UnfitError("what is computed where it may not be asked for")
                return (
                    calls.both(*truths)
                    if isinstance(operator, ast.And)
                    else calls.either(*truths)
                )
            case ast.UnaryOp(ast.Not(), part):
                return calls.opposite(self.truth(part))
            case ast.IfExp():
                before = self.drawn
                found = super().value(node)
                if self.drawn > before:
                    raise UnfitError("what is drawn or read where it may not be asked for")
                return found
        found = super().value(node)
        if isinstance(found, Unknown):
            raise UnfitError("a name that is not set on every way")
        return found


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (True, 1)


def _stored(target: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
