"""Functions of the interpreter by what they do."""

import pytest

from profiler_suite.measure.native.interpreter_work import (
    ATTRIBUTES,
    BYTECODE,
    DICTIONARIES,
    EXCEPTIONS,
    GARBAGE,
    NUMBERS,
    OBJECTS,
    OTHER,
    PATTERNS,
    SORTING,
    TEXT,
    work_of,
)

PYTHON = "libpython3.12.so.1.0"


@pytest.mark.parametrize(
    ("symbol", "work"),
    [
        ("gc_collect_main", GARBAGE),
        ("visit_reachable", GARBAGE),
        ("dict_traverse", GARBAGE),
        ("_PyDict_MaybeUntrack", GARBAGE),
        ("sre_ucs1_match", PATTERNS),
        ("_PyErr_SetObject", EXCEPTIONS),
        ("PyTraceBack_Here", EXCEPTIONS),
        ("unicodekeys_lookup_unicode", DICTIONARIES),
        ("siphash13", DICTIONARIES),
        ("tuplehash", DICTIONARIES),
        ("PyUnicode_FromFormatV", TEXT),
        ("_Py_dg_dtoa", TEXT),
        ("multadd", TEXT),
        ("float_repr", TEXT),
        ("PyObject_GetAttr", ATTRIBUTES),
        ("_PyType_Lookup", ATTRIBUTES),
        ("_PyLong_Add", NUMBERS),
        ("float_mul", NUMBERS),
        ("unsafe_tuple_compare", SORTING),
        ("gallop_right", SORTING),
        ("float_dealloc", OBJECTS),
        ("_PyObject_Free", OBJECTS),
        ("_PyObject_GC_New", OBJECTS),
        ("_PyEval_EvalFrameDefault", BYTECODE),
        ("gen_iternext", BYTECODE),
        ("os_stat", OTHER),
        ("", OTHER),
    ],
)
def test_a_function_is_known_by_its_name(symbol: str, work: str) -> None:
    assert work_of(PYTHON, symbol) == work


@pytest.mark.parametrize(
    ("library", "work"),
    [
        ("_json.cpython-311-x86_64-linux-gnu.so", "JSON"),
        ("_pickle.cpython-311-x86_64-linux-gnu.so", "pickling"),
        ("_datetime.cpython-313-darwin.so", "datetime"),
    ],
)
def test_a_module_in_c_is_work_of_its_own(library: str, work: str) -> None:
    assert work_of(library, "scan_once_unicode") == work
