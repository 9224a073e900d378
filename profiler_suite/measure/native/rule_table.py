"""The table of rules: which kind of work a library's function does, with reasons."""

import re

from profiler_suite.measure.native.symbols import JIT, KERNEL, NOWHERE
from profiler_suite.model.noun import Noun


class SymbolRule(Noun, frozen=True):
    """Code whose library path and symbol both contain the patterns belongs to the entry."""

    entry: str
    library: str
    """Regular expression searched in the path of the library's file."""
    symbol: str
    """Regular expression searched in the symbol; an empty one matches all."""
    reason: str


_PYTHON = r"/(lib)?python3[^/]*$"
_NUMPY = r"/numpy/_?core/_multiarray_umath"
_BLAS = (
    r"openblas|mkl|/lib(c?blas|lapack|blis|flame|flexiblas|atlas|armpl|nvpl)|"
    r"Accelerate\.framework|/vecLib|/lib(BLAS|LAPACK)\."
)
# Of these libraries a routine under its public name only chooses a kernel; in the
# reference BLAS it is the kernel.
_BLAS_WITH_KERNELS = r"openblas|mkl|/libblis|Accelerate\.framework|/vecLib|/libBLAS\."
_BLAS_NAMES = (
    r"(?i)^(scipy_)?[sdcz](gemm|gemmt|gemv|gbmv|dot|dot[uc]|axpy|axpby|scal|syrk|syr2k|herk|"
    r"trsm|trmm|trmv|trsv|ger|ger[uc]|symm|hemm|symv|hemv|nrm2|asum)_?(64)?_?$"
)
_TEAM = r"/lib(gomp|iomp5|omp)[-.]"
_C_LIBRARY = r"/(libc|libpthread)[-.]|/ld-musl"
_DTYPE = (
    r"(BOOL|U?BYTE|U?SHORT|U?INT|U?LONG(LONG)?|HALF|FLOAT|(LONG)?DOUBLE|"
    r"C(FLOAT|DOUBLE|LONGDOUBLE)|DATETIME|TIMEDELTA|OBJECT|STRING|UNICODE|VOID)"
)
_TEXT = r"string|bytes|unicode|void|bool|int|float|datetime|timedelta|type|pyobj"
# In a stripped library a symbol may read 'between malloc and free'.
_ALLOCATION = (
    r"(^|_| )(m|c|re|v|pv|aligned_)alloc(_|$| )|(^|_| )c?free(_|$| )|mallopt|mallinfo|"
    r"memalign|malloc|(^|_| )s?brk|madvise|(^|_| )m(un|re)?map|default_morecore"
)

RULES = (
    # ---- the kernel: what it does on behalf of the program, by function
    SymbolRule(
        entry="waiting",
        library=re.escape(KERNEL),
        symbol=r"sched_yield|yield_task|futex|nanosleep|^(__)?schedule$|pick_next|pick_task",
        reason="a thread gives its core away while it waits for another one",
    ),
    SymbolRule(
        entry="memory",
        library=re.escape(KERNEL),
        symbol=(
            r"page|folio|(?<!de)fault|(^|_)mm(_|$)|(^|_)pt[ep](_|$)|pmd|pud|p4d|vma|(^|_)mas_|mtree|"
            r"(^|_)mt_|memcg|mem_cgroup|charge|lru|tlb|zap_|unmap|mmap|mremap|munmap|brk|madvise|"
            r"rmap|rmqueue|free_unref|zone|mod_(node|zone|memcg|lruvec)|percpu_counter|"
            r"list_(add|del)|zero_user|cr3|vm_|compact|up_read|down_read|rwsem|anon|sheaf|slab|kmem"
        ),
        reason="page faults, mapping and unmapping: pages are found, cleared and counted",
    ),
    SymbolRule(
        entry="kernel",
        library=re.escape(KERNEL) + r"|\[vdso\]|\[vsyscall\]",
        symbol="",
        reason="interrupts, entry and exit, clock reads; page faults too where the kernel "
        "hides its symbols",
    ),
    # ---- BLAS and its threads
    SymbolRule(
        entry="waiting",
        library=_TEAM,
        symbol=r"wait|barrier|yield|spin|join|thread_start|suspend|resume",
        reason="threads of an OpenMP team spin for work or for each other",
    ),
    SymbolRule(
        entry="blas",
        library=_TEAM,
        symbol="",
        reason="handing work to the threads of a product",
    ),
    SymbolRule(
        entry="waiting",
        library=_BLAS,
        symbol=r"thread_server|yield|exec_blas|inner_thread|thrcomm_barrier|thread_barrier|"
        r"async_wait",
        reason="BLAS threads spin for work; a product's own thread function (inner_thread) "
        "spins for the others' packed blocks, its arithmetic is in the kernels it calls",
    ),
    SymbolRule(
        entry="dispatch",
        library=_BLAS,
        symbol=r"^(scipy_)?cblas_|blas_memory_|small_matrix_permit|num_cpu_avail|xerbla|"
        r"^mkl_serv_",
        reason="a product's entry: argument checks, choice of method, its work buffer",
    ),
    SymbolRule(
        entry="dispatch",
        library=_BLAS_WITH_KERNELS,
        symbol=_BLAS_NAMES,
        reason="a routine under its Fortran name, with 32- or 64-bit integers: checks and "
        "chooses the kernel",
    ),
    SymbolRule(
        entry="packing",
        library=_BLAS,
        symbol=r"(?<!no)copy|(?<!la)pack|laswp",
        reason="blocks of a matrix are put into the order the kernel reads",
    ),
    SymbolRule(
        entry="blas",
        library=_BLAS,
        symbol="",
        reason="kernels of products and their loop nests",
    ),
    # ---- the C library
    SymbolRule(
        entry="copy",
        library=_C_LIBRARY,
        symbol=r"mem(move|cpy|set|pcpy)|bcopy|bzero",
        reason="moves bytes; NumPy copies contiguous data with it",
    ),
    SymbolRule(
        entry="memory",
        library=_C_LIBRARY,
        symbol=_ALLOCATION,
        reason="the heap, and memory from the kernel",
    ),
    SymbolRule(
        entry="waiting",
        library=_C_LIBRARY,
        symbol=r"sched_yield",
        reason="a BLAS thread waits for another one",
    ),
    SymbolRule(
        entry="dispatch",
        library=_C_LIBRARY,
        symbol=r"str(n?cmp|len|chr)|mem(cmp|chr)",
        reason="names and shapes are compared while a call is prepared",
    ),
    SymbolRule(
        entry="dispatch",
        library=_C_LIBRARY + r"|/ld-linux|/libgcc_s|/libunwind",
        symbol=r"_Unwind|unwind|backtrace|dl_find_object|dl_iterate_phdr|_dl_addr|^dladdr|"
        r"__register_frame|__deregister_frame|_FDE",
        reason="NumPy looks at the stack before it reuses a large temporary: once per call",
    ),
    SymbolRule(
        entry="dispatch",
        library=r"/libgcc_s|/libunwind",
        symbol="",
        reason="the rest of that look, where the library is stripped",
    ),
    SymbolRule(
        entry="ufunc",
        library=_C_LIBRARY,
        symbol=r"qsort|bsearch",
        reason="sorts and searches for compiled code: libm sums parts of a complex logarithm "
        "in their order",
    ),
    SymbolRule(
        entry="interpreter",
        library=_C_LIBRARY + r"|/ld-linux|/libdl[-.]",
        symbol="",
        reason="mostly the interpreter's lock, thread-local storage and clock",
    ),
    SymbolRule(
        entry="dispatch",
        library=r"/libm[-.]",
        symbol=r"^fe[a-z]+$",
        reason="floating-point flags are cleared and tested once per ufunc call",
    ),
    SymbolRule(
        entry="ufunc",
        library=r"/lib(m|mvec|quadmath)[-.]",
        symbol="",
        reason="exp, pow and the like, called from a ufunc's inner loop",
    ),
    SymbolRule(
        entry="memory",
        library=r"/libstdc\+\+|/libc\+\+",
        symbol=r"^_Zn[wa]|^_Zd[la]",
        reason="operators new and delete",
    ),
    SymbolRule(
        entry="extension",
        library=r"/libstdc\+\+|/libc\+\+",
        symbol="",
        reason="containers and algorithms of compiled code in C++",
    ),
    # ---- NumPy's core
    SymbolRule(
        entry="copy",
        library=_NUMPY,
        symbol=r"^_strided_masked_wrapper_transfer|^PyArray_MapIterCheckIndices|"
        r"array_(assign_)?boolean_subscript|^arr_place|^_place$|datetimestruct|"
        r"DatetimeStruct|PyArray_DiscoverDTypeAndShape|PyArray_AssignFromCache|^PyArray_Pack$",
        reason="elements are selected by a mask, their indices checked, times converted, "
        "lists taken over: grows with the work",
    ),
    SymbolRule(
        entry="ufunc",
        library=_NUMPY,
        symbol=r"^PyArray_MapIter(Next|Reset)|^NpyIter_(ResetBasePointers|GetDataPtrArray)$|"
        r"^(ufunc_at|trivial_at_loop)|^PyUFunc_[a-zA-Z]{1,3}_[a-zA-Z]{1,2}(_|$)",
        reason="element by element: ufunc.at steps through its indices, a generic loop calls a "
        "function for every element",
    ),
    SymbolRule(
        entry="dispatch",
        library=_NUMPY,
        symbol=(
            r"resolve_descriptors|resolver|promot|_get_loop|get_strided_loop|auxdata|"
            r"_data_(free|clone)|_(transfer|cast)_function|legacy_inner_?loop|"
            r"^generic_wrapped_legacy_loop|^" + _DTYPE + r"_(set|get)item"
        ),
        reason="prepares a loop: types, casts, the function to run; or converts one scalar",
    ),
    SymbolRule(
        entry="ufunc",
        library=_NUMPY,
        symbol=r"iternext|^npyiter_goto_iterindex|^(reduce|iterator)_loop$",
        reason="steps from one inner loop to the next: grows with the work, not paid per call",
    ),
    SymbolRule(
        entry="copy",
        library=_NUMPY,
        symbol=r"^npyiter_copy_(to|from)_buffers|^PyArray_Transfer\w+To",
        reason="a buffered iterator moves what a loop needs into its buffer: once per filling",
    ),
    SymbolRule(
        entry="extension",
        library=_NUMPY,
        symbol=r"^get_ptr_",
        reason="neighbourhood iterator: scipy.signal's loops call it for every element",
    ),
    SymbolRule(
        entry="memory",
        library=_NUMPY,
        symbol=r"npy_(alloc|free)_cache|PyDataMem_|^default_(m|c|re)alloc|^default_free",
        reason="an array's data is allocated and freed here",
    ),
    SymbolRule(
        entry="copy",
        library=_NUMPY,
        symbol=(
            r"(contig|strided)_to_|(^|_)cast_\w+_to_|raw_array_(wheremasked_)?assign|"
            r"mapiter_(trivial_)?(get|set)|fast_?(take|put|repeat)|PyArray_Where|copy_and_swap|"
            r"^PyArray_(TakeFrom|PutTo|PutMask|Repeat|Choose)$|"
            r"strided_\w+_(copy|swap)|copyswapn|^" + _DTYPE + r"_(copyswap|fill|to_)"
        ),
        reason="gathers, scatters, casts and fills: data moves, nothing is computed",
    ),
    SymbolRule(
        entry="ufunc",
        library=_NUMPY,
        symbol=(
            r"^" + _DTYPE + r"_|_(X86_V\d|AVX\w*|SSE\w*|FMA3\w*|NEON\w*|ASIMD\w*|SVE\w*|VSX\w*|"
            r"RVV|LSX|VXE?\d?)(\.\w+)*$|svml|pairwise_sum|sum_of_products|simd|"
            r"^nc_|^npy_\w*half|zmm_vector|ymm_vector|get_pivot|_new_(arg)?sortlike|npy_fnv1a|"
            r"^(npy|nc)_c?a?(exp|log|pow|sin|cos|tan|sqrt|hypot|remainder|divmod|floor_divide|"
            r"gcd|lcm|half|float_to|double_to|sinh|cosh|tanh|abs)|_npy_clip|"
            r"(quick|merge|heap|tim|radix)sort|[Qq][Ss]ort|sort_n_vec|argsort_|QSelect|"
            r"introselect|introsort|partition_(unrolled|vec)|argpartition|binsearch|"
            r"merge_(at|left|right)_|gallop|count_run|bitonic|count_nonzero|PyArray_Nonzero|"
            r"bincount|arr_interp|binary_search|correlate|unique|string_\w*loop|strided_loop"
        ),
        reason="an inner loop over elements: named after its type or processor feature, or a "
        "sort, a search, a sum of products",
    ),
    SymbolRule(
        entry="copy",
        library=_NUMPY,
        symbol=(
            r"check_same_value|byte_swap_vector|recursive_tolist|^(un)?pack_bits|^npy_tokenize|"
            r"^npy_to_\w+|^read_rows|^stream_python_|NumPyOS_ascii_(strto|ftol)|[bt]_nextbuf$|"
            r"\d(" + _TEXT + r")_to_(" + _TEXT + r"|complex_float|pycomplex)"
        ),
        reason="text is read, bits packed, strings and lists converted: as much as there is",
    ),
    SymbolRule(
        entry="ufunc",
        library=_NUMPY,
        symbol=(
            r"insertion_sort|adjust_heap|heap_select|sort_reg_|_NPY_M(AX|IN)|"
            r"hash_complex|^(argmax|argmin|count_boolean_trues|unpack_indices)$|_sum_of_arr$|"
            r"\d(Buffer|Comparator)I|string_(r?find|r?index|count)|adaptive_r?find|two_way|"
            r"_result_loop|multiply_loop_core|^_?(void_)?compare$|^compare_chararrays|"
            r"^_vec_string|NpyString_|load_new_string|utf8|ucs4|codepoint|Dragon4|BigInt_|"
            r"Format_floatbits|^npy_([lr]shift|popcount|heaviside|deg2rad|rad2deg|carg|spacing|"
            r"modf|Object[A-Z])|bit_count|business_day|is_leapyear|days_to_month"
        ),
        reason="sorts, searches and texts in C++, and functions of one element that loops call",
    ),
    SymbolRule(
        entry="dispatch",
        library=_NUMPY,
        symbol="",
        reason="the rest of NumPy's core: parsing arguments, iterators, views, outputs",
    ),
    SymbolRule(
        entry="copy",
        library=r"/numpy/linalg/",
        symbol=r"linearize",
        reason="matrices are put into the order LAPACK reads",
    ),
    SymbolRule(
        entry="ufunc",
        library=r"/numpy/(linalg|fft)/",
        symbol="",
        reason="inner loops of NumPy's linalg and fft",
    ),
    # ---- the interpreter
    SymbolRule(
        entry="interpreter",
        library=_PYTHON + r"|/libpython3|/lib-dynload/",
        symbol="",
        reason="bytecode, objects and their small-block memory, the standard library's modules",
    ),
    # ---- everything else
    SymbolRule(
        entry="unknown",
        library=re.escape(JIT) + "|" + re.escape(NOWHERE),
        symbol="",
        reason="code made at run time, or no longer loaded: it has no file to name it",
    ),
    SymbolRule(
        entry="memory",
        library=r"/lib(jemalloc|tcmalloc|mimalloc)",
        symbol="",
        reason="an allocator put in place of the C library's",
    ),
    SymbolRule(
        entry="blas",
        library=r"/libgfortran[-.]",
        symbol="",
        reason="the run-time library of LAPACK",
    ),
    SymbolRule(
        entry="extension",
        library=r"\.(cpython|abi3|pypy)[^/]*\.so$|/scipy/|/site-packages/",
        symbol="",
        reason="another package's compiled code: taken as arithmetic, though its own call "
        "set-up and copies are in it",
    ),
    SymbolRule(
        entry="unknown",
        library="",
        symbol="",
        reason="no rule knows this library",
    ),
)
"""First match decides."""


def is_team(path: str) -> bool:
    """Whether a library file hands work to the threads of an OpenMP team."""
    return bool(re.search(_TEAM, path))
