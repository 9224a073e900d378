"""Loops over the characters of a text."""

import pytest

from profiler_suite.analysis.explain.rewrites import character_maps
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"text": "str of 9", "out": "str of 0", "rows": "list of 3"}


def texts(body: str) -> list[str]:
    text = f"def f(text, rows, out, n, m):\n{body}    return out\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES)
    return [each.edit.text for each in character_maps.over_characters(Function(source))]


def loop(*lines: str, over: str = "text") -> list[str]:
    body = "".join(f"        {each}\n" for each in lines)
    return texts(f"    for c in {over}:\n{body}")


def translated(value: str, text: str = "text") -> str:
    return f"out += {text}.translate(str.maketrans({{c: {value} for c in set(text)}}))"


def test_what_is_added_for_a_character_is_looked_up() -> None:
    assert loop("out += c.upper()") == [translated("c.upper()")]
    assert loop("out = out + table[c]", over="reversed(text)") == [
        translated("table[c]", "text[::-1]")
    ]


def test_a_chain_of_branches_is_one_choice_and_nothing_is_an_empty_text() -> None:
    chain = ("if c == 'a':", "    out += 'b'", "elif c == 'b':", "    out += 'a'")
    assert loop(*chain) == [translated("'b' if c == 'a' else 'a' if c == 'b' else ''")]
    assert loop(*chain, "else:", "    out += c") == [
        translated("'b' if c == 'a' else 'a' if c == 'b' else c")
    ]


def test_branches_inside_of_branches_keep_all_their_conditions() -> None:
    (made,) = loop(
        *("if c > 'a':", "    if c < 'f':", "        out += 'x'"),
        *("elif c == 'a':", "    out += 'y'"),
    )
    assert made == translated(
        "'x' if c > 'a' and c < 'f' else 'y' if not c > 'a' and c == 'a' else ''"
    )


def test_what_a_list_gets_is_looked_up_where_every_character_gives_something() -> None:
    branches = ("if c == 'a':", "    rows.append(1)", "else:", "    rows.append(0)")
    assert loop(*branches) == [
        "rows.extend(map({c: 1 if c == 'a' else 0 for c in set(text)}.__getitem__, text))"
    ]
    assert loop(*branches[:2]) == []


def test_how_often_a_condition_holds_is_how_often_its_characters_come() -> None:
    assert loop("if c in 'GC':", "    n += 1") == [
        "n += sum(map(text.count, [c for c in set(text) if c in 'GC']))"
    ]


def test_a_join_over_characters_is_translated() -> None:
    assert texts("    out = ''.join(c for c in text if c.isalpha())\n") == [
        "text.translate(str.maketrans({c: c if c.isalpha() else '' for c in set(text)}))"
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("out += c + str(len(out))",),
        ("out += g(c)",),
        ("out += c", "if c == 'a':", "    out += 'b'"),
        ("if c == 'a':", "    break", "out += c"),
        ("out += c", "n += 1"),
        ("text += c",),
        ("if n > 3:", "    n += 1"),
        ("out -= c",),
    ],
)
def test_other_bodies_stay(lines: tuple[str, ...]) -> None:
    assert loop(*lines) == []


def test_lists_and_characters_that_are_asked_for_later_stay() -> None:
    assert loop("out += c", over="rows") == []
    assert texts("    for c in text:\n        out += c.upper()\n    m = c\n") == []
