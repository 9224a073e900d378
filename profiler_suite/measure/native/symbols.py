"""Names addresses: instruction pointer → library file → symbol, as loaded in this process.

`.symtab` names every function; a stripped library keeps only what it exports
(`.dynsym`). An address between two exported functions is then named after both
('between malloc and free'): a linker keeps the functions of one source file
together, so neighbours tell what it belongs to. The C library's copying
functions are chosen when it is loaded and exported under no name of their own;
the dynamic linker is asked where they are.
"""

import bisect
import ctypes
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from profiler_suite.model.noun import Noun

KERNEL = "[kernel]"
"""Library name of addresses inside the kernel."""
JIT = "[jit]"
"""Library name of executable memory that no file backs."""
NOWHERE = "[unmapped]"
"""Library name of addresses that no mapping holds (any more)."""

_MAPS = Path("/proc/self/maps")
_KALLSYMS = Path("/proc/kallsyms")

# Elf64_Sym, ELF-64 object file format 1.5, figure 6.
_SYMBOL = np.dtype(
    [
        ("name", "<u4"),
        ("info", "u1"),
        ("other", "u1"),
        ("section", "<u2"),
        ("value", "<u8"),
        ("size", "<u8"),
    ]
)
_CODE_TYPES = (0, 2, 10)  # NOTYPE (hand-written assembly), FUNC, GNU_IFUNC

# glibc picks these for the processor at hand (indirect functions).
_CHOSEN_AT_LOAD = ("memmove", "memcpy", "memset", "memcmp", "memchr", "strlen", "strcmp")
# The longest of glibc's copying functions is shorter (2.7 KiB for memmove in 2.36).
_CHOSEN_REACH_BYTES = 4096


class CodePlace(Noun, frozen=True):
    """Where an address lies."""

    path: str
    """File of the library, or a name in brackets: [vdso], [kernel], [jit], [unmapped]."""
    symbol: str
    """Function; 'between a and b' in a stripped library; empty where nothing is known."""

    @property
    def library(self) -> str:
        """The file's name without its folder."""
        return self.path.rpartition("/")[2]


class CodeMapping(Noun, frozen=True):
    """One executable line of /proc/self/maps."""

    start: int
    end: int
    offset: int
    path: str


class SymbolTable:
    """The functions of one ELF file by address, as the file counts addresses."""

    def __init__(
        self,
        segments: list[tuple[int, int, int]],
        sized: list[tuple[int, int, str]],
        labels: list[tuple[int, str]],
    ) -> None:
        """Segments as (offset, bytes, address), functions as (begin, end, name), labels."""
        self._segments = segments
        self._sized = sorted(sized)
        self._begins = [begin for begin, _, _ in self._sized]
        self._labels = sorted(labels)

    def address(self, offset: int) -> int:
        """The file's own address of a position in the file; -1 when it is not loaded."""
        for begin, size, address in self._segments:
            if begin <= offset < begin + size:
                return offset - begin + address
        return -1

    def with_chosen(self, chosen: list[tuple[int, str]]) -> "SymbolTable":
        """The table with functions of unknown length added, up to the next or their reach."""
        ordered = sorted(dict(chosen).items())
        ends = [begin for begin, _ in ordered[1:]] + [2**64]
        added = [
            (begin, min(end, begin + _CHOSEN_REACH_BYTES), name)
            for (begin, name), end in zip(ordered, ends, strict=True)
        ]
        return SymbolTable(self._segments, [*self._sized, *added], self._labels)

    def name(self, address: int) -> str:
        """Function at the address, the label before it, or 'between a and b'; '' if nothing."""
        after = bisect.bisect_right(self._begins, address)
        # Functions may share an address or nest (entry points); a few back is enough.
        for begin, end, name in reversed(self._sized[max(0, after - 4) : after]):
            if begin <= address < end:
                return name
        label = bisect.bisect_right(self._labels, (address, "\U0010ffff"))
        before = self._sized[after - 1] if after else None
        if label and (before is None or self._labels[label - 1][0] >= before[1]):
            return self._labels[label - 1][1]
        if before and after < len(self._sized):
            return f"between {before[2]} and {self._sized[after][2]}"
        return f"after {before[2]}" if before else ""


def bytes_of_variable(path: str, name: str) -> int:
    """Size of a variable that a library file exports; 0 where it exports none of that name."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        with Path(path).open("rb") as file:
            section: Any = ELFFile(file).get_section_by_name(".dynsym")
            found = section.get_symbol_by_name(name) if section is not None else None
            return max((int(each["st_size"]) for each in found or ()), default=0)
    except (OSError, ELFError):
        return 0


_NO_SYMBOLS = SymbolTable([], [], [])


@functools.lru_cache(maxsize=256)
def _read_table(path: str, _modified_ns: int) -> SymbolTable:
    """The table of a library file; empty where it cannot be read as 64-bit ELF."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        with Path(path).open("rb") as file:
            elf = ELFFile(file)
            if elf.elfclass != 64:
                return _NO_SYMBOLS
            segments = [
                (segment["p_offset"], segment["p_filesz"], segment["p_vaddr"])
                for segment in elf.iter_segments("PT_LOAD")
            ]
            section = elf.get_section_by_name(".symtab") or elf.get_section_by_name(".dynsym")
            if section is None:
                return SymbolTable(segments, [], [])
            names = elf.get_section(section["sh_link"]).data()
            # One by one through the reader, OpenBLAS's 24,000 symbols would take seconds.
            symbols = np.frombuffer(section.data(), dtype=_SYMBOL)
    except (OSError, ELFError):
        return _NO_SYMBOLS
    code = np.isin(symbols["info"] & 15, _CODE_TYPES)
    symbols = symbols[code & (symbols["section"] != 0) & (symbols["value"] != 0)]
    sized: dict[tuple[int, int], str] = {}
    labels: dict[int, str] = {}
    for at, begin, size in zip(
        symbols["name"].tolist(),
        symbols["value"].tolist(),
        symbols["size"].tolist(),
        strict=True,
    ):
        name = names[at : names.index(b"\0", at)].decode("ascii", "replace")
        if size:
            # Of several names for the same code the shortest is the plain one.
            known = sized.get((begin, begin + size))
            if known is None or len(name) < len(known):
                sized[begin, begin + size] = name
        elif name and name[0] not in "$.":  # ARM's mapping symbols, assembler's own labels
            labels[begin] = name
    return SymbolTable(
        segments,
        [(begin, end, name) for (begin, end), name in sized.items()],
        list(labels.items()),
    )


@functools.lru_cache(maxsize=1)
def _kernel_symbols() -> tuple[list[int], list[str]]:
    """Addresses and names of the kernel's functions; empty where it hides them."""
    found = []
    try:
        with _KALLSYMS.open() as lines:
            for line in lines:
                address, kind, name = line.split(None, 3)[:3]
                if kind in "tTwW":
                    found.append((int(address, 16), name))
    except (OSError, ValueError):
        return [], []
    if not found or found[-1][0] == 0:  # kernel.kptr_restrict shows zeros
        return [], []
    found.sort()
    return [address for address, _ in found], [name for _, name in found]


def kernel_symbols_readable() -> bool:
    """True where /proc/kallsyms tells addresses to this process."""
    return bool(_kernel_symbols()[0])


def executable_mappings() -> list[CodeMapping]:
    """The code that is mapped into this process now."""
    mappings = []
    for line in _MAPS.read_text().splitlines():
        span, access, offset, _device, _inode, *path = line.split(None, 5)
        if "x" in access:
            start, end = (int(each, 16) for each in span.split("-"))
            name = path[0].removesuffix(" (deleted)") if path else JIT
            mappings.append(
                CodeMapping(start=start, end=end, offset=int(offset, 16), path=name or JIT)
            )
    return mappings


def _address_of(name: str) -> int:
    """Where a call of this function of the C library would go; 0 if there is none."""
    try:
        function = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError):
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value or 0


class Symbolizer:
    """Names addresses by what is mapped when it is made."""

    def __init__(self, address_of: Callable[[str], int] = _address_of) -> None:
        """Read the memory map; symbol tables are read when first needed."""
        self._mappings = sorted(executable_mappings(), key=lambda mapping: mapping.start)
        self._starts = [mapping.start for mapping in self._mappings]
        self._chosen = [(address_of(name), name) for name in _CHOSEN_AT_LOAD]
        self._tables: dict[str, SymbolTable] = {}

    def place(self, address: int, in_kernel: bool = False) -> CodePlace:
        """Library and symbol of an address."""
        if in_kernel:
            return CodePlace(path=KERNEL, symbol=self._kernel_name(address))
        mapping = self._mapping(address)
        if mapping is None:
            return CodePlace(path=NOWHERE, symbol="")
        if not mapping.path.startswith("/"):
            return CodePlace(path=mapping.path, symbol="")
        table = self._table(mapping.path)
        inside = table.address(address - mapping.start + mapping.offset)
        return CodePlace(path=mapping.path, symbol=table.name(inside) if inside >= 0 else "")

    @staticmethod
    def _kernel_name(address: int) -> str:
        addresses, names = _kernel_symbols()
        at = bisect.bisect_right(addresses, address)
        return names[at - 1] if at else ""

    def _mapping(self, address: int) -> CodeMapping | None:
        at = bisect.bisect_right(self._starts, address)
        if at and address < self._mappings[at - 1].end:
            return self._mappings[at - 1]
        return None

    def _table(self, path: str) -> SymbolTable:
        if path not in self._tables:
            try:
                modified_ns = Path(path).stat().st_mtime_ns
            except OSError:
                modified_ns = 0
            table = _read_table(path, modified_ns)
            chosen = self._chosen_in(path, table)
            self._tables[path] = table.with_chosen(chosen) if chosen else table
        return self._tables[path]

    def _chosen_in(self, path: str, table: SymbolTable) -> list[tuple[int, str]]:
        found = []
        for address, name in self._chosen:
            mapping = self._mapping(address)
            if mapping is None or mapping.path != path:
                continue
            inside = table.address(address - mapping.start + mapping.offset)
            if inside >= 0 and table.name(inside).startswith(("between", "after")):
                found.append((inside, name))
        return found
