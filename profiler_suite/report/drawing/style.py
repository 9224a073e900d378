"""How things look: one colour and one shape per implementation, one palette for every page.

Colour is the family and shape the implementation, so that neither carries the
meaning alone. The hues keep apart for the common kinds of colour blindness
(they follow Okabe and Ito's set, darkened until text in them has a contrast of
4.5:1 on white); each has a lighter twin for dark pages.
"""

import dataclasses
import zlib
from collections.abc import Iterable, Mapping

# role → (on light, on dark); the light value is what matplotlib draws with and
# must be unique, because the page's SVG replaces it by the CSS variable.
ROLES = {
    "ink": ("#1a1d24", "#e9ebef"),
    "muted": ("#59616e", "#a7afbc"),
    "axis": ("#c2c8d1", "#4a515d"),
    "grid": ("#e7eaef", "#2a2f38"),
    "surface": ("#ffffff", "#171a21"),
    "shade": ("#f1f3f6", "#20242c"),
    "accent": ("#1556b5", "#7fb2ff"),
    "alarm": ("#b3261e", "#ff9a90"),
    "good": ("#0d6b4f", "#5fd6ae"),
}

# Marks that are an image keep their colour on dark pages: these are seen on both.
ON_BOTH = {"good": "#21936d", "alarm": "#db4c43"}

# family → shades as (on light, on dark); the first is the family's own colour.
FAMILIES = {
    "loop": (("#c2410c", "#ff9466"), ("#8f2d06", "#ffb894"), ("#dd5f18", "#f2753d")),
    "vectorized": (("#1d5fbf", "#7ab0ff"), ("#0b3d85", "#b0ceff"), ("#3a80d9", "#5596f2")),
    "gemm": (("#0b7a5c", "#46d3a8"), ("#06513c", "#93e8cc"), ("#129470", "#25b88b")),
    "winograd": (("#08697d", "#5ccadf"), ("#07475a", "#a3e2f0"), ("#0f8197", "#2fa5bb")),
    "fft": (("#8430a5", "#d296f2"), ("#5c1c76", "#e5bff8")),
    "library": (("#7d6200", "#dfbd42"), ("#5a4600", "#f1d982"), ("#9b7a0a", "#c19f33")),
    "choice": (("#46630a", "#b7d35a"), ("#334a04", "#d3e69a")),
    "peer": (("#9f1239", "#ff9bb0"), ("#6f0a26", "#ffc4d0"), ("#c22452", "#f26d8f")),
    "product": (("#3d4654", "#ccd3dd"), ("#5f6a7a", "#9aa5b4"), ("#232a35", "#f0f2f6")),
}
_OTHER = (("#b5226b", "#ff8fbe"), ("#7d1148", "#ffb9d6"), ("#cf3f80", "#e75f9b"))

# Entry → colour, warm for overhead before the work itself. Unlike marks, the parts of a bar
# have no shape: these differ by a CIE76 distance of 14 or more to every kind of colour
# vision, on light and on dark.
ENTRY_COLOURS = {
    "interpreter": FAMILIES["loop"][1][0],
    "dispatch": FAMILIES["loop"][0][0],
    "memory": FAMILIES["fft"][1][0],
    "copy": FAMILIES["vectorized"][0][0],
    "arithmetic": FAMILIES["gemm"][1][0],
    "residual": ROLES["axis"][0],
}

# From fastest to slowest in a heat map: (cell on light, cell on dark, text on
# light, text on dark).
HEAT = (
    ("#eaf4f1", "#12382f", "#12151a", "#f4f6f9"),
    ("#cfe6df", "#1c4f43", "#12151b", "#f4f6f8"),
    ("#fbe3c4", "#5c4014", "#12151c", "#f4f6f7"),
    ("#f3b98a", "#7d431c", "#12151d", "#f4f6f6"),
    ("#b94f1c", "#a8450f", "#fefefe", "#fdfefe"),
    ("#7c2d08", "#d97a4d", "#fefefd", "#140c08"),
)

# (shade, marker, hollow, line) of the implementations that come with the suite.
_BUILT_IN = {
    "loop_scalar": (1, "v", False, ":"),
    "loop": (0, "o", False, "-"),
    "loop_pixels": (2, "s", False, "--"),
    "taps": (0, "^", False, "-"),
    "windows_einsum": (1, "<", False, ":"),
    "windows_tensordot": (2, ">", False, "--"),
    "im2col_gemm": (0, "D", False, "-"),
    "im2col_blocked": (1, "P", False, "--"),
    "im2col_kept": (2, "P", True, "-"),
    "rows_gemm": (2, "X", False, ":"),
    "winograd": (1, "8", False, "--"),
    "winograd_kept": (0, "H", False, "-"),
    "winograd_2x2": (2, "8", True, ":"),
    "winograd_2x2_kept": (2, "H", True, "--"),
    "winograd_6x6_kept": (1, "p", True, ":"),
    "best": (0, "*", True, "-"),
    "fft": (0, "*", False, "-"),
    "scipy_convolve2d": (0, "p", False, "-"),
    "scipy_correlate": (1, "h", False, "--"),
    "scipy_ndimage": (2, "d", False, ":"),
    "torch_channels_last": (0, ">", True, "-"),
    "torch_channels_first": (1, "<", True, "--"),
    "numba_loops": (2, "d", True, ":"),
    "dot": (0, "o", True, "-"),
    "matmul": (1, "s", True, "--"),
    "einsum_no_blas": (2, "^", True, ":"),
    "dot_int64": (0, "D", True, "--"),
    "python_loop": (1, "v", True, ":"),
}
_SPARE_MARKERS = ("P", "X", "p", "h", "*", "<", ">", "d", "H", "8")
_LINES = ("-", "--", ":", "-.")


@dataclasses.dataclass(frozen=True)
class Mark:
    """How one implementation looks wherever it appears."""

    colour: str
    """On light, as #rrggbb; what matplotlib draws with."""
    text: str
    """The family's own colour on light: dark enough for text."""
    marker: str
    hollow: bool
    line: str

    @property
    def size(self) -> float:
        """Marker size in points that gives every shape about the same area."""
        return {"*": 8.2, "d": 6.6, "D": 5.0, "s": 5.2, "P": 6.2, "X": 6.2}.get(
            self.marker, 6.0
        )


def marks(implementations: Iterable[tuple[str, str]]) -> dict[str, Mark]:
    """Name → look, for (name, family) pairs.

    What comes with the suite always looks the same. A user's implementation
    gets a look from its name, moved on only when another of this run has it.
    """
    looks: dict[str, Mark] = {}
    taken: set[tuple[str, str]] = set()
    for name, family in sorted(set(implementations)):
        shades = FAMILIES.get(family, _OTHER)
        if name in _BUILT_IN:
            shade, marker, hollow, line = _BUILT_IN[name]
        else:
            seed = zlib.crc32(name.encode())
            choices = [
                (shade, marker, line)
                for marker in _SPARE_MARKERS
                for shade, line in zip(range(len(shades)), _LINES, strict=False)
            ]
            start = seed % len(choices)
            order = choices[start:] + choices[:start]
            free = (c for c in order if (shades[c[0]][0], c[1]) not in taken)
            shade, marker, line = next(free, order[0])
            hollow = True
        colour = shades[min(shade, len(shades) - 1)][0]
        taken.add((colour, marker))
        looks[name] = Mark(colour, shades[0][0], marker, hollow, line)
    return looks


def in_order(names: Iterable[str], looks: Mapping[str, Mark]) -> list[str]:
    """Names as a legend lists them: family by family, the suite's own order first."""
    families = {shades[0][0]: number for number, shades in enumerate(FAMILIES.values())}
    known = {name: number for number, name in enumerate(_BUILT_IN)}

    def key(name: str) -> tuple[int, int, str]:
        family = families.get(looks[name].text, len(families))
        return family, known.get(name, len(known)), name

    return sorted(names, key=key)


def variables() -> dict[str, tuple[str, str, str]]:
    """Every colour of the figures: light value → (CSS variable, light, dark)."""
    named = {light: (f"--{role}", light, dark) for role, (light, dark) in ROLES.items()}
    for family, shades in {**FAMILIES, "other": _OTHER}.items():
        for number, (light, dark) in enumerate(shades):
            named[light] = (f"--{family}-{number}", light, dark)
    for number, (light, dark, text_light, text_dark) in enumerate(HEAT):
        named[light] = (f"--heat-{number}", light, dark)
        named[text_light] = (f"--heat-text-{number}", text_light, text_dark)
    return named


def css_variables() -> str:
    """The palette as CSS custom properties, for light, dark and paper."""
    entries = sorted(variables().values())
    light = "".join(f"{name}:{value};" for name, value, _ in entries)
    dark = "".join(f"{name}:{value};" for name, _, value in entries)
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )
