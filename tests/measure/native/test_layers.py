"""Every moment belongs to somebody: libraries, packages and source files have owners."""

import json
import sysconfig

import numpy as np
import pytest

from profiler_suite.measure.native import layers

SITE = "/home/me/.venv/lib/python3.13/site-packages"


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (f"{SITE}/numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so", "numpy"),
        (f"{SITE}/numpy/linalg/_umath_linalg.cpython-313-x86_64-linux-gnu.so", "numpy"),
        (f"{SITE}/numpy.libs/libscipy_openblas64_-32a4b2a6.so", "blas"),
        (f"{SITE}/scipy.libs/libscipy_openblas-68440149.so", "blas"),
        ("/usr/lib/x86_64-linux-gnu/libmkl_rt.so.2", "blas"),
        ("/usr/lib/libblis.so.4", "blas"),
        ("/System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate", "blas"),
        (f"{SITE}/scipy/linalg/_fblas.cpython-313-x86_64-linux-gnu.so", "SciPy"),
        (f"{SITE}/sklearn/neighbors/_kd_tree.cpython-313-x86_64-linux-gnu.so", "scikit-learn"),
        (f"{SITE}/pandas/_libs/algos.cpython-313-x86_64-linux-gnu.so", "pandas"),
        (f"{SITE}/polars/polars.abi3.so", "polars"),
        (f"{SITE}/_cffi_backend.cpython-313-x86_64-linux-gnu.so", "cffi_backend"),
        ("/usr/lib/python3.13/lib-dynload/_json.cpython-313-x86_64-linux-gnu.so", "CPython"),
        ("/usr/lib/x86_64-linux-gnu/libpython3.13.so.1.0", ""),
        ("/usr/bin/python3.13", ""),
        ("/usr/lib/x86_64-linux-gnu/libc.so.6", ""),
        ("/usr/lib/x86_64-linux-gnu/libm.so.6", ""),
        (f"{SITE}/scikit_learn.libs/libgomp-a34b3233.so.1.0.0", ""),
        ("[kernel]", ""),
        ("[vdso]", ""),
        ("[jit]", layers.COMPILED),
        ("/opt/mine/libsolver.so", "libsolver.so"),
    ],
)
def test_a_librarys_code_is_its_packages(path: str, owner: str) -> None:
    names = {"numpy": layers.NUMPY_COMPILED, "blas": layers.BLAS}
    assert layers.of_code(path) == names.get(owner, owner)


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("/home/me/project/model.py", layers.USER),
        ("<stdin>", layers.USER),
        ("<ipython-input-3-abc>", layers.USER),
        (f"{SITE}/sklearn/utils/validation.py", "scikit-learn"),
        (f"{SITE}/pandas/core/frame.py", "pandas"),
        (f"{SITE}/six.py", "six"),
        (np.lib.stride_tricks.__file__, layers.NUMPY_PYTHON),
        (json.__file__, layers.CPYTHON),
        ("<frozen importlib._bootstrap>", layers.CPYTHON),
        (f"{sysconfig.get_paths()['stdlib']}/functools.py", layers.CPYTHON),
    ],
)
def test_a_source_file_is_its_packages_or_the_users(file: str, owner: str) -> None:
    assert layers.of_source(file) == owner


def test_the_interpreter_works_for_who_wrote_the_function() -> None:
    interpreter, validation = "/usr/bin/python3.13", f"{SITE}/sklearn/utils/validation.py"
    assert layers.of_moment([interpreter], validation) == "scikit-learn"
    assert layers.of_moment([interpreter], "/home/me/model.py") == layers.USER
    assert layers.of_moment([interpreter], "") == layers.CPYTHON


def test_a_copy_of_the_c_library_belongs_to_who_called_it() -> None:
    libc, umath = "/usr/lib/libc.so.6", f"{SITE}/numpy/_core/_multiarray_umath.so"
    assert layers.of_moment([libc, umath], "/home/me/model.py") == layers.NUMPY_COMPILED
    assert layers.of_moment([libc], "/home/me/model.py") == layers.USER
    # Beyond the interpreter lies the call before: none of this moment's.
    interpreter = "/usr/bin/python3.13"
    assert layers.of_moment([libc, interpreter, umath], "/home/me/a.py") == layers.USER
