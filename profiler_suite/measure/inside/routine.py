"""Which inner loop or BLAS routine ran, and for which vector instructions it is compiled."""

import re
from collections.abc import Sequence

from profiler_suite.model.native import NativeWeight

# Work first: where a call spends most of its samples in set-up, that is no inner loop.
_WORK = frozenset({"ufunc", "blas", "packing", "copy", "extension"})
_COMPUTES = frozenset({"ufunc", "blas", "extension"})
_NEXT_TO_NOTHING = 0.1

# What follows a symbol of NumPy's dispatch, or a kernel architecture of OpenBLAS, and the
# vector instructions that it means. Sources: numpy/_core/meson.build (X86_V2 to X86_V4 are the
# x86-64 psABI's levels), OpenBLAS's TargetList.txt and kernel/*/KERNEL.*.
_LEVELS = (
    (r"AVX512_(ICL|SPR)|SAPPHIRERAPIDS", "AVX-512"),
    (r"X86_V4|svml_|AVX512\w*|SKYLAKEX|COOPERLAKE|skx_|zmm", "AVX-512"),
    (r"X86_V3|AVX2|FMA3|HASWELL|ZEN|EXCAVATOR|haswell|ymm", "AVX2"),
    (r"SANDYBRIDGE|BULLDOZER|PILEDRIVER|STEAMROLLER|_AVX$", "AVX"),
    (r"SSE4_?2|SSE41|NEHALEM|X86_V2", "SSE4.2"),
    (r"PRESCOTT|DUNNINGTON|CORE2|PENRYN|BARCELONA|ATOM|_SSE\d?$", "SSE3"),
    (r"A64FX|NEOVERSEV1|NEOVERSEN2|ARMV8SVE|_SVE", "SVE"),
    (r"NEOVERSE\w*|ARMV8|CORTEX\w*|THUNDERX\w*|VORTEX\w*|NEON|ASIMD\w*", "NEON"),
    (r"POWER\d+|VSX\d?", "VSX"),
    (r"VXE?\d?$|_Z1[3-6]$", "VX"),
    (r"_LSX$|_LASX$|LA\d64", "LSX"),
    (r"_RVV$|RISCV64", "RVV"),
)
_COMPILED = tuple((re.compile(f"(?:^|_|\\.){pattern}"), level) for pattern, level in _LEVELS)
# Clones that a compiler makes of one function, and entry points within it.
_CLONE = re.compile(r"\.(constprop|isra|part|cold|lto_priv|llvm)\b[.\w]*")
_MANGLED = re.compile(r"^_ZN?\w*?(\d+)(?P<rest>[A-Za-z]\w*)")


def routine_of(weights: Sequence[NativeWeight]) -> NativeWeight | None:
    """The work that most samples are in; without any, what most samples are in.

    What computes goes before what fills its buffers, unless it is next to nothing.
    """
    working = [each for each in weights if each.entry in _WORK and each.symbol]
    enough = _NEXT_TO_NOTHING * sum(each.samples for each in working)
    computing = [e for e in working if e.entry in _COMPUTES and e.samples >= enough]
    return max(computing or working or weights, key=lambda each: each.samples, default=None)


def simd_of(weight: NativeWeight, baseline: Sequence[str] = ()) -> str:
    """The vector instructions that a routine's symbol names; else what its library needs.

    `baseline` names the features that NumPy's own code without a suffix is compiled for.
    """
    for pattern, level in _COMPILED:
        if pattern.search(weight.symbol):
            return level
    if weight.entry in ("ufunc", "copy") and "multiarray_umath" in weight.library and baseline:
        named = level_of(baseline[-1])
        return f"{named} (baseline)"
    return ""


def level_of(feature: str) -> str:
    """A processor feature by NumPy's name as the vector instructions it stands for."""
    for pattern, level in _COMPILED:
        if pattern.search(feature):
            return level
    return feature


def in_words(symbol: str) -> str:
    """A symbol without the marks of the compiler: 'DOUBLE_add_X86_V4'."""
    plain = _CLONE.sub("", symbol)
    mangled = _MANGLED.match(plain)
    if mangled:
        length, rest = int(mangled[1]), mangled["rest"]
        return rest[:length] if length <= len(rest) else plain
    return plain
