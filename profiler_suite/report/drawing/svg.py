"""Turns a drawn picture into the page's SVG: own ids, CSS colours, marks that answer."""

import functools
import io
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from matplotlib.backends.backend_svg import FigureCanvasSVG

from profiler_suite.report.drawing.chart import Picture, drawing_style
from profiler_suite.report.drawing.style import variables
from profiler_suite.report.kinds import WRITER

# Characters that XML 1.0 has no place for, in UTF-8.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_DECIMALS = re.compile(r"(\.\d{2})\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_FAMILY = re.compile(r"font-family: [^;\"]*;?\s*")
_FONT = re.compile(r"font: ([^;\"]*?)'DejaVu Sans'[^;\"]*")
_MONO = re.compile(r"font: ([^;\"]*?)'DejaVu Sans Mono'[^;\"]*")


def draw(picture: Picture) -> bytes:
    """The picture as matplotlib's SVG, well-formed whatever characters a name has."""
    buffer = io.BytesIO()
    with drawing_style():
        FigureCanvasSVG(picture.figure)
        picture.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": WRITER})
    return _NOT_XML.sub(b"?", buffer.getvalue())


def inline(picture: Picture, drawn: bytes, titles: Sequence[str]) -> str:
    """The drawn SVG for use inside an HTML page.

    The title's band is cut off (the page has its own heading), every id gets the
    picture's name in front, colours become CSS variables, and each mark gets the
    number of its row as ``data-p`` with the row's title for people without
    JavaScript. The narrow twin of a picture follows it. An empty `titles` leaves the
    titles out, for large runs.
    """
    root = ElementTree.fromstring(drawn)
    for element in list(root):
        if element.tag == f"{_SVG}metadata":
            root.remove(element)
    _drop_background_and_title(root)
    _mark_series(root, picture, titles)
    _undisturbed(root, f"{picture.name}-")
    for group in root.iter("g"):
        _join_lines(group)
        _share_look(group)
    width, height = (float(v) for v in root.attrib["viewBox"].split()[2:])
    top = picture.title_in * 72
    root.attrib.clear()
    twin = picture.narrow
    root.attrib |= {
        "viewBox": f"0 {top:g} {width:g} {height - top:g}",
        "class": "figure wide" if twin else "figure",
        "role": "group",
        "aria-label": picture.title,
    }
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    text = _COLOUR.sub(_to_variable, text)
    if twin:
        own = inline(twin, draw(twin), ())
        text += own.replace('class="figure"', 'class="figure narrow"', 1)
    return text


def _drop_background_and_title(root: ElementTree.Element) -> None:
    for parent in root.iter():
        for child in list(parent):
            if child.get("id") in ("title", "patch_1"):
                parent.remove(child)


def _mark_series(root: ElementTree.Element, picture: Picture, titles: Sequence[str]) -> None:
    """Name series and legend entries; number the marks."""
    for group in root.iter(f"{_SVG}g"):
        identity = group.get("id", "")
        if identity in picture.series:
            group.set("data-s", picture.series[identity])
        if identity in picture.labels:
            group.set("data-legend", picture.labels[identity])
        rows = picture.rows.get(identity)
        if rows:
            for shape in group.iter(f"{_SVG}path"):
                # The look goes to the group: on the shape it would win over the page's
                # ring around a mark that is pinned or has the focus.
                group.set("style", shape.attrib.pop("style", ""))
            uses = list(group.iter(f"{_SVG}use"))
            for use, row in zip(uses, rows, strict=False):
                use.set("class", "pt")
                use.set("data-p", str(row))
                if titles:
                    ElementTree.SubElement(use, f"{_SVG}title").text = titles[row]


def _undisturbed(root: ElementTree.Element, prefix: str) -> None:
    """Short numbers, own ids, no namespaces, the page's font."""
    referenced = {
        value[1:]
        for element in root.iter()
        for key, value in element.attrib.items()
        if key == _HREF
    }
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for key, value in list(element.attrib.items()):
            if key == _HREF:
                del element.attrib[key]
                embedded = value.startswith("data:")
                element.set("href", value if embedded else f"#{prefix}{value[1:]}")
            elif key == "id":
                if value in referenced or element.tag == "clipPath":
                    element.set("id", prefix + value)
                else:
                    del element.attrib["id"]
            elif key in ("d", "x", "y", "transform", "width", "height"):
                element.set(key, _DECIMALS.sub(r"\1", value).replace("\n", ""))
            elif key == "clip-path":
                element.set(key, _REFERENCE.sub(rf"url(#{prefix}\1)", value))
            elif key == "style":
                element.set(key, _own_font(value))
        element.tail = None
        if element.text is not None and not element.text.strip():
            element.text = None
        if element.tag == "style":
            element.text = ""


def _join_lines(group: ElementTree.Element) -> None:
    """Neighbouring lines of one look become one path: a series may have hundreds."""
    last: ElementTree.Element | None = None
    for element in list(group):
        is_line = element.tag == "path" and element.get("style", "").startswith("fill: none")
        if not is_line:
            last = None
        elif last is not None and _look(element) == _look(last):
            last.set("d", f"{last.get('d', '')} {element.get('d', '')}")
            group.remove(element)
        else:
            last = element


def _look(element: ElementTree.Element) -> dict[str, str]:
    return {name: value for name, value in element.attrib.items() if name != "d"}


def _share_look(group: ElementTree.Element) -> None:
    """A look that all marks of a group have is said once, by the group."""
    marks = group.findall("use")
    looks = {mark.get("style", "") for mark in marks}
    if len(marks) < 2 or len(looks) > 1:
        return
    for mark in marks:
        mark.attrib.pop("style", None)
    own = group.get("style", "")
    group.set("style", "; ".join(part for part in (own, *looks) if part))


def _own_font(style: str) -> str:
    style = _FONT_FAMILY.sub("", style)
    style = _MONO.sub(r"font: \1var(--mono)", style)
    return _FONT.sub(r"font: \1var(--sans)", style)


@functools.cache
def _variable_of() -> Mapping[str, str]:
    return {light: f"var({name})" for light, (name, _, _) in variables().items()}


def _to_variable(match: re.Match[str]) -> str:
    return _variable_of().get(match.group(), match.group())
