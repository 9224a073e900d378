"""Arrays are pickled also while numpy.ndarray names another class."""

import copyreg
import pickle

import numpy as np
import pytest

from profiler_suite.measure.trace.pickling import Picklable, under_its_name
from profiler_suite.measure.trace.standing import StandingArray


@pytest.mark.parametrize(
    "array",
    [np.arange(3.0), np.zeros((0, 2)), np.array(["a", "ä"]), np.arange(6).reshape(2, 3).T],
    ids=str,
)
def test_a_pickle_made_then_is_read_later(
    array: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as standing:
        standing.setattr(np, "ndarray", StandingArray)
        with Picklable():
            text = pickle.dumps(array)
    found = pickle.loads(text)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, array)


def test_what_stood_before_stands_again() -> None:
    assert np.ndarray not in copyreg.dispatch_table
    with Picklable():
        assert np.ndarray in copyreg.dispatch_table
    assert np.ndarray not in copyreg.dispatch_table

    def own(array: object) -> tuple[type, tuple[()]]:
        return list, ()

    copyreg.pickle(np.ndarray, own)
    try:
        with Picklable():
            pass
        assert copyreg.dispatch_table[np.ndarray] is own
    finally:
        del copyreg.dispatch_table[np.ndarray]


def test_other_classes_keep_their_name() -> None:
    reduced: tuple[object, ...] = (dict, ([],), {"a": 1})
    assert under_its_name(reduced) == reduced
