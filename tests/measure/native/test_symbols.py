"""Addresses get the names that the libraries' own tables give them."""

import ctypes
import sys
from pathlib import Path

import pytest

from profiler_suite.measure.native import symbols
from profiler_suite.measure.native.layers import is_interpreter
from profiler_suite.measure.native.symbols import SymbolTable

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="/proc/self/maps is Linux's"
)

TABLE = SymbolTable(
    segments=[(0x1000, 0x2000, 0x401000)],
    sized=[(0x401000, 0x401040, "malloc"), (0x401100, 0x401180, "free")],
    labels=[(0x401200, "loop_in_assembly")],
)


def address_of(function: object) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def test_a_position_in_the_file_becomes_an_address() -> None:
    assert TABLE.address(0x1010) == 0x401010
    assert TABLE.address(0x9000) == -1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (0x400000, ""),
        (0x401000, "malloc"),
        (0x40103F, "malloc"),
        (0x401040, "between malloc and free"),
        (0x401180, "after free"),
        (0x401234, "loop_in_assembly"),
    ],
)
def test_an_address_is_named_by_its_function_or_its_neighbours(address: int, name: str) -> None:
    assert TABLE.name(address) == name


def test_the_size_of_an_exported_variable_is_told(tmp_path: Path) -> None:
    interpreter = [
        each.path for each in symbols.executable_mappings() if is_interpreter(each.path)
    ]
    assert max(symbols.bytes_of_variable(path, "_PyRuntime") for path in interpreter) > 10_000
    assert symbols.bytes_of_variable(interpreter[0], "no_such_variable") == 0
    (tmp_path / "text").write_text("no library")
    assert symbols.bytes_of_variable(str(tmp_path / "text"), "_PyRuntime") == 0
    assert symbols.bytes_of_variable(str(tmp_path / "absent"), "_PyRuntime") == 0


def test_functions_chosen_at_load_reach_to_the_next_but_not_far() -> None:
    table = TABLE.with_chosen([(0x402000, "memmove"), (0x402100, "memset")])
    assert table.name(0x4020FF) == "memmove"
    assert table.name(0x402100) == "memset"
    assert table.name(0x402100 + 4096) != "memset"


def test_a_function_of_the_interpreter_is_found_by_its_address() -> None:
    place = symbols.Symbolizer().place(address_of(ctypes.pythonapi.PyList_New))
    assert place.symbol == "PyList_New"
    assert "python" in place.library


def test_the_c_library_s_copying_is_named_although_it_exports_no_such_name() -> None:
    place = symbols.Symbolizer().place(address_of(ctypes.CDLL(None).memmove) + 8)
    assert "mem" in place.symbol
    assert place.library.startswith(("libc", "ld-musl"))


def test_an_address_outside_every_library_is_unmapped() -> None:
    place = symbols.Symbolizer().place(16)
    assert (place.path, place.symbol) == (symbols.NOWHERE, "")


def test_a_kernel_that_hides_its_addresses_leaves_the_symbol_empty(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden = tmp_path / "kallsyms"
    hidden.write_text("0000000000000000 T clear_page\n0000000000000000 t do_fault\n")
    monkeypatch.setattr(symbols, "_KALLSYMS", hidden)
    symbols._kernel_symbols.cache_clear()
    try:
        assert not symbols.kernel_symbols_readable()
        place = symbols.Symbolizer().place(2**64 - 4096, in_kernel=True)
        assert (place.library, place.symbol) == (symbols.KERNEL, "")
    finally:
        symbols._kernel_symbols.cache_clear()


def test_kernel_addresses_get_the_function_before_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown = tmp_path / "kallsyms"
    shown.write_text("ffff0010 t do_fault\nffff0000 T clear_page\nffff0008 d some_data\n")
    monkeypatch.setattr(symbols, "_KALLSYMS", shown)
    symbols._kernel_symbols.cache_clear()
    try:
        place = symbols.Symbolizer().place(0xFFFF000C, in_kernel=True)
        assert place.symbol == "clear_page"
    finally:
        symbols._kernel_symbols.cache_clear()


def test_a_file_that_is_no_library_has_no_symbols(tmp_path: Path) -> None:
    file = tmp_path / "text.so"
    file.write_text("not ELF")
    assert symbols._read_table(str(file), 0).name(0) == ""
    assert symbols._read_table(str(tmp_path / "absent.so"), 0).address(0) == -1
