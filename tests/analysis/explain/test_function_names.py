"""Full names of functions: what they begin with, and which are names of the same function."""

from profiler_suite.analysis.explain.function_names import mentioned, usual_name


def test_a_function_of_several_names_has_one_usual_name() -> None:
    assert usual_name("numpy.amax") == usual_name("numpy.max") == "numpy.max"
    assert usual_name("numpy.sum") == "numpy.sum"


def test_who_mentions_one_name_of_a_function_mentions_all() -> None:
    assert mentioned("np.in1d(x, y)") >= {"np", "in1d", "isin", "x", "y"}
    assert mentioned("np.isin(x, y)") >= {"isin", "in1d"}
    assert not mentioned("np.sum(x)") & {"isin", "in1d", "amax"}
