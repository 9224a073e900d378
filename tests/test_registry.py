"""Registries: a name once, copies handed out; files of one's own and plugins in and out."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from profiler_suite import registry
from profiler_suite.errors import UsageError
from profiler_suite.registry import PLUGINS, Registry, forget, run_file, use_plugins

COLOURS: Registry[str] = Registry("colour", (), taken=frozenset({"grey"}))


def colour(function: Callable[[], str]) -> Callable[[], str]:
    """Enter a colour, as the files of these tests do."""
    COLOURS.add(function.__name__, function(), function)
    return function


PLUGIN = """
from tests.test_registry import colour

@colour
def {name}():
    return "{value}"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Writes a file that enters a colour; what such files entered is taken out at the end."""
    made: list[Path] = []
    monkeypatch.setenv(PLUGINS, "")

    def write(name: str, value: str = "#000", *, file: str = "own.py", more: str = "") -> Path:
        path = (tmp_path / file).resolve()
        path.write_text(PLUGIN.format(name=name, value=value) + more)
        made.append(path)
        return path

    yield write
    for path in made:
        forget(path)
        registry._LOADED.discard(path)


def test_a_file_that_is_run_again_replaces_what_it_entered(own: Callable[..., Path]) -> None:
    run_file(own("red", "#a00"), "test")
    assert COLOURS.entries() == {"red": "#a00"}
    run_file(own("red", "#b00"), "test")
    assert COLOURS.find("red") == "#b00"


def test_a_name_is_entered_once_and_the_error_says_where_it_is(
    own: Callable[..., Path],
) -> None:
    first = run_file(own("blue"), "test").__file__
    second = own("blue", file="other.py")
    with pytest.raises(UsageError) as caught:
        run_file(second, "test")
    assert f"{second}, line 4: colour 'blue' is registered twice" in str(caught.value)
    assert f"(it is in {first})" in str(caught.value)


def test_a_name_that_is_taken_is_refused(own: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="colour 'grey' is registered twice"):
        run_file(own("grey"), "test")


def test_half_a_file_enters_nothing(own: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match=r"own\.py, line 8: ZeroDivisionError"):
        run_file(own("green", more="\n1 / 0\n"), "test")
    assert "green" not in COLOURS.entries()


def test_a_misspelt_name_gets_the_nearest(own: Callable[..., Path]) -> None:
    run_file(own("magenta"), "test")
    with pytest.raises(UsageError, match="unknown colour 'magneta'; did you mean 'magenta'"):
        COLOURS.find("magneta")


def test_a_plugin_is_run_once_when_someone_asks(own: Callable[..., Path]) -> None:
    path = own("cyan", "#0aa")
    use_plugins((str(path), str(path)))
    assert os.environ[PLUGINS] == str(path)  # children read it there
    assert COLOURS.entries() == {"cyan": "#0aa"}
    path.unlink()
    assert COLOURS.entries() == {"cyan": "#0aa"}


def test_two_plugins_of_which_one_asks_while_it_is_run(own: Callable[..., Path]) -> None:
    first = own("one", more="\nfrom tests.test_registry import COLOURS\nCOLOURS.entries()\n")
    use_plugins((str(first), str(own("two", file="other.py"))))
    assert set(COLOURS.entries()) == {"one", "two"}


def test_a_plugin_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the plugin '.*gone\.py' does not exist"):
        use_plugins((str(tmp_path / "gone.py"),))
    with pytest.raises(UsageError, match="is a folder"):
        use_plugins((str(tmp_path),))


def test_a_plugin_cannot_take_a_name_of_ours_before_our_module_is_imported(
    own: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own("white")
    run_file(path, "test")

    def white() -> str:
        return "#fff"

    monkeypatch.setattr(registry, "_is_ours", lambda file: file == Path(__file__).resolve())
    colour(white)
    with pytest.raises(UsageError, match=r"own\.py: colour 'white' is registered twice"):
        COLOURS.entries()
    forget(path)
    forget(Path(__file__).resolve())
    assert "white" not in COLOURS.entries()
