"""The table of rules puts code where its reason says."""

import pytest

from profiler_suite.measure.native import rules

UMATH = "/v/lib/numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so"
OPENBLAS = "/v/lib/numpy.libs/libscipy_openblas64_-32a4b2a6.so"
ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/vecLib.framework/libBLAS.dylib"
VECLIB = "/System/Library/Frameworks/vecLib.framework/Versions/A/libLAPACK.dylib"
LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6"
LIBM = "/usr/lib/x86_64-linux-gnu/libm.so.6"


@pytest.mark.parametrize(
    ("path", "symbol", "entry"),
    [
        ("[kernel]", "clear_page_erms", "memory"),
        ("[kernel]", "asm_exc_page_fault", "memory"),
        ("[kernel]", "do_anonymous_page", "memory"),
        ("[kernel]", "__x64_sys_munmap", "memory"),
        ("[kernel]", "do_sched_yield", "waiting"),
        ("[kernel]", "futex_wait", "waiting"),
        ("[kernel]", "handle_softirqs", "kernel"),
        ("[kernel]", "default_idle", "kernel"),
        ("[kernel]", "", "kernel"),
        ("[vdso]", "", "kernel"),
        (OPENBLAS, "dgemm_kernel_SKYLAKEX", "blas"),
        (OPENBLAS, "dgemv_n_ZEN", "blas"),
        (OPENBLAS, "dgemm_oncopy_SKYLAKEX", "packing"),
        (OPENBLAS, "inner_thread", "waiting"),
        (OPENBLAS, "blas_thread_server", "waiting"),
        (OPENBLAS, "scipy_cblas_dgemm64_", "dispatch"),
        ("/opt/intel/libmkl_avx512.so.2", "mkl_blas_avx512_dgemm_kernel_0", "blas"),
        ("/opt/intel/libmkl_avx512.so.2", "mkl_blas_avx512_dgemm_dcopy_down12_ea", "packing"),
        ("/opt/lib/libblis.so.4", "bli_dpackm_zen4_asm_24xk", "packing"),
        ("/opt/lib/libblis.so.4", "bli_thrcomm_barrier_atomic", "waiting"),
        ("/usr/lib/libgomp.so.1", "gomp_team_barrier_wait_end", "waiting"),
        (LIBC, "memcpy", "copy"),
        (LIBC, "__memmove_avx512_unaligned_erms", "copy"),
        (LIBC, "malloc", "memory"),
        (LIBC, "_int_malloc", "memory"),
        (LIBC, "between __default_morecore and malloc", "memory"),
        (LIBC, "between malloc and free", "memory"),
        (LIBC, "freelocale", "interpreter"),
        (LIBC, "pthread_mutex_lock", "interpreter"),
        (LIBC, "strcmp", "dispatch"),
        (LIBM, "fetestexcept", "dispatch"),
        (LIBM, "__exp_fma", "ufunc"),
        (UMATH, "DOUBLE_add_X86_V3", "ufunc"),
        (UMATH, "FLOAT_sqrt_ASIMD", "ufunc"),
        (UMATH, "DOUBLE_pairwise_sum", "ufunc"),
        (UMATH, "double_sum_of_products_contig_two", "ufunc"),
        (UMATH, "LONG_matmul_inner_noblas", "ufunc"),
        (UMATH, "_ZN2np10qsort_simd13QSort_X86_V4IdEEvPT_l", "ufunc"),
        (UMATH, "npyiter_buffered_reduce_iternext_iters3", "ufunc"),
        (UMATH, "reduce_loop", "ufunc"),
        (UMATH, "PyArray_TransferNDimToStrided", "copy"),
        (UMATH, "get_ptr_constant", "extension"),
        (UMATH, "_aligned_strided_to_contig_size8", "copy"),
        (UMATH, "_contig_to_contig", "copy"),
        (UMATH, "_aligned_contig_cast_float_to_double", "copy"),
        (UMATH, "raw_array_assign_array", "copy"),
        (UMATH, "mapiter_trivial_get", "copy"),
        (UMATH, "DOUBLE_copyswapn", "copy"),
        (UMATH, "npy_alloc_cache", "memory"),
        (UMATH, "ufunc_generic_fastcall", "dispatch"),
        (UMATH, "PyArray_CastDescrToDType", "dispatch"),
        (UMATH, "simple_legacy_resolve_descriptors", "dispatch"),
        (UMATH, "legacy_cast_get_strided_loop", "dispatch"),
        (UMATH, "get_wrapped_legacy_cast_function", "dispatch"),
        (UMATH, "DOUBLE_setitem", "dispatch"),
        (UMATH, "npy_stride_sort_item_comparator", "dispatch"),
        (UMATH, "array_dealloc", "dispatch"),
        ("/v/numpy/fft/_pocketfft_umath.cpython-313-x86_64-linux-gnu.so", "x", "ufunc"),
        ("/root/.pyenv/versions/3.11.7/lib/libpython3.11.so.1.0", "PyTuple_New", "interpreter"),
        ("/usr/bin/python3.13", "", "interpreter"),
        (
            "/usr/lib/python3.13/lib-dynload/math.cpython-313-x86_64-linux-gnu.so",
            "",
            "interpreter",
        ),
        ("/v/lib/scipy/ndimage/_nd_image.cpython-313-x86_64-linux-gnu.so", "", "extension"),
        (UMATH, "nc_neg", "ufunc"),
        (UMATH, "nc_pow", "ufunc"),
        (UMATH, "nc_reciprocal", "ufunc"),
        (UMATH, "PyUFunc_D_D", "ufunc"),
        (UMATH, "PyUFunc_dd_d", "ufunc"),
        (UMATH, "PyUFunc_e_e_As_f_f", "ufunc"),
        (UMATH, "PyUFunc_OO_O_method", "ufunc"),
        (UMATH, "PyUFunc_On_Om", "ufunc"),
        (UMATH, "PyUFunc_CheckOverride", "dispatch"),
        (UMATH, "PyUFunc_DefaultLegacyInnerLoopSelector", "dispatch"),
        (UMATH, "PyUFunc_GenericReduction", "dispatch"),
        (UMATH, "PyUFunc_DefaultMemoryCheck", "dispatch"),
        (UMATH, "npyiter_copy_to_buffers", "copy"),
        (UMATH, "npyiter_copy_from_buffers", "copy"),
        (UMATH, "npyiter_goto_iterindex", "ufunc"),
        (UMATH, "npyiter_buffered_iternext", "ufunc"),
        (UMATH, "npyiter_iternext_itflags_dims1_iters2", "ufunc"),
        (UMATH, "npyiter_allocate_arrays", "dispatch"),
        (UMATH, "NpyIter_AdvancedNew", "dispatch"),
        (UMATH, "NpyIter_ResetBasePointers", "ufunc"),
        (UMATH, "PyArray_MapIterNext", "ufunc"),
        (UMATH, "PyArray_MapIterCheckIndices", "copy"),
        (UMATH, "PyArray_MapIterNew", "dispatch"),
        (UMATH, "PyArray_MapIterArrayCopyIfOverlap", "dispatch"),
        (UMATH, "mapiter_get", "copy"),
        (UMATH, "ufunc_at", "ufunc"),
        (UMATH, "ufunc_at__slow_iter", "ufunc"),
        (UMATH, "trivial_at_loop", "ufunc"),
        (UMATH, "DOUBLE_add_indexed", "ufunc"),
        (UMATH, "npy_floatbits_to_halfbits", "ufunc"),
        (UMATH, "npy_half_to_float", "ufunc"),
        (UMATH, "_Z15get_pivot_smartI10zmm_vectorIdE10ComparatorIS1_EdET1_PS4_ll", "ufunc"),
        (UMATH, "array_boolean_subscript", "copy"),
        (UMATH, "array_assign_boolean_subscript", "copy"),
        (UMATH, "array_subscript", "dispatch"),
        (UMATH, "set_datetimestruct_days.constprop.0", "copy"),
        (UMATH, "_strided_masked_wrapper_transfer_function", "copy"),
        (UMATH, "get_strided_to_strided_transfer_function", "dispatch"),
        (UMATH, "PyArray_DiscoverDTypeAndShape_Recursive", "copy"),
        ("/usr/lib/libgcc_s.so.1", "_Unwind_Find_FDE", "dispatch"),
        ("/usr/lib/libgcc_s.so.1", "between _Unwind_GetTextRelBase and _Unwind_R", "dispatch"),
        ("/usr/lib/libgcc_s.so.1", "", "dispatch"),
        ("/usr/lib/ld-linux-x86-64.so.2", "_dl_find_object", "dispatch"),
        (LIBC, "backtrace", "dispatch"),
        (LIBC, "dl_iterate_phdr", "dispatch"),
        (LIBC, "between timer_settime and __default_morecore", "memory"),
        ("/usr/lib/libstdc++.so.6.0.30", "_Znwm", "memory"),
        ("/usr/lib/libstdc++.so.6.0.30", "", "extension"),
        (OPENBLAS, "scipy_dgemm_64_", "dispatch"),
        (OPENBLAS, "cblas_dgemm64_", "dispatch"),
        ("/v/lib/scipy.libs/libscipy_openblas-6cdc3b4a.so", "scipy_cblas_sgemm", "dispatch"),
        ("/v/lib/scipy.libs/libscipy_openblas-6cdc3b4a.so", "dgemv_", "dispatch"),
        (OPENBLAS, "scipy_dpotrf_64_", "blas"),
        (OPENBLAS, "dlaswp_plus", "packing"),
        (OPENBLAS, "dtrsm_kernel_LT_ZEN", "blas"),
        (OPENBLAS, "sgemv_t_HASWELL", "blas"),
        (OPENBLAS, "ddot_k_SKYLAKEX", "blas"),
        ("/usr/lib/libblas.so.3", "dgemm_", "blas"),
        ("/opt/intel/libmkl_intel_ilp64.so.2", "cblas_dgemm_64", "dispatch"),
        ("/opt/intel/libmkl_intel_lp64.so.2", "DGEMM", "dispatch"),
        ("/opt/intel/libmkl_intel_lp64.so.2", "dgemm", "dispatch"),
        ("/opt/intel/libmkl_core.so.2", "mkl_serv_allocate", "dispatch"),
        ("/opt/intel/libmkl_avx2.so.2", "mkl_blas_avx2_sgemm_kernel_nocopy", "blas"),
        ("/opt/intel/libmkl_avx2.so.2", "mkl_lapack_dgetrf", "blas"),
        ("/opt/intel/libiomp5.so", "__kmp_fork_barrier", "waiting"),
        (ACCELERATE, "cblas_dgemm$NEWLAPACK$ILP64", "dispatch"),
        (ACCELERATE, "APL_dgemm", "blas"),
        (VECLIB, "dgetrf_NEWLAPACK", "blas"),
        ("[jit]", "", "unknown"),
        ("[unmapped]", "", "unknown"),
        ("/opt/vendor/libother.so", "work", "unknown"),
    ],
)
def test_code_belongs_to(path: str, symbol: str, entry: str) -> None:
    assert rules.classify(path, symbol) == entry


def test_every_rule_has_a_reason_and_a_known_entry() -> None:
    for rule in rules.RULES:
        assert rule.reason
        assert rule.entry in rules.ENTRIES


def test_the_last_rule_takes_everything() -> None:
    last = rules.RULES[-1]
    assert (last.library, last.symbol) == ("", "")


def test_every_entry_but_nothing_else_is_given_by_some_rule() -> None:
    assert {rule.entry for rule in rules.RULES} == set(rules.ENTRIES)
