"""Slow paths of dtypes: no BLAS, no vector instructions, conversion element by element."""

from collections.abc import Iterable, Iterator

from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewrites import call_rewrites, value_tables
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.evidence import at, counted
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.model.trial import TrialKind

_PRODUCTS = ("A @ B", "np.dot(A, B)", "np.matmul(A, B)", "A.dot(B)")

INTEGER_PRODUCT = '''
def integer_product(a, b):
    """a @ b of integers by way of BLAS, where that is exact."""
    largest = [max(int(m.max(initial=0)), -int(m.min(initial=0))) for m in (a, b)]
    bound = largest[0] * largest[1] * a.shape[-1]
    if bound >= 2**53:
        return a @ b
    wide = np.float32 if bound < 2**24 else np.float64
    product = a.astype(wide) @ b.astype(wide)
    return product.astype(np.int64).astype(np.result_type(a, b), copy=False)
'''.strip()

INTEGER_CONTRACTION = '''
def exact_in_float64(contract, *arrays):
    """contract(*arrays) of integers by way of float64, where that is exact."""
    bound = max(a.size for a in arrays) ** len(arrays)
    for a in arrays:
        bound *= max(int(a.max(initial=0)), -int(a.min(initial=0)))
    if bound >= 2**53:
        return contract(*arrays)
    product = contract(*(a.astype(np.float64) for a in arrays))
    return product.astype(np.int64).astype(np.result_type(*arrays), copy=False)
'''.strip()


@rule(
    "dtype",
    looks_for="a product of integer matrices: BLAS has none, NumPy's own loop is used",
    rewrite="A @ B → by way of float32 or float64 and back",
    exact="every sum of products stays below 2**53; the code shown checks the magnitudes",
    thread="https://github.com/numpy/numpy/issues/14556",
)
def integer_product(seen: Observation) -> Iterator[Finding]:
    """Integer matrices multiplied."""
    return seen.rewrites(
        *((pattern, "integer_product(A, B)") for pattern in _PRODUCTS),
        where=lambda m: _matrices(m) and seen.holds(m, "iu", "A", "B", kinds="array"),
        title="multiply integers by way of BLAS, exact as long as the sums are below 2**53",
        helpers=(INTEGER_PRODUCT,),
    )


def _matrices(one: Match) -> bool:
    """Whether one of them may be a matrix."""
    forms = [one.form("A"), one.form("B")]
    return any(f is None or len(f.shape) >= 2 for f in forms)


@rule(
    "dtype",
    looks_for="einsum or tensordot of integers",
    rewrite="np.tensordot(A, B, axes) → by way of float64 and back",
    exact="every sum of products stays below 2**53; the code shown checks the magnitudes",
    thread="https://github.com/numpy/numpy/issues/14556",
)
def integer_contraction(seen: Observation) -> Iterator[Finding]:
    """Integers contracted over some axes."""
    return seen.rewrites(
        (
            "np.tensordot(A, B, AXES)",
            "exact_in_float64(lambda a, b: np.tensordot(a, b, AXES), A, B)",
        ),
        (
            "np.tensordot(A, B, axes=AXES)",
            "exact_in_float64(lambda a, b: np.tensordot(a, b, axes=AXES), A, B)",
        ),
        (
            "np.einsum(S, A, B, **KW)",
            "exact_in_float64(lambda a, b: np.einsum(S, a, b, optimize=True), A, B)",
        ),
        where=lambda m: (
            seen.holds(m, "iu", "A", "B", kinds="array")
            and not any(k.arg != "optimize" for k in m.captures.get("KW", ()))
        ),
        title="contract integers by way of float64, exact as long as the sums are below 2**53",
        helpers=(INTEGER_CONTRACTION,),
    )


@rule(
    "dtype",
    looks_for="a product of boolean matrices",
    rewrite="A @ B → (A.astype(np.float32) @ B.astype(np.float32)) > 0",
    exact="always: a sum of ones is never rounded to 0",
    thread="https://github.com/numpy/numpy/issues/14556",
)
def boolean_product(seen: Observation) -> Iterator[Finding]:
    """Boolean matrices multiplied."""
    return seen.rewrites(
        *(
            (pattern, "(A.astype(np.float32) @ B.astype(np.float32)) > 0")
            for pattern in _PRODUCTS
        ),
        where=lambda m: _matrices(m) and seen.holds(m, "b", "A", "B", kinds="array"),
        title="multiply truth values as float32, which has BLAS",
    )


@rule(
    "dtype",
    looks_for="arrays of float16: every element is converted before and after each operation",
    rewrite="x → x.astype(np.float32) on entry; or float32 from the caller on",
    exact="the result is float32, nearer to the exact one than float16 can be",
    thread="https://github.com/numpy/numpy/issues/28753",
)
def half_precision(seen: Observation) -> Iterator[Finding]:
    """Arguments of float16."""
    yield from _as_another(
        seen,
        "float16",
        "float32",
        "float16 is converted element by element: work in float32 (its result is float32 then)",
    )


@rule(
    "dtype",
    looks_for="arrays of long double: no vector instructions, no BLAS",
    rewrite="x → x.astype(np.float64) on entry; or float64 from the caller on",
    exact="53 bits of precision are enough",
    thread="https://github.com/nanograv/PINT/issues/525",
)
def longdouble(seen: Observation) -> Iterator[Finding]:
    """Arguments of long double."""
    for name in ("float128", "float96", "longdouble"):
        yield from _as_another(
            seen,
            name,
            "float64",
            "long double has neither vector instructions nor BLAS: float64 where 53 bits do",
        )


@rule(
    "dtype",
    looks_for="arrays of Python objects: every operation is a call of the interpreter",
    rewrite="x → np.array(x.tolist()) on entry; or numbers from the caller on",
    exact="the objects are numbers, and results stay within 64 bits",
    thread="https://github.com/oberbichler/HyperJet/pull/83",
)
def object_dtype(seen: Observation) -> Iterator[Finding]:
    """Arguments that hold Python objects."""
    for function in seen.functions:
        held = seen.parameters(function, lambda f: f.letter == "O")
        if not held:
            continue
        evidence = _evidence(seen, held)
        yield from seen.converted_first(
            function,
            {name: f"{name} = {function.numpy}.array({name}.tolist())" for name in held},
            title=f"{', '.join(held)} from Python objects to an array of numbers first",
            evidence=evidence,
        )
        if seen.is_entry(function):
            for to in ("int64", "float64"):
                yield seen.with_arguments(
                    dict.fromkeys(held, to),
                    title=f"pass {', '.join(held)} as {to}, not as Python objects",
                    evidence=evidence,
                )


def _as_another(seen: Observation, dtype: str, to: str, title: str) -> Iterator[Finding]:
    """Arguments of one dtype as another, on entry and from the caller on."""
    for function in seen.functions:
        held = seen.parameters(function, lambda f: f.kind == "array" and f.dtype == dtype)
        if not held:
            continue
        evidence = _evidence(seen, held)
        yield from seen.converted_first(
            function,
            {name: f"{name} = {name}.astype({function.numpy}.{to})" for name in held},
            title=title,
            evidence=evidence,
        )
        if seen.is_entry(function):
            yield seen.with_arguments(
                dict.fromkeys(held, to),
                title=f"{title}: pass {', '.join(held)} as {to}",
                evidence=evidence,
            )


def _evidence(seen: Observation, held: Iterable[str]) -> str:
    words = {each.split(" ", 1)[0]: each for each in seen.explained.arguments if " " in each}
    return "its arguments: " + ", ".join(words.get(name, name) for name in held)


@rule(
    "dtype",
    looks_for="numbers in the byte order of another machine, swapped at every operation",
    rewrite="x → x.astype(x.dtype.newbyteorder('=')) on entry; or native from the caller on",
    exact="always: the values are the same",
    thread="https://github.com/numpy/numpy/pull/3309",
)
def byte_order(seen: Observation) -> Iterator[Finding]:
    """Arguments in foreign byte order."""
    for function in seen.functions:
        held = seen.parameters(function, lambda f: f.kind == "array" and f.dtype[:1] == ">")
        if not held:
            continue
        evidence = _evidence(seen, held)
        yield from seen.converted_first(
            function,
            {name: f"{name} = {name}.astype({name}.dtype.newbyteorder('='))" for name in held},
            title=f"{', '.join(held)} to the machine's byte order first",
            evidence=evidence,
        )
        if seen.is_entry(function):
            yield seen.with_arguments(
                dict.fromkeys(held, "native"),
                title=f"pass {', '.join(held)} in the machine's byte order",
                evidence=evidence,
            )


@rule(
    "dtype",
    looks_for="float32 made float64 by float64 numbers, or by new arrays without a dtype",
    rewrite="np.zeros(n) → np.zeros(n, dtype=np.float32), np.sqrt(n) → float(np.sqrt(n))",
    exact="single precision is enough: the result is float32 then",
    thread="https://numpy.org/neps/nep-0050-scalar-promotion.html",
)
def upcast(seen: Observation) -> Iterator[Finding]:
    """What pulls single precision up to double."""
    if not any("float32 (" in words for words in seen.explained.arguments):
        return
    for function in seen.functions:
        own = seen.operations(function)
        chosen = [
            o
            for o in own
            if o.results
            and o.results[0].dtype in ("<f8", "<c16")
            and any(each.dtype in ("<f4", "<c8") for each in o.operands)
        ]
        if seen.traced and not chosen:
            continue
        lines = {line.line for o in chosen for line in o.lines} or set(seen.lines_of(function))
        work = seen.breakdown
        found = seen.finding(
            function,
            call_rewrites.in_single_precision(function),
            title=f"{at(lines)}: keep float32; NumPy's float64 numbers and arrays without a "
            "dtype make float64 of it",
            evidence=f"{counted(chosen) or 'its operations'} take float32 and give float64",
            lines=lines,
        )
        if found is not None and (
            work is None
            or work.share(time_breakdown.COPY) + work.share(time_breakdown.ARITHMETIC) > 0.05
        ):
            yield found


@rule(
    "dtype",
    looks_for="complex arrays whose imaginary part is zero",
    rewrite="pass x.real",
    exact="the imaginary parts are zero, which the trial checks",
    thread="https://github.com/scipy/scipy/issues/5592",
    tried=TrialKind.ARGUMENTS,
)
def real_for_complex(seen: Observation) -> Iterator[Finding]:
    """Complex arguments that might be real."""
    for function in seen.functions:
        held = seen.parameters(function, lambda f: f.kind == "array" and f.letter == "c")
        if held and seen.is_entry(function):
            for name in held:
                yield seen.with_arguments(
                    {name: "real"},
                    title=f"pass {name} as real numbers: its imaginary part is zero",
                    evidence=_evidence(seen, [name]),
                )


@rule(
    "dtype",
    looks_for="the square of an absolute value of complex numbers: a root, squared again",
    rewrite="np.abs(z)**2 → z.real**2 + z.imag**2",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/19321",
)
def squared_modulus(seen: Observation) -> Iterator[Finding]:
    """The squared modulus by way of a root, or of a complex product."""
    template = "Z.real**2 + Z.imag**2"
    return seen.rewrites(
        ("np.abs(Z) ** 2", template),
        ("abs(Z) ** 2", template),
        ("np.square(np.abs(Z))", template),
        ("(Z * Z.conj()).real", template),
        ("(Z * np.conj(Z)).real", template),
        ("(Z * Z.conjugate()).real", template),
        where=lambda m: seen.holds(m, "c", "Z"),
        title="add the squares of both parts instead of squaring a root",
    )


@rule(
    "dtype",
    looks_for="np.add.at with indices or values of another dtype: buffered, one by one",
    rewrite="np.add.at(a, i, v) → np.add.at(a, i, v.astype(a.dtype))",
    exact="always: the values are converted either way",
    thread="https://github.com/numpy/numpy/pull/23179",
)
def add_at_mixed(seen: Observation) -> Iterator[Finding]:
    """Unbuffered additions whose operands differ in dtype."""

    def differ(m: Match) -> bool:
        forms = [m.form("A"), m.form("V")]
        index = m.form("I")
        if index is not None and index.dtype not in ("int64", "bool"):
            return True
        return any(f is None for f in forms) or len({f.dtype for f in forms if f}) > 1

    return seen.rewrites(
        (
            "np.add.at(A, I, V)",
            "np.add.at(A, np.asarray(I, np.intp), np.asarray(V, A.dtype))",
        ),
        where=differ,
        title="give np.add.at values and indices of the dtypes that it works with",
    )


@rule(
    "dtype",
    looks_for="arithmetic on every element of an image: of 8 bits there are 256 values only",
    rewrite="f(img) → f(np.arange(256, dtype=np.uint8))[img]",
    exact="every element of the result comes from one element of the image and from numbers",
    thread="https://stackoverflow.com/questions/14464449/using-numpy-to-efficiently-convert-"
    "16-bit-image-data-to-8-bit-for-display-with",
)
def table_of_values(seen: Observation) -> Iterator[Finding]:
    """Functions of small integers, looked up."""
    for function in seen.functions:
        for edits, chain, name in value_tables.in_tables(function):
            lines = [number for each in chain for number in syntax.span_of(function, each)]
            yield from seen.edited(
                function,
                edits,
                title=f"compute it for each value that {name} can have, then look up",
                lines=lines,
            )
