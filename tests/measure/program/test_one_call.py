"""The costliest function of one's own is found while something runs, and its call caught."""

import numpy as np

from profiler_suite.measure.program.one_call import caught, costliest_code


def heavy(a: "np.ndarray[tuple[int], np.dtype[np.float64]]", n: int = 3) -> float:
    total = 0.0
    for each in a:
        total += float(np.sum(each)) * n
    a[0] = 99.0
    return total


def light() -> int:
    return 1


def runs() -> None:
    light()
    heavy(np.arange(3000.0), n=2)
    light()


def test_what_a_function_calls_of_libraries_is_its_own() -> None:
    code = costliest_code(runs, (runs.__code__,))
    assert code is not None
    assert code[2] == "heavy"


def test_its_arguments_are_those_before_the_call_changed_them() -> None:
    code = costliest_code(runs, (runs.__code__,))
    assert code is not None
    made = caught(runs, code)
    assert made is not None
    function, args, kwargs = made
    assert function is heavy
    assert args[0][0] == 0.0
    assert (args[1:], kwargs) == ((2,), {})


def test_nothing_of_ones_own_is_no_call() -> None:
    assert costliest_code(light, (light.__code__,)) is None
