"""Environment variables that change how fast NumPy, BLAS, compilers and the allocator are."""

import re
from collections.abc import Mapping

_COUNTING = re.compile(
    r"^(OMP_|OPENBLAS_|MKL_|BLIS_|VECLIB_|GOTO_|NUMEXPR_|NUMBA_|XLA_|KMP_|GOMP_|MALLOC_"
    r"|GLIBC_TUNABLES$|LD_PRELOAD$|PYTHON(OPTIMIZE|MALLOC|HASHSEED|_JIT|_GIL)|NPY_|NUMPY_)"
)


def environment_that_counts(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that change speed."""
    return {k: v for k, v in environment.items() if _COUNTING.match(k)}


def with_those(environment: Mapping[str, str], counting: Mapping[str, str]) -> dict[str, str]:
    """The environment with these of the variables that change speed, and no others of them."""
    others = {k: v for k, v in environment.items() if not _COUNTING.match(k)}
    return others | dict(counting)
