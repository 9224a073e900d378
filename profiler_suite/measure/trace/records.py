"""Records taken out of counting arrays: what is computed with their fields counts."""

from typing import Any

import numpy as np
from numpy import ndarray

from profiler_suite.measure.trace.recording import CALL
from profiler_suite.measure.trace.wrapping import PlainForm, unwrap, wrap

# Kept here: during a trace the name in numpy is another class.
_array, _view, _getitem = np.asarray, ndarray.view, ndarray.__getitem__


class CountingVoid(PlainForm, np.void):  # type: ignore[misc]
    """One element of a structured array."""

    plain_class: type = np.void

    @property
    def plain(self) -> Any:
        """The record without counting."""
        kind = type(self).plain_class
        return _getitem(_view(_array(self), np.dtype((kind, self.dtype))), ())

    def __getitem__(self, key: Any) -> Any:
        with CALL:  # what is read counts where it is computed with
            found = np.void.__getitem__(self, unwrap(key))
        return wrap(found)

    def __setitem__(self, key: Any, value: Any) -> None:
        np.void.__setitem__(self, unwrap(key), unwrap(value))

    def item(self, *args: Any) -> Any:
        """A tuple of numbers that count."""
        with CALL:
            found = np.void.item(self, *args)
        return wrap(found)

    tolist = item


class CountingRecord(CountingVoid, np.record):  # type: ignore[misc]
    """One element of a record array: its fields are attributes, too."""

    plain_class = np.record

    def __getattribute__(self, name: str) -> Any:
        if name not in (np.record.__getattribute__(self, "dtype").fields or ()):
            return np.record.__getattribute__(self, name)
        with CALL:
            found = np.record.__getattribute__(self, name)
        return wrap(found)

    def __setattr__(self, name: str, value: Any) -> None:
        np.record.__setattr__(self, name, unwrap(value))


def counting_record(record: Any, array: ndarray[Any, Any], key: Any) -> Any:
    """The element of a plain array as a record that counts; itself where that fails."""
    kind = CountingRecord if isinstance(record, np.record) else CountingVoid
    try:
        return _getitem(_view(_view(array, ndarray), np.dtype((kind, array.dtype))), key)
    except TypeError:  # it holds Python objects
        return record
