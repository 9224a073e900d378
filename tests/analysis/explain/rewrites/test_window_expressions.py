"""Functions of a window are read as arithmetic of the statistics of all windows."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites.window_expressions import (
    RESAMPLE,
    ROLLING,
    NotForWindowsError,
    WindowReader,
    Windows,
)
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

BOUND = {"np": "numpy", "pd": "pandas", "len": "builtins.len"}
TEXT = "def f(s):\n    return s\n"


def read(text: str, *, kind: str = ROLLING, arrays: bool = False, grouped: str = "") -> str:
    source = SourceText(file="f.py", function="f", first_line=1, text=TEXT, bound=BOUND)
    windows = ".rolling(n)" if kind == ROLLING else ".resample('D')"
    function = Function(source)
    function.bound = BOUND
    of = Windows(function, "" if grouped else "s", windows, kind, "n", arrays, grouped)
    callee = ast.parse(text).body[0]
    if isinstance(callee, ast.Expr):
        callee = callee.value  # type: ignore[assignment]
    assert isinstance(callee, ast.FunctionDef | ast.Lambda)
    return WindowReader(of, callee.args.args[0].arg).read(callee)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lambda w: w.mean()", "s.rolling(n).mean()"),
        ("lambda w: np.std(w)", "s.rolling(n).std(ddof=0)"),
        ("lambda w: np.ptp(w)", "(s.rolling(n).max() - s.rolling(n).min())"),
        ("lambda w: -w.sum() / len(w)", "((-s.rolling(n).sum()) / n)"),
        ("lambda w: np.quantile(w, 0.25)", "s.rolling(n).quantile(0.25)"),
        ("lambda w: w.iloc[0]", "(s.shift(n - 1)).where(s.rolling(n).count() == n)"),
        (
            "lambda w: np.abs(w - 1).max()",
            "np.absolute((s - 1)).astype(float).where(s.notna()).rolling(n).max()",
        ),
        ("def g(w):\n    low = w.min()\n    return low * 2", "(s.rolling(n).min() * 2)"),
    ],
)
def test_statistics_and_ends_of_windows_are_read(text: str, expected: str) -> None:
    assert read(text) == expected


def test_arrays_have_deviations_and_elements_of_their_own() -> None:
    assert read("lambda w: w.std()", arrays=True) == "s.rolling(n).std(ddof=0)"
    assert "s.shift(n - 1)" in read("lambda w: w[-1] - w[0]", arrays=True)
    with pytest.raises(NotForWindowsError):
        read("lambda w: w[0]")


def test_bins_have_first_elements_and_sizes() -> None:
    assert read("lambda w: w.iloc[0]", kind=RESAMPLE) == "s.resample('D').first()"
    assert read("lambda w: w.size", kind=RESAMPLE) == "s.resample('D').size()"
    assert read("lambda w: (w > 2).sum()", kind=RESAMPLE) == "(s > 2).resample('D').sum()"


def test_what_has_no_column_of_its_own_has_statistics_only() -> None:
    assert read("lambda w: w.max()", grouped="g['v']") == "g['v'].rolling(n).max()"
    for text in ("lambda w: w.iloc[-1]", "lambda w: (w > 0).sum()"):
        with pytest.raises(NotForWindowsError):
            read(text, grouped="g['v']")


@pytest.mark.parametrize(
    "text",
    [
        "lambda w: w.autocorr()",
        "lambda w: w.iloc[1]",
        "lambda w: np.percentile(w, q)",
        "lambda w: (w * weights).sum()",
        "lambda w: w.mean(skipna=False)",
        "lambda w: w.diff().sum()",
        "lambda w: 3.0",
        "def g(w):\n    for v in w:\n        return v",
    ],
)
def test_what_needs_the_window_itself_is_not_read(text: str) -> None:
    with pytest.raises(NotForWindowsError):
        read(text)
