"""Full names of functions: what they begin with, and which are names of the same function."""

import re

USUAL = {"np": "numpy", "numpy": "numpy", "scipy": "scipy", "pd": "pandas", "math": "math"}
"""What names stand for where the function's own module does not say otherwise."""
_SAME_FUNCTION = {
    "numpy.abs": "numpy.absolute",
    "numpy.amax": "numpy.max",
    "numpy.amin": "numpy.min",
    "numpy.true_divide": "numpy.divide",
    "numpy.in1d": "numpy.isin",
    "numpy.trapz": "numpy.trapezoid",
    "numpy.row_stack": "numpy.vstack",
}


def usual_name(name: str) -> str:
    """'numpy.max' for 'numpy.amax': one name for each function that has several."""
    return _SAME_FUNCTION.get(name, name)


def mentioned(text: str) -> frozenset[str]:
    """The words of a text, and the other names of functions that it may call by them."""
    words = set(re.findall(r"\w+", text))
    pairs = [[name.rpartition(".")[2] for name in pair] for pair in _SAME_FUNCTION.items()]
    words.update(usual for other, usual in pairs if other in words)
    words.update(other for other, usual in pairs if usual in words)
    return frozenset(words)
