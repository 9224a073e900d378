"""What NumPy's BLAS does with small products, and how many threads it may use now."""

import functools
from typing import Any

# OpenBLAS's kernels for AVX-512 multiply products of up to so many multiply-adds as their
# factors lie in memory, without rearranging ("packing") them first, in the calling thread
# (kernel/x86_64/*gemm_small_kernel_permit_skylakex.c).
_UNPACKED = ("SkylakeX", "Cooperlake", "SapphireRapids")
MOST_UNPACKED = 100**3
"""Multiply-adds of the largest product that is not packed, where any is not."""


def threads() -> int:
    """Threads that NumPy's BLAS may use at the moment; 1 where it does not say."""
    library = _library()
    return 1 if library is None else int(library.num_threads or 1)


@functools.cache
def leaves_small_products_unpacked() -> bool:
    """Whether NumPy's BLAS is known to multiply small products as they lie in memory."""
    return getattr(_library(), "architecture", None) in _UNPACKED


@functools.cache
def _library() -> Any:
    """NumPy's own BLAS among those that are loaded; None where none is known."""
    import numpy  # noqa: F401 - loads its BLAS
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [library for library in found if "numpy" in str(library.filepath)]
    return next(iter([*own, *found]), None)
