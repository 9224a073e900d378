"""Dates that Python parses or takes apart one by one, and the same of arrays of dates.

Each entry is a pattern of one comprehension and a template, as `patterns` reads them.
"""

from collections.abc import Callable, Iterator

Table = Callable[[], Iterator[tuple[str, str]]]

_STRPTIME = "datetime.datetime.strptime(V, '{}')"
# Formats that NumPy's own dates are written in, with the unit that holds them.
_ISO = {
    "%Y-%m-%d": "D",
    "%Y-%m-%d %H:%M": "m",
    "%Y-%m-%dT%H:%M": "m",
    "%Y-%m-%d %H:%M:%S": "s",
    "%Y-%m-%dT%H:%M:%S": "s",
    "%Y-%m-%d %H:%M:%S.%f": "us",
    "%Y-%m-%dT%H:%M:%S.%f": "us",
}
# What is asked of one date → of an array of them, as whole numbers.
_PARTS = {
    "year": "{a}.astype('M8[Y]').astype(np.int64) + 1970",
    "month": "{a}.astype('M8[M]').astype(np.int64) % 12 + 1",
    "day": "({a}.astype('M8[D]') - {a}.astype('M8[M]')).astype(np.int64) + 1",
    "hour": "({a}.astype('M8[h]') - {a}.astype('M8[D]')).astype(np.int64)",
    "minute": "({a}.astype('M8[m]') - {a}.astype('M8[h]')).astype(np.int64)",
    "second": "({a}.astype('M8[s]') - {a}.astype('M8[m]')).astype(np.int64)",
    "weekday()": "({a}.astype('M8[D]').astype(np.int64) + 3) % 7",
}
_SPANS = {
    "({p} - R).days": "({a} - np.datetime64(R)) // np.timedelta64(1, 'D')",
    "({p} - R).total_seconds()": "({a} - np.datetime64(R)) / np.timedelta64(1, 's')",
}


def of_strings() -> Iterator[tuple[str, str]]:
    """Strings in a format that NumPy reads."""
    for form, unit in _ISO.items():
        one = _STRPTIME.format(form)
        array = f"np.array(S, dtype='M8[{unit}]')"
        yield from _listed(_parts_of(one, array))
        # Whole days are dates without a time to NumPy.
        whole = array.replace("[D]", "[s]")
        yield f"[{one} for V in S]", f"{whole}.tolist()"
        yield f"[{one}.date() for V in S]", f"{array}.astype('M8[D]').tolist()"


def of_timestamps() -> Iterator[tuple[str, str]]:
    """Whatever pandas makes a date of."""
    for one in _STAMPS:
        yield from _listed(_parts_of(one, _BY_PANDAS))
        yield f"[{one}.date() for V in S]", "pd.to_datetime(S).date.tolist()"


def of_date_arrays() -> Iterator[tuple[str, str]]:
    """Elements of an array of NumPy's dates."""
    for one in _STAMPS:
        yield from _listed(_parts_of(one, "S"))


def of_other_formats() -> Iterator[tuple[str, str]]:
    """Strings in any format, read by pandas."""
    yield from _listed(_parts_of(_ANY_FORMAT, _OF_FORMAT))


def isoformats() -> Iterator[tuple[str, str]]:
    """One string in a format that datetime reads without being told; C is datetime."""
    for form in _ISO:
        yield f"C.strptime(X, '{form}')", "C.fromisoformat(X)"


def parts_of_elements(pandas: bool) -> Iterator[tuple[str, str]]:
    """What is asked of one string V, and the array of it for all of S; some need pandas."""
    for form, unit in _ISO.items():
        yield from _parts_of(_STRPTIME.format(form), f"np.array(S, dtype='M8[{unit}]')")
    yield from _parts_of("datetime.datetime.fromisoformat(V)", "np.array(S, dtype='M8[us]')")
    if pandas:
        yield from _parts_of(_ANY_FORMAT, _OF_FORMAT)
        for one in _STAMPS:
            yield from _parts_of(one, _BY_PANDAS)


_STAMPS = ("pd.Timestamp(V)", "pd.to_datetime(V)")
_BY_PANDAS = "pd.to_datetime(S).to_numpy()"
_ANY_FORMAT = "datetime.datetime.strptime(V, F)"
_OF_FORMAT = "pd.to_datetime(S, format=F).to_numpy()"


def _parts_of(one: str, array: str) -> Iterator[tuple[str, str]]:
    for part, text in _PARTS.items():
        yield f"{one}.{part}", text.format(a=array)
    for spans, text in _SPANS.items():
        yield spans.format(p=one), text.format(a=array)


def _listed(parts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for element, text in parts:
        yield f"np.array([{element} for V in S])", text
        yield f"[{element} for V in S]", f"({text}).tolist()"
