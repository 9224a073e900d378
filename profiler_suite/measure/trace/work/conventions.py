"""What counts as how many floating-point operations and bytes, each with its reason."""

from typing import NamedTuple

VERSION = 1


class Convention(NamedTuple):
    """FLOP per element of one group of operations."""

    operations: tuple[str, ...]
    real: float
    complex: float
    reason: str


class CountingRule(NamedTuple):
    """A convention that is not a number per element."""

    subject: str
    rule: str
    reason: str


ELEMENTWISE = (
    Convention(
        ("add", "subtract"), 1, 2, "one addition; complex: one for each of the two parts"
    ),
    Convention(
        ("multiply", "square"), 1, 6, "one product; complex: four products, two additions"
    ),
    Convention(
        ("divide", "reciprocal"),
        1,
        10,
        "one instruction; complex: Smith's method (1962) as in NumPy, 2 divisions, 8 others",
    ),
    Convention(("sqrt",), 1, 8, "one instruction, correctly rounded; complex: as exp"),
    Convention(("floor_divide",), 2, 2, "a division and a rounding"),
    Convention(
        ("remainder", "fmod", "divmod"),
        4,
        4,
        "a division, a rounding, a product, a subtraction",
    ),
    Convention(
        (
            "equal",
            "not_equal",
            "less",
            "less_equal",
            "greater",
            "greater_equal",
            "maximum",
            "minimum",
            "fmax",
            "fmin",
            "heaviside",
            "sign",
            "argmax",
            "argmin",
        ),
        1,
        2,
        "a comparison takes the same unit for the same time as an addition",
    ),
    Convention(("clip",), 2, 4, "two comparisons"),
    Convention(("floor", "ceil", "trunc", "rint", "modf"), 1, 2, "a rounding instruction"),
    Convention(("deg2rad", "rad2deg", "radians", "degrees"), 1, 1, "a product"),
    Convention(("hypot",), 4, 4, "two products, an addition, a square root"),
    Convention(
        (
            "negative",
            "positive",
            "absolute",
            "fabs",
            "conjugate",
            "copysign",
            "signbit",
            "isnan",
            "isinf",
            "isfinite",
            "isnat",
            "nextafter",
            "spacing",
            "frexp",
            "ldexp",
        ),
        0,
        0,
        "sign and exponent bits only; the absolute value of a complex number counts as hypot",
    ),
    Convention(
        (
            "logical_and",
            "logical_or",
            "logical_xor",
            "logical_not",
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "bitwise_count",
            "invert",
            "left_shift",
            "right_shift",
            "_ones_like",
        ),
        0,
        0,
        "no arithmetic on numbers",
    ),
    Convention(("gcd", "lcm"), 0, 0, "the number of steps depends on the values"),
    Convention(
        (
            "exp",
            "exp2",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sin",
            "cos",
            "tan",
            "arcsin",
            "arccos",
            "arctan",
            "arctan2",
            "sinh",
            "cosh",
            "tanh",
            "arcsinh",
            "arccosh",
            "arctanh",
            "power",
            "float_power",
            "cbrt",
        ),
        8,
        16,
        "McMahon (1986), The Livermore Fortran Kernels: exp, sin and the like weigh 8",
    ),
    Convention(("logaddexp", "logaddexp2"), 19, 19, "exp, log1p, a comparison, two additions"),
)

SPECIAL_FUNCTION_FLOP = 8.0
"""Per element of a ufunc of scipy.special: as exp, and less than most of them take."""

MULTIPLY_ADD_FLOP = 2.0
COMPLEX_MULTIPLY_ADD_FLOP = 8.0

RULES = (
    CountingRule(
        "number types",
        "operations on integers count as those on floats, on booleans, text and dates 0",
        "one count serves products of any dtype",
    ),
    CountingRule(
        "reductions",
        "n elements into one take n − 1 operations; so does accumulate; argmax compares",
        "the first element needs none",
    ),
    CountingRule(
        "where=",
        "only the selected elements are counted, in FLOP and in bytes; the mask is read whole",
        "the loops skip the others",
    ),
    CountingRule(
        "products",
        "every multiply-accumulate is 2 (complex 8): matmul, dot, inner, vdot, vecdot, "
        "tensordot, convolve, correlate; a product of an m×k and a k×n matrix is 2·m·k·n",
        "compiled kernels add to an accumulator that starts at zero",
    ),
    CountingRule(
        "einsum",
        "per point of the index space one product for each operand after the first, and one "
        "addition when an index is summed; with one operand it is a reduction; with optimize "
        "each step counts by itself",
        "this is what its loop executes",
    ),
    CountingRule(
        "FFT",
        "5 N log₂ N per complex transform of length N, half of it when one side is real",
        "the count that FFTW's authors use for any algorithm (Frigo and Johnson, 2005)",
    ),
    CountingRule(
        "linear algebra",
        "leading terms for an n×n matrix, complex 4 times as many: LU (det) 2/3 n³; solve with "
        "k right sides 2/3 n³ + 2 n² k; inv 8/3 n³ (it solves for the identity); Cholesky "
        "1/3 n³; triangular solve n² k; QR of m×n with r = min(m, n) 2 m n r − (m + n) r² + "
        "2/3 r³, the same again for a reduced Q; symmetric eigenvalues 4/3 n³, with vectors "
        "9 n³; eigenvalues 10 n³, with vectors 25 n³; singular values 4 m n² − 4/3 n³, with "
        "reduced factors 14 m n² + 8 n³, with full ones 4 m² n + 8 m n² + 9 n³ (m ≥ n)",
        "LAPACK Working Note 41 and Golub and Van Loan, Matrix Computations; for iterations "
        "(eigenvalues, singular values) typical, not exact",
    ),
    CountingRule(
        "interp, bincount",
        "6 per interpolated point; 1 per element that bincount adds",
        "two subtractions for the distances, one for the rise, a division, a product, an "
        "addition",
    ),
    CountingRule(
        "sorting, searching, casting, copying, random numbers",
        "0 FLOP, only bytes",
        "they move or compare keys; making random numbers is integer work",
    ),
    CountingRule(
        "bytes",
        "an operation reads each distinct element of each distinct operand once and writes "
        "each distinct element of its result once: a broadcast or overlapping view counts what "
        "it covers in memory; a view costs 0",
        "the traffic of an operation with a perfect cache of its own",
    ),
    CountingRule(
        "bytes of numbers",
        "an array indexed to a single number reads it; otherwise numbers given or returned by "
        "themselves are 0 bytes",
        "they are in registers or in Python objects",
    ),
    CountingRule(
        "bytes of gathers",
        "fancy indexing and take read the indices and as many elements as they deliver; a "
        "mask is read whole; sorting in place reads and writes once; searchsorted reads at "
        "most ⌈log₂(n + 1)⌉ elements per key; np.where reads both choices in full; np.empty "
        "writes nothing",
        "logical traffic: passes within an algorithm are its own affair",
    ),
    CountingRule(
        "temporaries",
        "arrays allocated by an operation, those that are returned in the end included",
        "whether one outlives the function cannot be seen from the operation",
    ),
    CountingRule(
        "numbers in Python code",
        "numbers taken out of arrays are followed through arithmetic, comparisons and the "
        "math module; NumPy booleans and numbers that never were in an array are not",
        "the type of a boolean cannot be extended",
    ),
    CountingRule(
        "coverage",
        "counted calls over all calls seen with arrays or numbers from arrays; compiled "
        "functions of other packages without a formula are the uncovered ones",
        "what is not seen at all (compiled classes, buffers, pointers) cannot be in it",
    ),
)

_FLOP = {name: c for c in ELEMENTWISE for name in c.operations}


def elementwise_flop(operation: str, is_complex: bool) -> float | None:
    """FLOP per element of the ufunc of that name; None when it has no convention."""
    if operation == "absolute" and is_complex:
        operation = "hypot"
    found = _FLOP.get(operation)
    if found is None:
        return None
    return found.complex if is_complex else found.real
