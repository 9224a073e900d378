import itertools

import numpy as np
import pytest

from profiler_suite.report.drawing import style

HOSTILE = "<script>alert(1)</script>"


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_every_built_in_implementation_has_a_look_of_its_own() -> None:
    looks = style.marks((name, "loop") for name in style._BUILT_IN)
    shapes = {(look.marker, look.hollow) for look in looks.values()}
    assert len(shapes) == len(looks)


def test_a_look_does_not_depend_on_who_else_is_in_the_run() -> None:
    alone = style.marks([("mine", "user")])
    together = style.marks([("taps", "vectorized"), ("mine", "user"), ("loop", "loop")])
    assert alone["mine"] == together["mine"]


def test_unknown_implementations_do_not_share_colour_and_shape() -> None:
    looks = style.marks((f"mine_{number}", "user") for number in range(20))
    assert len({(look.colour, look.marker) for look in looks.values()}) == 20


@pytest.mark.parametrize("family", style.FAMILIES)
def test_text_in_a_familys_colour_has_enough_contrast(family: str) -> None:
    light, dark = style.FAMILIES[family][0]
    assert contrast(light, style.ROLES["surface"][0]) >= 4.5
    assert contrast(dark, style.ROLES["surface"][1]) >= 4.5


@pytest.mark.parametrize("role", ["ink", "muted", "accent", "alarm", "good"])
def test_text_roles_have_enough_contrast_in_light_and_dark(role: str) -> None:
    for side in (0, 1):
        assert contrast(style.ROLES[role][side], style.ROLES["surface"][side]) >= 4.5


def test_marks_stand_out_from_the_page() -> None:
    for shades in style.FAMILIES.values():
        for light, dark in shades:
            assert contrast(light, style.ROLES["surface"][0]) >= 3
            assert contrast(dark, style.ROLES["surface"][1]) >= 3


def test_numbers_in_heat_cells_have_enough_contrast() -> None:
    for light, dark, text_light, text_dark in style.HEAT:
        assert contrast(light, text_light) >= 4.5
        assert contrast(dark, text_dark) >= 4.5


def test_the_slower_a_cell_the_stronger_its_orange_in_light_and_dark() -> None:
    orange = style.HEAT[2:]
    for side in (0, 1):
        strength = [contrast(cell[side], style.ROLES["surface"][side]) for cell in orange]
        assert strength == sorted(strength)


def test_marks_that_are_an_image_are_seen_on_light_and_dark() -> None:
    for colour in style.ON_BOTH.values():
        assert min(contrast(colour, surface) for surface in style.ROLES["surface"]) >= 3


def test_every_colour_on_light_is_unique_so_that_it_names_its_variable() -> None:
    roles = [light for light, _ in style.ROLES.values()]
    families = [light for shades in style.FAMILIES.values() for light, _ in shades]
    heat = [colour for cell in style.HEAT for colour in (cell[0], cell[2])]
    everything = roles + families + heat
    assert len(everything) == len(set(everything))


# What a colour becomes for people without one kind of cones, in linear RGB
# (Machado, Oliveira and Fernandes 2009, severity 1).
VISION = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def seen(colour: str, vision: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """CIE L*a*b* of a colour as that kind of colour vision sees it."""
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    white = np.array([0.9505, 1, 1.089])
    x, y, z = np.cbrt(TO_XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / white)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_parts_of_a_bar_differ_to_every_kind_of_colour_vision(
    vision: str, theme: int
) -> None:
    palette = {light: (light, dark) for _, light, dark in style.variables().values()}
    shown = [seen(palette[c][theme], vision) for c in style.ENTRY_COLOURS.values()]
    apart = [float(np.linalg.norm(a - b)) for a, b in itertools.combinations(shown, 2)]
    assert min(apart) > 12
