"""Loops of functions that a function defines inside itself are lifted where they stand."""

from profiler_suite.analysis.explain.lifting import lift
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

TEXT = """
def f(u0, t, k):
    def rhs(u, t):
        du = np.zeros_like(u)
        for i in range(1, len(u) - 1):
            du[i] = k * (u[i + 1] - u[i - 1])
        return du
    return odeint(rhs, u0, t)
""".lstrip()
HELD = {"u": "float64 (9,)", "t": "float", "du": "float64 (9,)", "i": "int 7"}


def test_a_callback_is_lifted_and_the_rest_stays() -> None:
    source = SourceText(
        file="f.py",
        function="f",
        first_line=5,
        text=TEXT,
        names={"u0": "float64 (9,)", "t": "float64 (4,)", "k": "float number"},
        bound={"np": "numpy"},
        inner={"rhs": HELD},
    )
    found = lift(Function(source)).lifted
    assert found
    assert "    def rhs(u, t):\n        du = np.zeros_like(u)\n        du[1:" in found[0].source
    assert found[0].source.endswith("        return du\n    return odeint(rhs, u0, t)\n")
    assert found[0].first_line == 8


def test_what_was_not_called_stays() -> None:
    source = SourceText(file="f.py", function="f", first_line=5, text=TEXT)
    assert not lift(Function(source)).lifted
