"""What cannot be counted is named and lowers the coverage."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import summary, trace
from profiler_suite.measure.trace.work import conventions
from profiler_suite.model.trace import OperationCounts


def test_a_compiled_function_without_a_formula_is_named() -> None:
    from scipy import ndimage

    def function(x: Any) -> Any:
        smooth = ndimage.median_filter(x, 3)
        return smooth * 2

    result, counts = trace(function, (np.ones((5, 5)),))
    assert type(result) is np.ndarray
    assert counts.coverage < 1
    assert "scipy.ndimage._nd_image.rank_filter" in counts.uncovered or any(
        name.startswith("scipy.ndimage") for name in counts.uncovered
    )
    # What is done with its result is counted again.
    assert [each.flop for each in counts.operations if each.name == "np.multiply"] == [25]
    seen = counts.calls + sum(counts.uncovered.values())
    assert counts.coverage == counts.calls / seen


def test_python_objects_and_iterators_are_named() -> None:
    objects = np.array([1, 2, 3], dtype=object)
    assert trace(lambda x: x + x, (objects,))[1].uncovered == {"np.add on Python objects": 1}
    _, counts = trace(lambda x: list(np.nditer(x)), (np.ones(3),))
    assert counts.uncovered == {"np.nditer": 1}
    _, counts = trace(lambda x: x.ctypes.data, (np.ones(3),))
    assert counts.uncovered == {"ndarray.ctypes": 1}
    assert counts.coverage == 0.0


@pytest.mark.parametrize(
    ("name", "flop"),
    [
        ("convolve2d", 2 * 64 * 9),
        ("correlate", 2 * 36 * 9),
        ("ndimage", 2 * 64 * 9),
        ("lfilter", 2 * 64 * 2),
        ("rfft", 8 * 2.5 * 8 * 3),
        ("cho_factor", 8**3 / 3),
    ],
)
def test_scipy_functions_with_a_formula(name: str, flop: float) -> None:
    from scipy import fft, linalg, ndimage, signal

    image = np.eye(8) + 1.0
    window = np.ones((3, 3))
    functions: dict[str, Any] = {
        "convolve2d": lambda: signal.convolve2d(image, window, mode="same"),
        "correlate": lambda: signal.correlate(image, window, mode="valid", method="direct"),
        "ndimage": lambda: ndimage.correlate(image, window),
        # With feedback: without it, some SciPys convolve instead.
        "lfilter": lambda: signal.lfilter(np.array([1.0]), np.array([1.0, 0.5]), image),
        "rfft": lambda: fft.rfft(image),
        "cho_factor": lambda: linalg.cho_factor(image)[0],
    }
    expected = functions[name]()
    result, counts = trace(functions[name])
    np.testing.assert_array_equal(result, expected)
    assert counts.coverage == 1.0, counts.uncovered
    foreign = [each for each in counts.operations if each.name.startswith("scipy.")]
    assert sum(each.flop for each in foreign) == pytest.approx(flop)


def test_a_package_imported_inside_the_function_is_followed_and_left_clean() -> None:
    program = """
import numpy as np
from profiler_suite.measure.trace import trace

def function(x):
    from scipy.signal import fftconvolve
    return fftconvolve(x, x)

result, counts = trace(function, (np.ones(9),))
assert counts.coverage == 1.0, counts.uncovered
assert any(each.kind == "fft" for each in counts.operations)
assert counts.calls < 100, counts.calls  # importing it is no work of the function
import sys
for module in list(sys.modules.values()):
    for name, value in list(vars(module).items()):
        own = "measure.trace" in str(getattr(value, "__module__", ""))
        if own and not module.__name__.startswith(("profiler_suite", "__main__")):
            raise SystemExit(f"{module.__name__}.{name} was left behind")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_counts_survive_a_round_trip() -> None:
    import msgspec

    _, counts = trace(lambda x: np.sum(x[1:] * 2.0, axis=0), (np.ones((3, 4)),))
    again = msgspec.json.decode(msgspec.json.encode(counts), type=OperationCounts)
    assert again.flop == counts.flop
    assert [each.name for each in again.operations] == [each.name for each in counts.operations]


def test_counts_say_by_which_conventions_they_were_made() -> None:
    assert trace(lambda: None)[1].conventions == conventions.VERSION


def test_a_ufunc_that_nobody_knows_is_uncovered() -> None:
    double = np.frompyfunc(lambda value: value * 2, 1, 1)
    _, counts = trace(double, (np.ones(2),))
    assert counts.coverage < 1


def test_a_call_that_its_formula_does_not_expect_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unexpected(call: object) -> None:
        raise LookupError(call)

    monkeypatch.setattr(summary, "product_work", unexpected)
    _, counts = trace(lambda x: np.dot(x, x) + x.sum(), (np.ones(3),))
    assert counts.uncovered == {"np.dot": 1}
    assert counts.flop == 3
