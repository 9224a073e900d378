"""What is asked of NumPy's BLAS."""

from types import SimpleNamespace

import pytest
import threadpoolctl

from profiler_suite.host import blas


def test_the_threads_are_those_of_the_limit_that_holds_now() -> None:
    if not threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers:
        pytest.skip("threadpoolctl does not know the BLAS here")
    for count in (1, 2, 1):
        with threadpoolctl.threadpool_limits(count, user_api="blas"):
            assert blas.threads() == count


@pytest.mark.parametrize(
    ("library", "unpacked"),
    [
        (SimpleNamespace(architecture="SkylakeX"), True),
        (SimpleNamespace(architecture="SapphireRapids"), True),
        (SimpleNamespace(architecture="Haswell"), False),
        (SimpleNamespace(), False),  # MKL, Accelerate
        (None, False),
    ],
)
def test_small_products_are_left_unpacked_where_that_is_known(
    monkeypatch: pytest.MonkeyPatch, library: object, unpacked: bool
) -> None:
    monkeypatch.setattr(blas, "_library", lambda: library)
    blas.leaves_small_products_unpacked.cache_clear()
    try:
        assert blas.leaves_small_products_unpacked() is unpacked
    finally:
        blas.leaves_small_products_unpacked.cache_clear()


def test_a_blas_that_is_not_known_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "_library", lambda: None)
    assert blas.threads() == 1
