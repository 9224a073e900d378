"""Breaks a long line of code where a person would: inside its brackets, at their commas."""

import ast
import contextlib
import io
import tokenize

_WIDTH = 80
_INDENT = "    "
_OPENING, _CLOSING = "([{", ")]}"
_OPERATORS = ("@", "+", "-", "*", "/")


def broken(line: str, width: int = _WIDTH) -> list[str]:
    """The line as one or more; the same code, and as it was where it cannot be broken."""
    if len(line) <= width:
        return [line]
    pieces = _broken(line, width)
    try:
        same = ast.dump(ast.parse("\n".join(pieces).strip())) == ast.dump(
            ast.parse(line.strip())
        )
    except SyntaxError:  # the head of a block, say
        return [line]
    return pieces if same else [line]


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    outer = _last_brackets(line)
    if outer is None:
        return [line]
    start, end = outer
    indent = line[: len(line) - len(line.lstrip())]
    parts = _at_commas(line[start + 1 : end])
    found = _broken(line[: start + 1], width)
    inside = ", ".join(parts)
    if len(indent) + len(_INDENT) + len(inside) <= width:
        found.append(f"{indent}{_INDENT}{inside}")
    else:
        comma = "," if len(parts) > 1 else ""  # a comma makes a tuple of one in brackets
        for part in parts:
            for piece in _pieces(f"{part}{comma}", width - len(indent) - len(_INDENT)):
                found += _broken(f"{indent}{_INDENT}{piece}", width)
    found.append(f"{indent}{line[end:]}")
    return found


def _last_brackets(line: str) -> tuple[int, int] | None:
    """The last outermost pair of brackets that holds more than a name."""
    found, depth, start = None, 0, 0
    for place, text in _tokens(line):
        if text in _OPENING:
            start = place if depth == 0 else start
            depth += 1
        elif text in _CLOSING:
            depth -= 1
            if depth == 0 and place - start > 2:
                found = (start, place)
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


def _pieces(text: str, width: int) -> list[str]:
    """What stands inside brackets, before each of its operators if it is too long."""
    if len(text) <= width:
        return [text]
    pieces, depth, begin = [], 0, 0
    for place, token in _tokens(text, _OPERATORS):
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
        elif depth == 0 and token in _OPERATORS and text[place - 1 : place] == " ":
            pieces.append(text[begin:place].strip())
            begin = place
    pieces.append(text[begin:].strip())
    return pieces


def _tokens(line: str, more: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    """Column and text of brackets, commas and `more` that are no part of a string."""
    stripped = line.lstrip()
    shift = len(line) - len(stripped)
    found = []
    with contextlib.suppress(tokenize.TokenError, IndentationError):  # it ends inside brackets
        for token in tokenize.generate_tokens(io.StringIO(stripped).readline):
            if token.type == tokenize.OP and token.string in (*_OPENING, *_CLOSING, ",", *more):
                found.append((token.start[1] + shift, token.string))
    return found
