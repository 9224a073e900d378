"""Work of linear algebra and of Fourier transforms."""

import math
import re
from collections.abc import Callable

from profiler_suite.measure.trace.work.call import Call, OperationWork, is_complex, size


def linalg_work(call: Call) -> OperationWork | None:
    """Work of LAPACK behind numpy.linalg, leading terms; None for an unknown routine."""
    # Before NumPy 2.2 the routines for wide and tall matrices had names of their own.
    routine = re.sub(r"_[mn](?=_|$)", "", call.name.rpartition(".")[2])
    if call.name.startswith("scipy."):
        # s, d, c or z stands for the dtype.
        routine = routine[1:]
    formula = _LAPACK.get(routine)
    if formula is None:
        return None
    shape = call.operands[0].shape
    rows, columns = shape[-2:]
    right_sides = _right_sides(call, routine)
    matrices = math.prod(shape[:-2])
    if routine in ("solve", "solve1") and call.results:
        # One matrix may serve a stack of right sides and the other way round.
        core = 1 if _is_vector(call, routine) else 2
        result = call.results[0]
        matrices = size(result) // max(math.prod(result.shape[-core:]), 1)
    flop = formula(rows, columns, right_sides) * matrices * (4 if call.is_complex else 1)
    return OperationWork(flop, call.read(), call.written())


def _is_vector(call: Call, routine: str) -> bool:
    return routine == "solve1" or len(call.operands[1].shape) == 1


def _right_sides(call: Call, routine: str) -> int:
    """Columns on the right of a system of equations; 1 for a vector or where there are none."""
    if routine == "getrs":
        # lu, piv, b
        right = call.array(2, "b")
    else:
        right = call.operands[1] if len(call.operands) > 1 else None
    if right is None or routine == "solve1" or len(right.shape) < 2:
        return 1
    return right.shape[-1]


def _qr(m: int, n: int, _: int) -> float:
    r = min(m, n)
    return 2 * m * n * r - (m + n) * r**2 + 2 / 3 * r**3


def _reduced_q(m: int, n: int, _: int) -> float:
    r = min(m, n)
    return 2 * m * r**2 - 2 / 3 * r**3


def _complete_q(m: int, n: int, _: int) -> float:
    r = min(m, n)
    return 4 * m * m * r - 4 * m * r**2 + 4 / 3 * r**3


def _svd_values(m: int, n: int, _: int) -> float:
    m, n = max(m, n), min(m, n)
    return 4 * m * n**2 - 4 / 3 * n**3


def _svd_reduced(m: int, n: int, _: int) -> float:
    m, n = max(m, n), min(m, n)
    return 14 * m * n**2 + 8 * n**3


def _svd_full(m: int, n: int, _: int) -> float:
    m, n = max(m, n), min(m, n)
    return 4 * m**2 * n + 8 * m * n**2 + 9 * n**3


def _lstsq(m: int, n: int, k: int) -> float:
    # By singular values (gelsd), whose factors are applied to the right sides.
    return _svd_values(m, n, k) + 2 * (m + n) * min(m, n) * k


_LAPACK: dict[str, Callable[[int, int, int], float]] = {
    "solve": lambda n, _, k: 2 / 3 * n**3 + 2 * n**2 * k,
    "solve1": lambda n, _, k: 2 / 3 * n**3 + 2 * n**2 * k,
    "gesv": lambda n, _, k: 2 / 3 * n**3 + 2 * n**2 * k,
    "getrf": lambda m, n, _: n * n * (m - n / 3) if m >= n else m * m * (n - m / 3),
    "getrs": lambda n, _, k: 2 * n**2 * k,
    "potrf": lambda n, _, __: 1 / 3 * n**3,
    "potrs": lambda n, _, k: 2 * n**2 * k,
    "trtrs": lambda n, _, k: n**2 * k,
    "inv": lambda n, _, __: 8 / 3 * n**3,
    "det": lambda n, _, __: 2 / 3 * n**3,
    "slogdet": lambda n, _, __: 2 / 3 * n**3,
    "cholesky": lambda n, _, __: 1 / 3 * n**3,
    "cholesky_lo": lambda n, _, __: 1 / 3 * n**3,
    "cholesky_up": lambda n, _, __: 1 / 3 * n**3,
    "qr_r_raw": _qr,
    "qr_reduced": _reduced_q,
    "qr_complete": _complete_q,
    "eigvalsh_lo": lambda n, _, __: 4 / 3 * n**3,
    "eigvalsh_up": lambda n, _, __: 4 / 3 * n**3,
    "eigh_lo": lambda n, _, __: 9 * n**3,
    "eigh_up": lambda n, _, __: 9 * n**3,
    "eigvals": lambda n, _, __: 10 * n**3,
    "eig": lambda n, _, __: 25 * n**3,
    "svd": _svd_values,
    "svd_s": _svd_reduced,
    "svd_f": _svd_full,
    "lstsq": _lstsq,
}


def fft_work(call: Call) -> OperationWork | None:
    """Work of Fourier transforms: 5 N log₂ N each, half when one side is real."""
    if not call.results:
        return None
    source, result = call.operands[0], call.results[0]
    real = not (is_complex(source) and is_complex(result))
    # Of the two sides the real one has the full length.
    full = result if real and not is_complex(result) else source
    if call.name.startswith("np.fft."):
        # Padding and cutting happen while the data is copied in: the length is the result's.
        axes = call.literal(99, "axes", None)
        axis = axes[0][0] if axes else -1
        length = result.shape[axis] if not real or full is result else None
        if length is None:
            length = 2 * (result.shape[axis] - 1) + (1 if "odd" in call.name else 0)
        transforms = size(result) // max(result.shape[axis], 1)
        flop = transforms * _one(length)
    else:
        axes = call.literal(1, "axes", None)
        if axes is None:
            axes = tuple(range(len(full.shape)))
        axes = axes if isinstance(axes, tuple) else (axes,)
        flop = _several(full.shape, size(full), tuple(axes), real)
        real = False
    return OperationWork(flop / 2 if real else flop, call.read(), call.written())


def _one(length: int) -> float:
    return 5 * length * math.log2(length) if length > 1 else 0.0


def _several(shape: tuple[int, ...], elements: int, axes: tuple[int, ...], real: bool) -> float:
    """A transform along each axis; of a real one the last is half, the rest on the half."""
    flop = 0.0
    for place, axis in enumerate(axes):
        length = shape[axis]
        each = elements // max(length, 1) * _one(length)
        if real and place < len(axes) - 1:
            last = shape[axes[-1]]
            each *= (last // 2 + 1) / last
        elif real:
            each /= 2
        flop += each
    return flop
