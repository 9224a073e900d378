"""Dictionaries that are asked for many keys, as arrays of what they hold."""

from __future__ import annotations

from profiler_suite.analysis.explain.lifting.code.arrays import Array, closed
from profiler_suite.analysis.explain.lifting.code.writer import Writer
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import KeyLookup


def translated(writer: Writer, term: KeyLookup) -> Array:
    """A dictionary is asked once for each different key, or for each in a short range."""
    inner, np = writer.lower(term.key), writer.np
    if not inner.dims:
        text = term.form.format(inner.text)
        return Array(f"{np}.array({text})", term.axes) if term.axes else Array(text)
    name, key = writer.free_name("translated"), writer.free_name("key")
    given = inner.text
    if not given.isidentifier():
        given = writer.free_name("asked")
        writer.before.append(f"{given} = {inner.text}")
    kind = _kind(writer, term.dtype)
    keys, places = writer.free_name("keys"), writer.free_name("places")
    shape = f".reshape({given}.shape)" if len(inner.dims) > 1 else ""
    sizes = ", ".join(writer.facts.text(each.count) for each in term.axes)
    each = f".reshape(-1, {sizes})" if sizes else ""
    one = term.form.format(key)
    by_key = (
        f"{keys}, {places} = {np}.unique({given}, return_inverse=True)\n"
        f"{name} = {np}.array([{one} for {key} in {keys}.tolist()]{kind}){each}"
        f"[{places}{shape}]"
    )
    dtype = dtype_of(term.key)
    if dtype is None or dtype.kind not in "iu":
        writer.before.append(by_key)
        return Array(name, (*inner.dims, *term.axes))
    table = term.form.partition("[" if term.form.endswith("[{0}]") else ".")[0]
    asked = term.form.format(key)
    if term.form.endswith("[{0}]"):
        asked = f"{asked} if {key} in {table} else {name}"
    low, high = writer.free_name("low"), writer.free_name("high")
    in_range = (
        f"{low}, {high} = int({given}.min()), int({given}.max())\n"
        f"{name} = next(iter({table}.values()))\n"
        f"{name} = {np}.array([{asked} for {key} in range({low}, {high} + 1)]{kind})"
        f"[{closed(given)} - {low}]"
    )
    wide = f"{np}.ptp({given}) < {given}.size // 2"
    test = f"{given}.size > 1 and {wide}"
    writer.before.append(f"if {test}:\n{_below(in_range)}\nelse:\n{_below(by_key)}")
    writer.scope.assume(f"{table} has every key that is asked for")
    return Array(name, (*inner.dims, *term.axes))


def _below(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.splitlines())


def _kind(writer: Writer, dtype: str) -> str:
    """The dtype of the values; without it an array of none would be of floats."""
    if dtype[:1] not in ("i", "u", "f", "b"):
        return ""
    return ", bool" if dtype == "bool" else f", {writer.np}.{dtype}"
