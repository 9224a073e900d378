"""Famous questions about slow NumPy, SciPy and pandas code, each reproduced in ten lines.

`python -m experiments.gallery` explains each on the machine at hand and writes reports/gallery.
"""

import ast
import dataclasses
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
STACK = "https://stackoverflow.com/questions/"
NUMPY = "https://github.com/numpy/numpy/issues/"


@dataclasses.dataclass(frozen=True)
class FamousQuestion:
    """A public question, and what is expected to be found in its reproduction."""

    name: str
    """Of the reproduction's file, without its ending."""
    thread: str
    """Where it was asked."""
    rules: tuple[str, ...]
    """Advice rules any of which names the cause."""
    cause: str
    """Why it is slow, in one sentence."""

    @property
    def file(self) -> Path:
        """The reproduction."""
        return FOLDER / f"{self.name}.py"

    @property
    def title(self) -> str:
        """The question in one line: the first line of the reproduction."""
        return (ast.get_docstring(self._tree()) or self.name).splitlines()[0]

    @property
    def function(self) -> str:
        """The slow function: the last one before the setup."""
        names = [n.name for n in self._tree().body if isinstance(n, ast.FunctionDef)]
        return [name for name in names if name != "setup"][-1]

    @property
    def code(self) -> str:
        """The reproduction without its title."""
        body = self._tree().body[1:]
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return "\n".join(lines[body[0].lineno - 1 :])

    @property
    def command(self) -> str:
        """What a person types in a clone of the repository."""
        target = f"experiments/gallery/{self.name}.py:{self.function}"
        return f"python -m profiler_suite explain {target} --setup setup"

    def _tree(self) -> ast.Module:
        return ast.parse(self.file.read_text(encoding="utf-8"))


QUESTIONS = (
    FamousQuestion(
        "convolution_loop",
        "https://ai.stackexchange.com/questions/23441/"
        "why-does-cnn-forward-pass-take-longer-compared-to-mlp-forward-pass",
        ("lifted_loop",),
        "The loop makes 12,801 small NumPy calls, and each costs more than its arithmetic; "
        "np.dot is one call into BLAS.",
    ),
    FamousQuestion(
        "integer_product",
        STACK + "18743397/python-numpy-np-int32-slower-than-np-float64",
        ("integer_product",),
        "BLAS has no integer routines: NumPy multiplies integer matrices in a plain loop.",
    ),
    FamousQuestion(
        "vectorize",
        STACK + "35215161/most-efficient-way-to-map-function-over-numpy-array",
        ("vectorize",),
        "np.vectorize is a loop in disguise: it calls the Python function for every element.",
    ),
    FamousQuestion(
        "append",
        STACK + "25649788/numpy-append-vs-python-list-append",
        ("append_in_loop", "lifted_loop"),
        "Every np.append copies the whole array, so the work grows with the square of its "
        "length.",
    ),
    FamousQuestion(
        "einsum",
        STACK + "18365073/why-is-numpys-einsum-faster-than-numpys-built-in-functions",
        ("einsum",),
        "With three operands and no optimize=True, einsum runs one loop over all indices, "
        "without BLAS.",
    ),
    FamousQuestion(
        "elements",
        STACK + "29281680/numpy-individual-element-access-slower-than-for-lists",
        ("tolist", "lifted_loop", "compiler"),
        "Each element that is read becomes a new Python object, which a list has ready.",
    ),
    FamousQuestion(
        "distances",
        STACK + "22720864/efficiently-calculating-a-euclidean-distance-matrix-using-numpy",
        ("pairwise_distances",),
        "All differences are written to memory before they are summed: 24 times the result.",
    ),
    FamousQuestion(
        "add_at",
        NUMPY + "5922",
        ("bincount", "add_at_mixed"),
        "np.add.at adds one element at a time, and converts it where dtypes differ.",
    ),
    FamousQuestion(
        "apply_along_axis",
        STACK + "23849097/numpy-np-apply-along-axis-function-speed-up",
        ("apply_along_axis",),
        "The function is called from Python once per row, for nine numbers each.",
    ),
    FamousQuestion(
        "float16",
        STACK + "24587433/why-does-numpy-float16-break-the-openblas-atlas-functionalities",
        ("half_precision",),
        "Every element is converted to float32 before an operation and back after it.",
    ),
    FamousQuestion(
        "object_dtype",
        STACK + "10922231/pythons-sum-vs-numpys-numpy-sum",
        ("object_dtype",),
        "An array of objects holds pointers: each operation on an element is Python's own.",
    ),
    FamousQuestion(
        "inverse",
        STACK + "31256252/why-does-numpy-linalg-solve-offer-more-precise-matrix-inversions-"
        "than-numpy-li",
        ("solve",),
        "The inverse costs three times the operations of one solution, and is less accurate.",
    ),
    FamousQuestion(
        "prime_fft",
        NUMPY + "8639",
        ("prime_fft",),
        "A length with a large prime factor cannot be split into short transforms.",
    ),
    FamousQuestion(
        "iterrows",
        STACK + "24870953/does-pandas-iterrows-have-performance-issues",
        ("iterrows",),
        "iterrows makes a Series of every row.",
    ),
    FamousQuestion(
        "row_apply",
        STACK + "54432583/when-should-i-not-want-to-use-pandas-apply-in-my-code",
        ("pandas_apply",),
        "apply(axis=1) makes a Series of every row and calls a Python function with it.",
    ),
    FamousQuestion(
        "choice",
        NUMPY + "2764",
        ("legacy_random",),
        "np.random.choice shuffles the whole population to take 100 of it.",
    ),
    FamousQuestion(
        "python_sum",
        STACK + "10922231/pythons-sum-vs-numpys-numpy-sum",
        ("python_builtin",),
        "Python's sum takes the elements out of the array one by one, as objects.",
    ),
    FamousQuestion(
        "searchsorted",
        NUMPY + "10937",
        ("unsorted_search",),
        "Unordered values jump through the array: nearly every step of a search misses the "
        "cache.",
    ),
    FamousQuestion(
        "power",
        STACK + "25254541/why-is-numpy-power-60x-slower-than-in-lining",
        ("power",),
        "np.power takes a logarithm and an exponential of every element.",
    ),
    FamousQuestion(
        "small_arrays",
        NUMPY + "21455",
        ("small_statistics", "wrapper"),
        "For eight numbers the Python layers of np.std take longer than the sums.",
    ),
    FamousQuestion(
        "concat",
        STACK + "36489576/why-does-concatenation-of-dataframes-get-exponentially-slower",
        ("concat_in_loop",),
        "Every pd.concat copies the table that has grown so far.",
    ),
    FamousQuestion(
        "dates",
        STACK + "29882573/pandas-slow-date-conversion",
        ("dates_one_by_one", "series_apply"),
        "Every text is parsed on its own, although they all have one format.",
    ),
)
