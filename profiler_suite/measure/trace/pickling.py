"""Pickles of arrays during a trace, while numpy.ndarray is the name of another class."""

import copyreg
from typing import Any

import numpy as np
from numpy import ndarray


class Picklable:
    """A context: arrays are pickled under the name that numpy.ndarray has at the time.

    A pickle names its class, and pickling compares the class with what has that name.
    """

    def __enter__(self) -> None:
        self._before = copyreg.dispatch_table.get(ndarray)
        copyreg.pickle(ndarray, _reduced)

    def __exit__(self, *_: object) -> None:
        del copyreg.dispatch_table[ndarray]
        if self._before is not None:
            copyreg.pickle(ndarray, self._before)


def _reduced(array: ndarray[Any, Any]) -> Any:
    return under_its_name(ndarray.__reduce__(array))


def under_its_name(reduced: Any) -> Any:
    """What an array is pickled as, with the class that is called ndarray now."""
    function, given, *rest = reduced
    if given and given[0] is ndarray:
        given = (np.ndarray, *given[1:])
    return (function, given, *rest)
