"""A function from source text as the rules see it, its rewrites checked but not timed."""

import inspect
import linecache
import textwrap
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import find_rule
from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.answers.same_answer import copied, in_words
from profiler_suite.measure.explain.names_in_words import bound_names, watch_names
from profiler_suite.measure.explain.records import FunctionRecord, SourceText
from profiler_suite.measure.explain.substitution import buffers, substituted
from profiler_suite.measure.lines.functions import functions_to_profile, nested_codes
from profiler_suite.measure.trace import trace
from profiler_suite.model.rows import BreakdownRecord, OperationTime
from tests.fake_machine import MACHINE
from tests.fake_rows import breakdown_record

_HEAD = "import numpy as np\n"


class Own:
    """A function f of the text, called with these arguments."""

    def __init__(self, text: str, *arguments: Any, traced: bool = True) -> None:
        self.text = _HEAD + textwrap.dedent(text).strip("\n") + "\n"
        self.arguments = arguments
        file = f"<own {abs(hash(self.text))}>"
        lines = self.text.splitlines(keepends=True)
        linecache.cache[file] = (len(self.text), None, lines, file)
        self.namespace: dict[str, Any] = {"__name__": "own"}
        exec(compile(self.text, file, "exec"), self.namespace)
        self.function: Callable[..., Any] = self.namespace["f"]
        self.file = file
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.observed = Observation(self._explained(traced), MACHINE)

    def _explained(self, traced: bool) -> FunctionRecord:
        functions = functions_to_profile(self.function, self.arguments)
        inner = {f.__code__: nested_codes(f.__code__) for f in functions}
        names = watch_names(
            self.function,
            copied(self.arguments),
            [*inner, *(code for codes in inner.values() for code in codes)],
        )
        sources = []
        for each in functions:
            lines, first = inspect.getsourcelines(each)
            sources.append(
                SourceText(
                    file=self.file,
                    function=each.__name__,
                    first_line=first,
                    text="".join(lines),
                    names=names.get(each.__code__, {}),
                    bound=bound_names(each),
                    inner={c.co_name: names[c] for c in inner[each.__code__] if c in names},
                    module_names=tuple(sorted(each.__globals__)),
                )
            )
        operations: tuple[Any, ...] = ()
        if traced:
            _, counts = trace(self.function, copied(self.arguments))
            operations = counts.operations
        parameters = list(self.function.__code__.co_varnames)
        return FunctionRecord(
            name="own.py:f",
            setup="",
            file=self.file,
            line=2,
            threads=1,
            arguments=tuple(
                f"{n} {in_words(v)}" for n, v in zip(parameters, self.arguments, strict=False)
            ),
            result="",
            argument_bytes=0.0,
            result_bytes=0.0,
            cold_s=1e-3,
            evaluations=1,
            visits=(),
            own_baselines_s={},
            empty_call_s=1e-8,
            breakdown_record=_breakdown(operations, "" if traced else "not traced"),
            operations=operations,
            bytes_written=0.0,
            flop_by_dtype={},
            product_flop=sum((o.flop for o in operations if o.kind == "product"), 0.0),
            lines=(),
            sources=tuple(sources),
            strided=tuple(
                n
                for n, v in zip(parameters, self.arguments, strict=False)
                if isinstance(v, np.ndarray) and not v.flags.c_contiguous
            ),
        )

    def findings(self, rule: str) -> list[Finding]:
        return list(find_rule(rule).find(self.observed) or ())

    def agreement(self, finding: Finding) -> checks.Agreement:
        """The rewritten function against the original, as a trial checks it."""
        function, namespace = substituted(self.function, finding.trial.rewrites, self.arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._compared(finding, function, namespace)

    def _compared(
        self, finding: Finding, function: Callable[..., Any], namespace: dict[str, Any]
    ) -> checks.Agreement:
        try:
            return checks.agreement(
                self.function,
                function,
                lambda: copied(self.arguments),
                calling=checks.Calling(kept=lambda: buffers(namespace)),
                answer=finding.trial.answer,
                one_size=finding.trial.one_size,
            )
        except Exception as error:  # noqa: BLE001 - as a trial takes it
            return checks.Agreement(same=False, reason=str(error))


class OwnOfModule(Own):
    """A function of a module that is there already."""

    def __init__(self, module: ModuleType, name: str, *arguments: Any) -> None:
        self.text = inspect.getsource(module)
        self.arguments = arguments
        self.namespace = vars(module)
        self.function = getattr(module, name)
        self.file = inspect.getfile(module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            explained = msgspec.structs.replace(self._explained(True), name=f"own.py:{name}")
            self.observed = Observation(explained, MACHINE)


def _breakdown(operations: tuple[Any, ...], untraced: str) -> BreakdownRecord:
    return breakdown_record(
        "f",
        minor_faults=100.0,
        operations=tuple(_time(o) for o in operations),
        calls=sum(o.calls for o in operations),
        flop=sum((o.flop for o in operations), 0.0),
        untraced=untraced,
    )


def _time(o: Any) -> OperationTime:
    """As if each kind of operation took the whole time."""
    return OperationTime(
        name=o.name,
        kind=o.kind,
        via=o.via,
        calls=o.calls,
        flop=o.flop,
        traffic_bytes=0.0,
        shapes="",
        file=o.lines[0].file if o.lines else "",
        line=o.lines[0].line if o.lines else 0,
        full_s=1e-3 / max(o.calls, 1),
        fixed_s=0.0,
        full_spread_s=0.0,
        fixed_spread_s=0.0,
        minor_faults=0.0,
        replayed=True,
    )
