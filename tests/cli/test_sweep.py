"""Options of a sweep that do not go together are said before anything is measured."""

from pathlib import Path
from typing import Any

import pytest

from profiler_suite.cli import sweep
from profiler_suite.errors import UsageError
from tests.cli.requests import request


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"versus": Path("p"), "shard": (1, 2)}, "--versus and --shard cannot be combined"),
        ({"versus": Path("p"), "scheduler": "a"}, "--versus and --scheduler cannot"),
        ({"fail_on": 0.05}, "--fail-on needs --versus PYTHON here"),
        ({"tls_ca": Path("ca")}, "--tls-ca needs --scheduler ADDRESS"),
        ({"tls_key": Path("key")}, "--tls-key needs --scheduler"),
        ({"wait": 0.0}, "--wait needs --scheduler"),
        ({"point": ("a/b",), "shard": (1, 2)}, "--point and --shard cannot"),
        ({"experiments": ("seed_questoin",)}, "seed_question"),
    ],
)
def test_what_does_not_go_together_is_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        sweep._choose(request(**options))


def test_experiments_are_chosen_by_name_with_their_files(tmp_path: Path) -> None:
    chosen = sweep._choose(request(experiments=("stride", "depth"), out=tmp_path / "new"))
    assert [each.name for each in chosen.experiments] == ["stride", "depth"]
    assert [Path(file).stem for file in chosen.files] == ["stride", "depth"]
    assert chosen.resumed is None
    assert chosen.folder(request(out=tmp_path / "new")) == tmp_path / "new"


def test_without_a_folder_a_new_one_is_named_below_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = sweep._new_folder([], request(mode="quick"))
    assert found.parent == Path("reports")
    assert found.name.endswith("-sweep-quick")
    assert not found.exists()
