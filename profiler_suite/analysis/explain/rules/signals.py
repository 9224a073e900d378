"""Slow paths of signals, transforms and random numbers."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import patterns, shuffled_rows
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import HINT, rule

_LONG = 64


def _long(m: Match) -> bool:
    forms = [m.form(name) for name in "AB"]
    return all(f is None or (f.size >= _LONG and f.letter in "fiu") for f in forms)


@rule(
    "signals",
    looks_for="a long convolution with a long one, term by term",
    rewrite="np.convolve(a, b) → scipy.signal.fftconvolve(a, b)",
    exact="up to rounding relative to the largest element",
    thread="https://github.com/numpy/numpy/pull/18405",
)
def long_convolution(seen: Observation) -> Iterator[Finding]:
    """Convolutions that a transform does."""
    for name in ("fftconvolve", "oaconvolve"):
        yield from seen.rewrites(
            ("np.convolve(A, B)", f"scipy.signal.{name}(A, B)"),
            ("np.convolve(A, B, M)", f"scipy.signal.{name}(A, B, M)"),
            ("np.convolve(A, B, mode=M)", f"scipy.signal.{name}(A, B, M)"),
            ("np.correlate(A, B, M)", f"scipy.signal.{name}(A, B[::-1], M)"),
            ("np.correlate(A, B, mode=M)", f"scipy.signal.{name}(A, B[::-1], M)"),
            ("np.correlate(A, B)", f"scipy.signal.{name}(A, B[::-1], 'valid')"),
            where=_long,
            title=f"a transform instead of every product: scipy.signal.{name}",
            helpers=("import scipy.signal",),
        )


@rule(
    "signals",
    looks_for="scipy.signal with a slow method: direct, two-dimensional, median",
    rewrite="convolve2d(a, b) → fftconvolve(a, b), medfilt → ndimage.median_filter",
    exact="up to rounding relative to the largest element",
    thread="https://github.com/scikit-image/scikit-image/pull/1792",
)
def signal_method(seen: Observation) -> Iterator[Finding]:
    """Methods of scipy.signal."""
    fft, direct = "scipy.signal.fftconvolve", "scipy.ndimage"
    yield from seen.rewrites(
        ("scipy.signal.convolve2d(A, B)", f"{fft}(A, B)"),
        ("scipy.signal.convolve2d(A, B, M)", f"{fft}(A, B, M)"),
        ("scipy.signal.convolve2d(A, B, mode=M)", f"{fft}(A, B, M)"),
        ("scipy.signal.convolve(A, B, M, method='direct')", f"{fft}(A, B, M)"),
        ("scipy.signal.convolve(A, B, mode=M, method='direct')", f"{fft}(A, B, M)"),
        ("scipy.signal.convolve(A, B, method='direct')", f"{fft}(A, B)"),
        ("scipy.signal.correlate2d(A, B, mode=M)", f"{fft}(A, B[::-1, ::-1], M)"),
        ("scipy.signal.lfilter(B, 1, A)", f"{fft}(A, B)[:len(A)]"),
        ("scipy.signal.lfilter(B, [1], A)", f"{fft}(A, B)[:len(A)]"),
        ("scipy.signal.lfilter(B, 1.0, A)", f"{fft}(A, B)[:len(A)]"),
        title="a transform instead of every product",
        helpers=("import scipy.signal",),
    )
    blocks = "scipy.signal.oaconvolve"
    yield from seen.rewrites(
        *(
            (f"scipy.signal.lfilter(B, {one}, A)", f"{blocks}(A, B)[:len(A)]")
            for one in ("1", "1.0", "[1]", "[1.0]")
        ),
        ("scipy.signal.convolve(A, B, M)", f"{blocks}(A, B, M)"),
        ("scipy.signal.convolve(A, B, mode=M)", f"{blocks}(A, B, M)"),
        ("scipy.signal.fftconvolve(A, B, M)", f"{blocks}(A, B, M)"),
        ("scipy.signal.fftconvolve(A, B, mode=M)", f"{blocks}(A, B, M)"),
        ("np.convolve(A, B, M)", f"{blocks}(A, B, M)"),
        ("np.convolve(A, B, mode=M)", f"{blocks}(A, B, M)"),
        where=_is_much_longer,
        title="transforms of blocks, as long as the shorter of the two needs them",
        helpers=("import scipy.signal",),
    )
    yield from seen.rewrites(
        ("scipy.signal.medfilt(A, K)", f"{direct}.median_filter(A, K, mode='constant')"),
        (
            "scipy.signal.medfilt(A, kernel_size=K)",
            f"{direct}.median_filter(A, K, mode='constant')",
        ),
        (
            "scipy.signal.medfilt2d(A, K)",
            f"{direct}.median_filter(A, K, mode='constant')",
        ),
        (
            "scipy.signal.convolve2d(A, B, mode='same')",
            f"{direct}.convolve(A, B, mode='constant')",
        ),
        title="the same filter of scipy.ndimage",
        helpers=("import scipy.ndimage",),
    )


# How much longer one must be than the other for blocks to be worth it, and how long the other.
_LONGER, _LEAST_TAPS = 8, 32


def _is_much_longer(one: Match) -> bool:
    """Whether a long signal is filtered with a kernel that is short beside it, and not tiny."""
    signal, kernel = one.form("A"), one.form("B")
    if signal is None or kernel is None or len(signal.shape) != 1 or len(kernel.shape) != 1:
        return False
    numbers = signal.letter in "fc" and kernel.letter in "fc"
    long_enough = signal.size >= _LONGER * kernel.size and kernel.size >= _LEAST_TAPS
    return numbers and long_enough


@rule(
    "signals",
    looks_for="complex transforms of real numbers",
    rewrite="np.fft.ifft(np.fft.fft(a) * np.fft.fft(b)).real → irfft(rfft(a) * rfft(b))",
    exact="up to rounding, for real input",
    thread="https://github.com/scipy/scipy/issues/5592",
)
def real_transform(seen: Observation) -> Iterator[Finding]:
    """Transforms of real numbers that compute both halves."""

    def real(m: Match) -> bool:
        names = [n for n in ("A", "B") if n in m.captures]
        return all((f := m.form(n)) is None or f.letter in "fiu" for n in names)

    product, inverse = "np.fft.rfft(A, N) * np.fft.rfft(B, N)", "np.fft.irfft"
    return seen.rewrites(
        ("np.fft.ifft(np.fft.fft(A, N) * np.fft.fft(B, N)).real", f"{inverse}({product}, N)"),
        (
            "np.real(np.fft.ifft(np.fft.fft(A, N) * np.fft.fft(B, N)))",
            f"{inverse}({product}, N)",
        ),
        (
            "np.fft.ifft(np.fft.fft(A) * np.fft.fft(B)).real",
            f"{inverse}(np.fft.rfft(A) * np.fft.rfft(B), A.shape[-1])",
        ),
        (
            "np.real(np.fft.ifft(np.fft.fft(A) * np.fft.fft(B)))",
            f"{inverse}(np.fft.rfft(A) * np.fft.rfft(B), A.shape[-1])",
        ),
        (
            "np.fft.ifft(np.abs(np.fft.fft(A)) ** 2).real",
            f"{inverse}(np.abs(np.fft.rfft(A)) ** 2, A.shape[-1])",
        ),
        (
            "np.fft.ifft2(np.fft.fft2(A) * np.fft.fft2(B)).real",
            "np.fft.irfft2(np.fft.rfft2(A) * np.fft.rfft2(B), A.shape)",
        ),
        ("np.fft.fft(A)[:len(A) // 2 + 1]", "np.fft.rfft(A)"),
        ("np.fft.fft(A)[:N // 2 + 1]", "np.fft.rfft(A)"),
        where=real,
        title="rfft: half of a real signal's spectrum says it all",
    )


@rule(
    "signals",
    looks_for="a complex transform of real numbers of which one half is used",
    rewrite="np.fft.fft(x)[:, :n] → np.fft.rfft(x)[:, :n]",
    exact="up to rounding, for real input, where no more than that half is used",
    thread="https://github.com/scipy/scipy/issues/5592",
)
def half_spectrum(seen: Observation) -> Iterator[Finding]:
    """Transforms that are cut off."""
    for function in seen.functions:
        edits, lines = [], []
        for one in patterns.found(function, _TRANSFORMS, lambda _: True):
            form, call = one.form("X"), one.node
            if (form is not None and form.letter not in "fiu") or not isinstance(
                call, ast.Call
            ):
                continue
            if all(_is_cut_off(each) for each in _uses(function, call)):
                name = function.text_of(call.func)
                owner, _, own = name.rpartition(".")
                text = f"{owner}.r{own}" if owner else ""
                if text:
                    edits.append(rewriting.edit(function, call.func, text))
                    lines.append(one.line)
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="rfft: half of a real signal's spectrum says it all",
                lines=lines,
            )


_TRANSFORMS = tuple(
    f"{module}.fft.fft(X{given})" for module in ("np", "scipy") for given in ("", ", axis=K")
)


def _uses(function: Function, call: ast.expr) -> list[ast.AST]:
    """What stands around each use of what a call gives, by its name or as it is."""
    parent = function.parents[call]
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return [parent]
    name = parent.targets[0]
    if not isinstance(name, ast.Name):
        return [parent]
    used = [each for each in function.uses(name.id) if each is not name]
    return [function.parents[each] for each in used] or [parent]


def _is_cut_off(node: ast.AST) -> bool:
    """x[:n] or x[…, :n]: the elements from 0 up to some of the last axis."""
    if not isinstance(node, ast.Subscript):
        return False
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    last = parts[-1]
    return isinstance(last, ast.Slice) and last.upper is not None


@rule(
    "signals",
    looks_for="a transform whose length has a large prime factor",
    rewrite="np.fft.fft(x, scipy.fft.next_fast_len(len(x)))",
    exact="never the same numbers: another length has other frequencies; inside a convolution "
    "that is cut afterwards it will do",
    thread="https://github.com/numpy/numpy/issues/8639",
    tried=HINT,
)
def prime_fft(seen: Observation) -> Iterator[Finding]:
    """Transforms of awkward length."""

    def awkward(m: Match) -> bool:
        form = m.form("X")
        return form is not None and bool(form.shape) and _largest_factor(form.shape[-1]) > 50

    table = [
        (f"np.fft.{name}(X)", f"np.fft.{name}(X, scipy.fft.next_fast_len(X.shape[-1]))")
        for name in ("fft", "ifft", "rfft")
    ] + [
        (f"scipy.fft.{name}(X)", f"scipy.fft.{name}(X, scipy.fft.next_fast_len(X.shape[-1]))")
        for name in ("fft", "ifft", "rfft")
    ]
    yield from seen.rewrites(
        *table,
        where=awkward,
        title="its length has a large prime factor: pad with zeros to "
        "scipy.fft.next_fast_len, where padding is allowed",
        helpers=("import scipy.fft",),
        answer="other",
    )
    yield from seen.rewrites(
        ("np.fft.irfft(np.fft.rfft(A, N) * np.fft.rfft(B, N), N)", "fft_product(A, B, N)"),
        ("np.fft.ifft(np.fft.fft(A, N) * np.fft.fft(B, N)).real", "fft_product(A, B, N)"),
        where=lambda m: m.form("A") is None or len(getattr(m.form("A"), "shape", ())) == 1,
        title="pad a linear convolution to a length that transforms fast",
        helpers=("import scipy.fft", FFT_PRODUCT),
    )


FFT_PRODUCT = '''
def fft_product(a, b, length):
    """The product of two spectra of this length, by transforms of a fast length."""
    if length < len(a) + len(b) - 1:  # it wraps around
        return np.fft.irfft(np.fft.rfft(a, length) * np.fft.rfft(b, length), length)
    fast = scipy.fft.next_fast_len(max(length, len(a) + len(b) - 1), real=True)
    product = np.fft.irfft(np.fft.rfft(a, fast) * np.fft.rfft(b, fast), fast)
    return product[:length]
'''.strip()


def _largest_factor(n: int) -> int:
    largest, factor = 1, 2
    while factor * factor <= n:
        while n % factor == 0:
            largest, n = factor, n // factor
        factor += 1
    return max(largest, n)


@rule(
    "signals",
    looks_for="np.random.choice without replacement, or RandomState: a permutation of all",
    rewrite="np.random.choice(n, k, replace=False) → np.random.default_rng().choice(…)",
    exact="never the same draws: another generator, the same distribution",
    thread="https://github.com/numpy/numpy/issues/16268",
    tried=HINT,
)
def legacy_random(seen: Observation) -> Iterator[Finding]:
    """Generators of old."""
    kinds = (
        *("random", "normal", "standard_normal", "uniform", "exponential", "poisson"),
        *("permutation", "shuffle", "choice", "gamma", "beta", "binomial"),
    )
    table = [
        (f"np.random.{kind}(*REST, **KW)", f"np.random.default_rng().{kind}(*REST, **KW)")
        for kind in kinds
    ]
    table += [
        ("np.random.rand(*REST)", "np.random.default_rng().random((*REST,))"),
        ("np.random.randn(*REST)", "np.random.default_rng().standard_normal((*REST,))"),
        ("np.random.randint(*REST, **KW)", "np.random.default_rng().integers(*REST, **KW)"),
        ("np.random.RandomState(*REST)", "np.random.default_rng(*REST)"),
    ]
    return seen.rewrites(
        *table,
        title="numpy.random.default_rng draws faster (other numbers, the same distribution)",
        answer="other",
    )


def _alike(one: Match) -> bool:
    """Whether every draw has the same arguments."""
    counter = one["V"]
    drawn = [one.captures.get("RNG"), *one.captures.get("REST", ())]
    names = {
        n.id for e in drawn if e is not None for n in ast.walk(e) if isinstance(n, ast.Name)
    }
    return isinstance(counter, ast.Name) and counter.id not in names


@rule(
    "signals",
    looks_for="random numbers drawn one by one",
    rewrite="np.array([rng.normal() for _ in range(n)]) → rng.normal(size=n)",
    exact="the same stream of numbers; the trial compares them",
    thread="https://github.com/rougier/from-python-to-numpy/issues/40",
)
def random_one_by_one(seen: Observation) -> Iterator[Finding]:
    """Draws in a comprehension."""
    kinds = (
        *("random", "normal", "uniform", "standard_normal", "exponential", "integers"),
        *("poisson", "choice", "gamma", "standard_exponential"),
    )
    table = []
    for made in ("np.array([{} for V in range(N)])", "[{} for V in range(N)]"):
        for kind in kinds:
            whole = f"RNG.{kind}(*REST, size=N)" if kind != "random" else f"RNG.{kind}(N)"
            listed = "" if made.startswith("np") else ".tolist()"
            table.append((made.format(f"RNG.{kind}(*REST)"), f"{whole}{listed}"))
        for kind in ("random", "normal", "uniform", "standard_normal", "randint"):
            listed = "" if made.startswith("np") else ".tolist()"
            table.append(
                (
                    made.format(f"np.random.{kind}(*REST)"),
                    f"np.random.{kind}(*REST, size=N){listed}",
                )
            )
    return seen.rewrites(
        *table,
        where=_alike,
        title="draw all numbers in one call",
    )


_MOST_LIFTED = 2


@rule(
    "signals",
    looks_for="an array shuffled anew in every iteration, as permutation tests do",
    rewrite="for k in range(n): rng.shuffle(x); … → shuffled = rng.permuted(np.broadcast_to(x, "
    "(n, len(x))), axis=1), and array expressions of its rows",
    exact="never the same draws: other permutations, the same distribution",
    thread="https://github.com/numpy/numpy/pull/15121",
    tried=HINT,
)
def shuffled_one_by_one(seen: Observation) -> Iterator[Finding]:
    """Permutations, all drawn before the loop."""
    for function in seen.functions:
        for made in shuffled_rows.shuffled_loops(function):
            every = [text for _, text in seen.lifted_again(function, made.text, made.names)]
            for text in (*every[:_MOST_LIFTED], made.text):
                yield from seen.whole(
                    function,
                    text,
                    title="draw all permutations in one call (others, the same distribution)",
                    lines=made.lines,
                    helpers=("import numpy as np",),
                    evidence="each iteration shuffles and computes a few small arrays",
                    answer="other",
                )
