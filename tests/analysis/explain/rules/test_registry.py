"""The catalogue: one entry a rule, none twice, everything said."""

import json

import pytest

from profiler_suite import cli
from profiler_suite.analysis.explain.rules.registry import FAMILIES, catalogue, rule
from profiler_suite.errors import UsageError

SAID = {
    "looks_for": "nothing",
    "rewrite": "nothing",
    "exact": "always",
    "thread": "https://example.org",
}


def ended(arguments: list[str]) -> object:
    return cli.run(arguments)


def test_every_rule_says_what_it_looks_for_and_where_it_comes_from() -> None:
    for each in catalogue():
        assert each.family in FAMILIES
        for said in (each.looks_for, each.rewrite, each.exact, each.tried):
            assert said.strip(), each.name
        assert each.thread.startswith("https://"), each.name
        assert each.find.__doc__, each.name


def test_a_name_is_given_once() -> None:
    def integer_product(seen: object) -> tuple[()]:
        return ()

    catalogue()
    with pytest.raises(UsageError, match="rule 'integer_product' is registered twice"):
        rule("dtype", **SAID)(integer_product)


@pytest.mark.parametrize(
    ("family", "said", "message"),
    [
        ("colour", SAID, "no family 'colour'"),
        ("dtype", {**SAID, "thread": "somewhere"}, "no https:// address"),
        ("dtype", {**SAID, "tried": "twice"}, "nothing is tried as 'twice'"),
    ],
)
def test_what_is_not_known_is_refused(family: str, said: dict[str, str], message: str) -> None:
    def new_rule(seen: object) -> tuple[()]:
        return ()

    with pytest.raises(UsageError, match=message):
        rule(family, **said)(new_rule)
    assert "new_rule" not in {each.name for each in catalogue()}


def test_the_list_shows_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["list", "rules"]) == 0
    shown = capsys.readouterr().out
    for each in catalogue():
        assert f"{each.name}:" in shown
    assert f"{len(catalogue())} rules" in shown


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["list", "rules", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in found["rules"]] == [each.name for each in catalogue()]
    assert ended(["list", "--json"]) == 2
    assert "list rules --json" in capsys.readouterr().err
