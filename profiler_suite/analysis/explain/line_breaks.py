"""Breaks a long line of code where a person would: inside its brackets, at their commas."""

import ast
import contextlib
import io
import tokenize
from functools import lru_cache

_WIDTH = 80
_INDENT = "    "
_OPENING, _CLOSING = "([{", ")]}"
_OPERATORS = ("@", "+", "-", "*", "/")
_ASSIGNING = ("=", *(f"{operator}=" for operator in ("@", "+", "-", "*", "/", "//", "|", "&")))
# What a line may begin with: an operator, or the next loop of a comprehension.
_BEGINNINGS = (*_OPERATORS, "for ")


def broken(line: str, width: int = _WIDTH) -> list[str]:
    """The line as one or more; the same code, and as it was where it cannot be broken."""
    return [line] if len(line) <= width else list(_checked(line, width))


@lru_cache(maxsize=1024)
def _checked(line: str, width: int) -> tuple[str, ...]:
    pieces = _broken(line, width)
    try:
        same = ast.dump(ast.parse("\n".join(pieces).strip())) == ast.dump(
            ast.parse(line.strip())
        )
    except SyntaxError:  # the head of a block, say
        return (line,)
    return tuple(pieces) if same else (line,)


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    head, value = _assigned(line)
    links = _links(value)
    if not head or len(links) < 2:
        return _in_brackets(line, width)
    indent = line[: len(line) - len(line.lstrip())]
    last = f"{indent})"
    after = "".join(links[1:])
    chained = not any(link.startswith(_OPERATORS) for link in links[1:])
    ways = _in_call(line, len(line), width)
    if chained:
        ways += _in_call(line, len(head) + len(links[0]), width)
    if chained and links[0].startswith("(") and len(last) + len(after) <= width:
        last += after  # its own brackets serve: '(…).reshape(…)'
        links = _links(links[0][1:-1].strip())
    ways.insert(0, [f"{head}(", *_filled(links, f"{indent}{_INDENT}", width), last])
    return min(ways, key=len)


def _in_call(line: str, end: int, width: int) -> list[list[str]]:
    """Broken in the arguments of the call that ends there: 'f(', 'a, b', ')[c]'."""
    pair = next((each for each in _brackets(line) if each[1] == end - 1), None)
    indent = len(line) - len(line.lstrip())
    if pair is None or line[pair[0]] != "(" or pair[0] >= width:
        return []
    return [_opened(line, pair, width)] if indent + len(line) - pair[1] <= width else []


def _in_brackets(line: str, width: int) -> list[str]:
    """What stands in the last outermost brackets in lines of its own."""
    pairs = _brackets(line)
    return _opened(line, pairs[-1], width) if len(line) > width and pairs else [line]


def _opened(line: str, pair: tuple[int, int], width: int) -> list[str]:
    """What stands in these brackets in lines of its own."""
    start, end = pair
    indent = line[: len(line) - len(line.lstrip())]
    parts = _at_commas(line[start + 1 : end])
    found = _in_brackets(line[: start + 1], width)
    inside = ", ".join(parts)
    if len(indent) + len(_INDENT) + len(inside) <= width:
        found.append(f"{indent}{_INDENT}{inside}")
    else:
        comma = "," if len(parts) > 1 else ""  # a comma makes a tuple of one in brackets
        found += _parts([f"{part}{comma}" for part in parts], f"{indent}{_INDENT}", width)
    found.append(f"{indent}{line[end:]}")
    return found


def _parts(parts: list[str], indent: str, width: int) -> list[str]:
    """As many parts in a line as fit; one that must be broken itself has lines of its own."""
    lines: list[str] = []
    shares = False  # whether another part may follow in the last line
    for part in parts:
        if shares and len(lines[-1]) + 1 + len(part) <= width:
            lines[-1] += f" {part}"
            continue
        own = _filled(_links(part), indent, width)
        lines += own
        shares = len(own) == 1
    return lines


def _filled(links: list[str], indent: str, width: int) -> list[str]:
    """As many links in a line as fit, an operator at the beginning of a line.

    What follows a bracket that closes a broken link stands behind it.
    """
    lines: list[str] = []
    for link in links:
        operator = link.startswith(_BEGINNINGS)
        gap = " " if operator else ""
        closes = bool(lines) and lines[-1].strip() in _CLOSING and not operator
        whole = lines and len(lines[-1]) + len(gap) + len(link) <= width
        if whole and (closes or not _is_tail(lines)):
            lines[-1] += gap + link
        else:
            lines += _in_brackets(indent + link, width)
    return lines


def _is_tail(lines: list[str]) -> bool:
    """Whether the last line ends what was broken over several."""
    return lines[-1].lstrip()[:1] in tuple(_CLOSING)


def _assigned(line: str) -> tuple[str, str]:
    """'out = ' or 'return ' and the value; '' for a line that does neither."""
    indent = line[: len(line) - len(line.lstrip())]
    if line.startswith(f"{indent}return "):
        return f"{indent}return ", line[len(indent) + len("return ") :].strip()
    depth = 0
    for place, text in _tokens(line, _ASSIGNING):
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
        elif text in _ASSIGNING and depth == 0:
            end = place + len(text)
            return f"{line[:end]} ", line[end:].strip()
    return "", line


def _links(text: str) -> list[str]:
    """Where a person breaks it inside brackets: before operators, methods, subscripts, loops.

    'a(b)[c].d(e) @ f' is 'a(b)', '[c]', '.d(e)', '@ f'; 'a for b in c' is 'a', 'for b in c'.
    """
    cuts, depth, last = [], 0, -2
    for place, token in _tokens(text, (*_OPERATORS, ".", "for")):
        if token in _OPENING:
            if depth == 0 and token == "[" and place == last + 1:
                cuts.append(place)
            depth += 1
        elif token in _CLOSING:
            depth -= 1
            last = place if depth == 0 else last
        elif depth == 0 and (
            (token in (*_OPERATORS, "for") and text[place - 1 : place] == " ")
            or (token == "." and place == last + 1)
        ):
            cuts.append(place)
    ends = [*cuts, len(text)]
    return [text[a:b].strip() for a, b in zip([0, *cuts], ends, strict=True)]


def _brackets(line: str) -> list[tuple[int, int]]:
    """The outermost pairs of brackets that hold more than a name."""
    found, depth, start = [], 0, 0
    for place, text in _tokens(line):
        if text in _OPENING:
            start = place if depth == 0 else start
            depth += 1
        elif text in _CLOSING:
            depth -= 1
            if depth == 0 and place - start > 2:
                found.append((start, place))
    return found


def _at_commas(text: str) -> list[str]:
    parts, depth, begin = [], 0, 0
    for place, token in _tokens(text):
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
        elif token == "," and depth == 0:
            parts.append(text[begin:place].strip())
            begin = place + 1
    parts.append(text[begin:].strip())
    return [part for part in parts if part]


@lru_cache(maxsize=1024)
def _tokens(line: str, more: tuple[str, ...] = ()) -> tuple[tuple[int, str], ...]:
    """Column and text of brackets, commas and `more` outside of strings."""
    stripped = line.lstrip()
    shift = len(line) - len(stripped)
    found = []
    with contextlib.suppress(tokenize.TokenError, IndentationError):  # it ends inside brackets
        for token in tokenize.generate_tokens(io.StringIO(stripped).readline):
            known = token.type in (tokenize.OP, tokenize.NAME)
            if known and token.string in (*_OPENING, *_CLOSING, ",", *more):
                found.append((token.start[1] + shift, token.string))
    return tuple(found)
