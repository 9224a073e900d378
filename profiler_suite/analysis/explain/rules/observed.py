"""What a rule sees of a function: source, names, traced operations, time by line."""

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from profiler_suite import units
from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.lifting import LiftedFunction, Lifting, lift
from profiler_suite.analysis.explain.rewrites import appends, patterns, single_uses
from profiler_suite.analysis.explain.rewrites.append_loops import (
    ComprehensionForm,
    comprehended,
)
from profiler_suite.analysis.explain.rewrites.forms import Form, in_form
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.evidence import (
    at,
    calls_outside_loops,
    counted,
    provided,
)
from profiler_suite.analysis.explain.rules.preludes import localised, prelude
from profiler_suite.measure.explain.records import Edit, FunctionRecord, Rewrite, Trial
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Breakdown
from profiler_suite.model.trace import Operation
from profiler_suite.model.trial import TrialKind

# Of the machine's memory, for what a rewritten loop holds at once.
_MEMORY_SHARE = 0.2
LEAST_SHARE = 0.04
"""What takes less of the time is not worth a trial."""
_DISPLAYS = (ast.List, ast.Tuple, ast.ListComp, ast.Dict, ast.Set)
# What a share that was sampled beforehand may be too small by: it only sorts.
_ROUGHLY = 0.05


class Finding(Noun, frozen=True):
    """Something that a rule wants tried, and why."""

    title: str
    evidence: str
    trial: Trial
    share: float = 1.0
    """Of the time, of the lines that it is about; 1 where that is not known."""
    hint: bool = False
    """What cannot be pasted as it is: a cause with a measured counterfactual."""
    stands: bool = False
    """A hint that is given also where its counterfactual could not be measured."""
    rule: str = ""
    family: str = ""


class Observation:
    """One function as the rules see it; with or without a trace."""

    def __init__(
        self,
        explained: FunctionRecord,
        machine: Machine,
        breakdown: Breakdown | None = None,
        shares: Mapping[tuple[str, int], float] | None = None,
    ) -> None:
        """`shares` of the time by file and line, where they are roughly known beforehand."""
        self._shares = shares or {}
        self._assumed: dict[str, tuple[str, ...]] = {}
        """What `lifted_again` took for granted of the texts that it gave."""
        self.explained = explained
        self.machine = machine
        self.breakdown = breakdown
        parsed = [rewriting.parsed(source) for source in explained.sources]
        self.functions = tuple(each for each in parsed if each is not None)
        for function in self.functions:
            function.siblings = {
                other.node.name: other
                for other in self.functions
                if other is not function and other.source.file == function.source.file
            }
        self._liftings: dict[Function, Lifting] = {}
        self._in_place: dict[Function, single_uses.InPlaceForm | None] = {}
        self._comprehensions: dict[Function, ComprehensionForm | None] = {}
        self.traced = not explained.breakdown_record.untraced

    def lifting(self, function: Function) -> Lifting:
        """Every way that was found to write its loops as array expressions."""
        if function not in self._liftings:
            others = [each for each in self.functions if each is not function]
            self._liftings[function] = lift(function, helpers=others)
        return self._liftings[function]

    def lifted_again(
        self,
        function: Function,
        text: str,
        names: Mapping[str, str],
        *,
        parts: bool = False,
    ) -> Iterator[tuple[str, str]]:
        """Titles and texts of a rewritten function with its loops as array expressions.

        `names` says what the names that it has more hold; `parts`: also where outer loops
        stay.
        """
        source = function.source
        changed = rewriting.parsed(
            msgspec.structs.replace(source, text=text, names={**source.names, **names})
        )
        if changed is None:
            return
        others = [each for each in self.functions if each is not function]
        every = lift(appends.merged(changed), helpers=others).lifted
        if parts:
            every = tuple(sorted(every, key=lambda each: -len(each.rewrite.lines)))
        for each in every:
            if (each.whole or parts) and not self.is_too_large(each):
                self._assumed[each.source] = each.assumptions
                yield each.title, each.source

    def is_too_large(self, lifted: LiftedFunction) -> bool:
        """Whether a rewritten loop holds more of the machine's memory than it should."""
        most_bytes = _MEMORY_SHARE * self.machine.facts.memory_bytes
        return bool(most_bytes) and (lifted.memory_bytes or 0) > most_bytes

    def provided(self, text: str) -> str:
        """'; provided that …' of a text that `lifted_again` gave; else nothing."""
        return provided(self._assumed.get(text, ()))

    # ----------------------------------------------------------------- evidence

    def operations(self, function: Function, lines: Iterable[int] = ()) -> list[Operation]:
        """Traced operations of these lines of the file; of the whole function without any."""
        wanted = set(lines) or set(self.lines_of(function))
        file = function.source.file
        return [
            o
            for o in self.explained.operations
            if any(line.file == file and line.line in wanted for line in o.lines)
        ]

    @staticmethod
    def lines_of(function: Function) -> range:
        """Lines of the file that a function takes."""
        first = function.source.first_line
        return range(first, first + len(function.lines))

    @property
    def lines_are_timed(self) -> bool:
        """Whether a line profile says what lines take; else their share is a guess."""
        return bool(self.explained.lines)

    @property
    def shares_are_known(self) -> bool:
        """Whether a line profile, or samples of the program it is part of, say it."""
        return self.lines_are_timed or bool(self._shares)

    def share(self, function: Function, lines: Iterable[int]) -> float:
        """Share of the time that these lines take, by the best that is known of it; else 1."""
        wanted = syntax.with_beginnings(function, lines)
        plain_s = 0.0
        taken_s = 0.0
        for record in self.explained.lines:
            plain_s = max(plain_s, record.plain_s)
            if record.file == function.source.file and record.line in wanted and record.method:
                taken_s += max(0.0, record.corrected_s) + record.uncertainty_s
        if plain_s:
            return min(1.0, taken_s / plain_s)
        if self._shares:
            file = os.path.realpath(function.source.file)
            known = sum(self._shares.get((file, line), 0.0) for line in wanted)
            return min(1.0, known + _ROUGHLY)
        if self.traced and self.explained.breakdown_record.plain_s > 0:
            return min(1.0, self.replayed_share(self.operations(function, wanted)) + 0.5)
        return 1.0

    def replayed_share(self, operations: Iterable[Operation]) -> float:
        """Share of the time that the replay gives to these operations."""
        record = self.explained.breakdown_record
        wanted = {id(o) for o in operations}
        total = sum(
            time.calls * time.call_s
            for time, o in zip(record.operations, self.explained.operations, strict=False)
            if id(o) in wanted
        )
        return float(total / record.plain_s) if record.plain_s else 0.0

    def holds(self, one: Match, letters: str, *names: str, kinds: str = "array number") -> bool:
        """Whether these captures hold dtypes of these letters, as far as is known.

        What names do not tell, the traced operations of the line do; where neither
        does, it may be.
        """
        if kinds == "array" and any(isinstance(one[name], _DISPLAYS) for name in names):
            return False
        known = [one.form(name) for name in names]
        if any(
            f is not None and (f.letter not in letters or f.kind not in kinds) for f in known
        ):
            return False
        if all(f is not None for f in known):
            return any(f.kind == "array" for f in known if f)
        own = self.operations(one.function, [one.line])
        dtypes = {each.dtype for o in own for each in o.operands if each.form == "array"}
        return not dtypes or any(_letter(dtype) in letters for dtype in dtypes)

    def parameters(self, function: Function, suits: Callable[[Form], bool]) -> dict[str, Form]:
        """Parameters of a function whose arguments suit, with what they hold."""
        found = {}
        arguments = function.node.args
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            form = in_form(function.source.names.get(each.arg, ""))
            if form is not None and suits(form):
                found[each.arg] = form
        return found

    def is_entry(self, function: Function) -> bool:
        """Whether it is the function that was asked about."""
        name = self.explained.name.rpartition(":")[2].rpartition(".")[2]
        return function.source.function == name

    # ----------------------------------------------------------------- findings

    def rewrites(
        self,
        *table: tuple[str, str],
        title: str,
        where: Callable[[Match], bool] = lambda _: True,
        helpers: Sequence[str] = (),
        evidence: str = "",
        answer: str = "same",
    ) -> Iterator[Finding]:
        """One finding per function: every expression that has a pattern, rewritten."""
        for function in self.functions:
            made = patterns.edits(function, table, where)
            if not made:
                continue
            lines = sorted({one.line for one, _ in made})
            said = evidence or self.evidence(function, lines)
            found = self.finding(
                function,
                self._spliced(function, [each for _, each in made], helpers),
                title=f"{at(lines)}: {title}",
                evidence=said,
                lines=lines,
                answer=answer,
            )
            if found is not None:
                yield found
        for function in self.functions:
            words = title, evidence, answer
            yield from self._of_comprehensions(function, table, where, helpers, words)
            yield from self._of_single_uses(function, table, where, helpers, words)

    def written(
        self,
        table: Sequence[str],
        write: Callable[[Match], str | None],
        *,
        title: str,
        where: Callable[[Match], bool] = lambda _: True,
        evidence: str = "",
    ) -> Iterator[Finding]:
        """One finding per function: every expression that has a pattern, as `write` writes it.

        Those of which it makes nothing stay.
        """
        for function in self.functions:
            texts = [(one, write(one)) for one in patterns.found(function, table, where)]
            made = [(one, text) for one, text in texts if text]
            if made:
                yield from self.edited(
                    function,
                    [rewriting.edit(function, one.node, text) for one, text in made],
                    title=title,
                    lines=[one.line for one, _ in made],
                    evidence=evidence,
                )

    def _of_comprehensions(
        self,
        function: Function,
        table: Sequence[tuple[str, str]],
        where: Callable[[Match], bool],
        helpers: Sequence[str],
        words: tuple[str, str, str],
    ) -> Iterator[Finding]:
        """The same in its loops that are list comprehensions, written as such."""
        other = self._comprehended(function)
        if other is None:
            return
        title, evidence, answer = words
        made = [
            (one, edit)
            for one, edit in patterns.edits(other.function, table, where)
            if one.node.lineno in other.loops
        ]
        changed = rewriting.spliced(other.function, [edit for _, edit in made])
        if not made or changed is None:
            return
        lines = sorted({n for one, _ in made for n in other.loops[one.node.lineno]})
        text = " ".join(edit.text for _, edit in made)
        edits = rewriting.line_edits(function, localised(function, changed.source))
        found = self.finding(
            function,
            rewriting.spliced(function, edits, prelude(function, helpers, text)),
            title=f"{at(lines[:1])}: {title}",
            evidence=evidence or self.evidence(function, lines),
            lines=lines,
            answer=answer,
        )
        if found is not None:
            yield found

    def _of_single_uses(
        self,
        function: Function,
        table: Sequence[tuple[str, str]],
        where: Callable[[Match], bool],
        helpers: Sequence[str],
        words: tuple[str, str, str],
    ) -> Iterator[Finding]:
        """The same where parts of an expression have names that are set for it alone."""
        if function not in self._in_place:
            self._in_place[function] = single_uses.in_place(function)
        every = self._in_place[function]
        if every is None:
            return
        made = single_uses.rewritten(function, every, table, where)
        if made is None:
            return
        title, evidence, answer = words
        found = self.finding(
            function,
            self._spliced(function, rewriting.line_edits(function, made.text), helpers),
            title=f"{at(made.lines)}: {title}",
            evidence=evidence or self.evidence(function, made.concerned),
            lines=made.concerned,
            answer=answer,
        )
        if found is not None:
            yield found

    def _comprehended(self, function: Function) -> ComprehensionForm | None:
        if function not in self._comprehensions:
            self._comprehensions[function] = comprehended(function)
        return self._comprehensions[function]

    def edited(
        self,
        function: Function,
        edits: Sequence[Edit],
        *,
        title: str,
        lines: Iterable[int],
        helpers: Sequence[str] = (),
        evidence: str = "",
    ) -> Iterator[Finding]:
        """A finding of these edits, unless they say nothing new or concern little time."""
        numbers = sorted(lines)
        found = self.finding(
            function,
            self._spliced(function, edits, helpers),
            title=f"{at(numbers)}: {title}",
            evidence=evidence or self.evidence(function, numbers),
            lines=numbers,
        )
        if found is not None:
            yield found

    @staticmethod
    def _spliced(
        function: Function, edits: Sequence[Edit], helpers: Sequence[str]
    ) -> Rewrite | None:
        """The edits, with what they need before the function."""
        made = [
            Edit(start=each.start, end=each.end, text=localised(function, each.text))
            for each in edits
        ]
        text = " ".join(each.text for each in made)
        needed = prelude(function, [localised(function, each) for each in helpers], text)
        return rewriting.spliced(function, made, needed)

    def converted_first(
        self,
        function: Function,
        lines: Mapping[str, str],
        *,
        title: str,
        evidence: str,
    ) -> Iterator[Finding]:
        """A finding that puts these lines before anything else in the function."""
        body = function.node.body
        docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        first = body[1] if docstring and len(body) > 1 else body[0]
        made = rewriting.spliced(
            function, rewriting.inserted(function, {first.lineno: list(lines.values())})
        )
        found = self.finding(
            function, made, title=title, evidence=evidence, lines=self.lines_of(function)
        )
        if found is not None:
            yield found

    def whole(
        self,
        function: Function,
        text: str,
        *,
        title: str,
        lines: Iterable[int],
        helpers: Sequence[str] = (),
        evidence: str,
        answer: str = "same",
    ) -> Iterator[Finding]:
        """A finding that puts another text in the place of the function's."""
        numbers = sorted(lines)
        found = self.finding(
            function,
            self._spliced(function, rewriting.line_edits(function, text), helpers),
            title=f"{at(numbers[:1])}: {title}",
            evidence=f"{evidence}{self.provided(text)}",
            lines=numbers,
            answer=answer,
        )
        if found is not None:
            yield found

    def with_arguments(
        self, conversions: Mapping[str, str], *, title: str, evidence: str
    ) -> Finding:
        """A hint: the same function on arguments that come as something else."""
        return Finding(
            title=title,
            evidence=evidence,
            trial=Trial(kind=TrialKind.ARGUMENTS, conversions=tuple(conversions.items())),
            hint=True,
        )

    def finding(
        self,
        function: Function,
        rewrite: Rewrite | None,
        *,
        title: str,
        evidence: str,
        lines: Iterable[int],
        answer: str = "same",
        one_size: bool = False,
    ) -> Finding | None:
        """A rewrite as something to be tried; None when its lines take next to no time."""
        numbers = set(lines)
        if rewrite is None or self.share(function, numbers) < LEAST_SHARE:
            return None
        share = self.share(function, numbers | {*_concerned(function, rewrite)})
        return Finding(
            title=title,
            evidence=evidence,
            trial=Trial(
                kind=TrialKind.REWRITE, rewrites=(rewrite,), answer=answer, one_size=one_size
            ),
            share=share,
            hint=answer != "same",
        )

    def evidence(self, function: Function, lines: Iterable[int]) -> str:
        """What runs on these lines: traced operations, or what their names hold."""
        numbers = list(lines)
        own = self.operations(function, numbers)
        if own:
            once = calls_outside_loops(function) if self.is_entry(function) else {}
            return counted(own, once)
        share = self.share(function, numbers)
        return f"seen in its source; these lines take {units.percent(share)} of the time"


def _concerned(function: Function, rewrite: Rewrite) -> Iterator[int]:
    """Lines of the file that a rewrite replaces, and those that depend on what it sets anew.

    `np.array(out)` takes its time of a list, and next to none of an array.
    """
    names: set[str] = set()
    for first, old, new in rewrite.lines:
        yield from range(first, first + old.count("\n") + 1)
        names.update(_set_in(new))
    for number, line in enumerate(function.lines, function.shift + 1):
        if names.intersection(re.findall(r"\w+", line)):
            yield number
            names.update(_set_in(line))


def _set_in(text: str) -> set[str]:
    """Names that lines of this text give values to, also several at once."""
    targets = re.findall(r"^\s*(\w+(?:, *\w+)*) = ", text, re.MULTILINE)
    return {name.strip() for each in targets for name in each.split(",")}


def _letter(dtype: str) -> str:
    try:
        return np.dtype(dtype).kind
    except (TypeError, ValueError, SyntaxError):
        return ""
