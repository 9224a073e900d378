"""What the interpreter does while it is at work: bytecode, text, dictionaries, garbage.

By the names of its functions, as in `rule_table`. Time in a C module of the standard library
is that module's.
"""

import functools
import re

BYTECODE, OBJECTS = "bytecode", "making and freeing objects"
GARBAGE, EXCEPTIONS, TEXT = "garbage collection", "exceptions", "text"
DICTIONARIES, ATTRIBUTES = "dictionaries and hashing", "attribute look-ups"
NUMBERS, PATTERNS, SORTING = "Python numbers", "regular expressions", "sorting"
OTHER = ""

_MODULE = re.compile(r"^_?(json|pickle|csv|datetime|decimal|struct|heapq|bisect)\.")
_NAMES = {"json": "JSON", "pickle": "pickling", "csv": "CSV"}
_TABLE = (
    (
        GARBAGE,
        r"^gc_|^visit_(decref|reachable|move)|traverse|untrack_(tuples|dicts)|MaybeUntrack|"
        r"^PyObject_IS_GC$|subtract_refs|update_refs|deduce_unreachable|^_?PyGC_",
    ),
    (PATTERNS, r"^_?sre_|^SRE"),
    (
        SORTING,
        r"^(binarysort|merge_(at|hi|lo|collapse|force)|gallop_(left|right)|count_run|"
        r"list_sort|unsafe_\w+_compare|safe_object_compare)",
    ),
    (
        EXCEPTIONS,
        r"PyErr_|PyTraceBack|^tb_|[Ee]xception|exc_(info|clear|state)|(OS|Import)Error|"
        r"ErrStack|get_exception_handler",
    ),
    (
        DICTIONARIES,
        r"[Dd]ict|unicodekeys|siphash|[Hh]ash|^set_(add|lookkey|contains)|build_indices|"
        r"keys_object",
    ),
    (
        TEXT,
        r"[Uu]nicode|_Py_dg_|dtoa|[Ff]ormat|^PyOS_(string_to|double_to|v?snprintf)|fprintf|"
        r"repr$|_Repr$|^str_|utf_?8|ascii|latin1|xsputn|strto[dl]|_copy_characters|"
        r"^(quorem|diff|multadd|mult|b2d|d2b|lshift|Balloc|Bfree|bigcomp|sulp|pow5mult)$",
    ),
    (
        ATTRIBUTES,
        r"Attr|_PyType_Lookup|find_name_in_mro|_PyObject_GetMethod|LookupSpecial|getattr|"
        r"property_descr",
    ),
    (
        NUMBERS,
        r"PyLong_|^long_|^l_(mod|div)|^x_(add|sub|divrem)|^k_mul|^i_divmod|^float_(?!dealloc)|"
        r"^PyFloat_|^PyNumber_|^complex_",
    ),
    (
        OBJECTS,
        r"PyObject_(Malloc|Free|Realloc|Calloc)|[Dd]ealloc|GC_(New|Del|Track|UnTrack|Link)|"
        r"NewReference|_alloc$|GenericAlloc|^Py(Tuple|List)_(New|Pack)",
    ),
    (
        BYTECODE,
        r"PyEval|Frame|[Vv]ectorcall|^gen_|^PyIter|MakeTpCall|_PyFunction|"
        r"CheckFunctionResult|iternext|_next$|Py_EnterRec|initialize_locals",
    ),
)


@functools.lru_cache(maxsize=4096)
def work_of(library: str, symbol: str) -> str:
    """What a function of the interpreter does; OTHER where its name does not tell.

    `library` is the name of its file: 'libpython3.11.so.1.0', '_json.cpython-311-….so'.
    """
    module = _MODULE.match(library)
    if module:
        return _NAMES.get(module[1], module[1])
    return next((name for name, pattern in _TABLE if re.search(pattern, symbol)), OTHER)
