"""The reference of fields, made from the nouns themselves."""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from typing import get_args

from msgspec import inspect as types

from profiler_suite.analysis.explain import document
from profiler_suite.analysis.explain.advice import Advice
from profiler_suite.analysis.explain.what_if import WayVerdict
from profiler_suite.analysis.run.point_columns import point_columns
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.model.results import Breakdown, BreakdownEntry
from profiler_suite.model.rows import SCHEMA_VERSION, BreakdownRecord, Row
from profiler_suite.model.run import Provenance

_HEAD = f"""# Fields of the files

<!-- Made by `python -m docs` from the nouns in the code. -->

Names end in the unit: `_s` seconds, `_bytes` bytes, `flop` a count, `flop_per_s` a rate. Shares
are fractions of 1. The format of rows is version {SCHEMA_VERSION}; older runs can be read, and
some keys keep older words.

Since release 0.1, four columns of `points.csv` have new names: `undisturbed_visits` and
`undisturbed_share` (formerly `clean_visits`, `clean_share`), `workers` (`launches`) and
`breakdown_notes` (`ledger_notes`). JSON documents have had schema 2 since then.

A run folder holds `run.json` (what ran, where and how), `records.jsonl` (everything that was
measured, one JSON object a line), `points.csv` (one row per point), `summary.md`, `report.html`
and `figures/`.
"""


def page() -> str:
    """The whole page."""
    return "".join(_parts()).rstrip() + "\n"


def _parts() -> Iterator[str]:
    yield _HEAD
    yield "\n## points.csv\n\nOne row per point; the dimensions of the problems follow.\n\n"
    yield _table(("column", "meaning"), point_columns().items())
    rows = get_args(Row)
    yield "\n## records.jsonl\n\nEach line has a `kind`:\n\n"
    yield _table(("kind", "what it is"), ((_kind(r), _sentence(r)) for r in rows))
    for row in rows:
        yield from _section(row, f"A line of kind {_kind(row)}")
    yield "\n## run.json\n"
    yield from _section(Provenance, "The object")
    yield "\n## The document of explain\n\n"
    yield from _explanation()
    yield "\n## Objects within others\n"
    seen: set[type] = {*rows, Provenance}
    for noun in _nested((*rows, Provenance, Advice, WayVerdict), seen):
        yield from _section(noun, noun.__name__)


def _explanation() -> Iterator[str]:
    yield _table(
        ("field", "meaning"),
        (
            ("schema", str(document.EXPLANATION_SCHEMA)),
            ("time", "of one evaluation: " + _names((*document._OF_TIME, "cold_s"))),
            (
                "breakdown",
                "entries by name, each with " + _names((*document._OF_ENTRY, "share")),
            ),
            (
                "by_thread",
                "what each thread runs and waits for, as shares of the time; `cores_busy` is "
                "how many ran on average",
            ),
            ("cause", "what takes most of the time: a stable name, its share, in words"),
            ("roofline", "which roof limits it, and how near it is"),
            (
                "memory",
                "the most held at once; what operations make on the way; lines and expressions "
                "with what they hold and take",
            ),
            ("operations, lines", "the two tables, one object per row"),
            ("counterfactuals", "by name: " + _names(document._OF_COUNTERFACTUAL)),
            ("advice", "what was faster, the largest gain first: see Advice below"),
            ("not_advised", "what was tried, and why it is not advised"),
            ("patch", "the fastest rewrite as a unified diff"),
            ("what_if", "other ways to run it, the fastest first: see WayVerdict below"),
            ("verdict, notes", "sentences: what was found, what makes it doubtful"),
        ),
    )
    for noun, names, title in (
        (FunctionRecord, document._OF_FUNCTION, "Of the function"),
        (BreakdownRecord, document._OF_TRACE, "trace"),
        (Breakdown, document._OF_BREAKDOWN, "breakdown"),
        (BreakdownEntry, document._OF_ENTRY, "an entry of the breakdown"),
    ):
        yield from _section(noun, title, names)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _kind(noun: type) -> str:
    return str(noun.__struct_config__.tag)  # type: ignore[attr-defined]


def _sentence(noun: type) -> str:
    return " ".join((inspect.getdoc(noun) or "").split("\n\n")[0].split())


def _section(noun: type, title: str, only: Iterable[str] = ()) -> Iterator[str]:
    meanings = _meanings(noun)
    info = types.type_info(noun)
    assert isinstance(info, types.StructType)
    chosen = set(only)
    rows = [
        (f"`{field.encode_name}`", _in_words(field.type), meanings.get(field.name, ""))
        for field in info.fields
        if not chosen or field.name in chosen
    ]
    yield f"\n### {title}\n\n{_sentence(noun)}\n\n"
    yield _table(("field", "type", "meaning"), rows)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


@cache
def _meanings(noun: type) -> dict[str, str]:
    """Field → the text below it in the source, or the comment behind it."""
    found: dict[str, str] = {}
    for each in reversed(noun.__mro__):
        if not each.__module__.startswith("profiler_suite"):
            continue
        text = textwrap.dedent(inspect.getsource(each))
        (tree,) = ast.parse(text).body
        assert isinstance(tree, ast.ClassDef)
        waiting: list[str] = []
        for node in tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                waiting = [node.target.id]
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                for name in waiting:
                    found[name] = " ".join(str(node.value.value).split())
    return found


def _nested(nouns: Iterable[type], seen: set[type]) -> Iterator[type]:
    """The nouns within others, each once, in the order in which they are met."""
    for noun in nouns:
        if noun not in seen:
            seen.add(noun)
            yield noun
        info = types.type_info(noun)
        assert isinstance(info, types.StructType)
        for field in info.fields:
            yield from _nested([n for n in _structs(field.type) if n not in seen], seen)


def _structs(kind: types.Type) -> Iterator[type]:
    if isinstance(kind, types.StructType):
        yield kind.cls
    for name in ("item_type", "key_type", "value_type"):
        if hasattr(kind, name):
            yield from _structs(getattr(kind, name))
    for each in (*getattr(kind, "types", ()), *getattr(kind, "item_types", ())):
        yield from _structs(each)


_PLAIN = {
    types.IntType: "integer",
    types.FloatType: "number",
    types.StrType: "text",
    types.BoolType: "true or false",
    types.NoneType: "null",
}


def _in_words(kind: types.Type) -> str:
    if type(kind) in _PLAIN:
        return _PLAIN[type(kind)]
    if isinstance(kind, types.Metadata):
        return _in_words(kind.type)
    if isinstance(kind, types.StructType):
        return kind.cls.__name__
    if isinstance(kind, types.EnumType):
        return "one of " + ", ".join(f"`{each.value}`" for each in kind.cls)
    if isinstance(kind, types.DictType):
        return f"object: {_in_words(kind.key_type)} → {_in_words(kind.value_type)}"
    if isinstance(kind, types.TupleType):
        return "list of " + " and ".join(_in_words(each) for each in kind.item_types)
    if isinstance(kind, types.VarTupleType | types.ListType):
        return f"list of {_in_words(kind.item_type)}"
    if isinstance(kind, types.UnionType):
        return " or ".join(_in_words(each) for each in kind.types)
    return type(kind).__name__.removesuffix("Type").lower()
