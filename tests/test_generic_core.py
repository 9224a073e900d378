"""The core knows no workload: what a problem is called and made of, its workload says."""

import ast
import re
from pathlib import Path

import pytest

from profiler_suite.model.experiment import Problem
from profiler_suite.model.workload import DimensionWords, Workload
from profiler_suite.registry import forget
from profiler_suite.workloads import registry, short_forms, wording

PACKAGE = Path(__file__).resolve().parents[1] / "profiler_suite"
OWN = ("workloads", "experiments")
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*"))
    if path.suffix in (".py", ".j2", ".css", ".js")
    and path.relative_to(PACKAGE).parts[0] not in OWN
]
BUILT_IN = [w for n, w in registry.workloads().items() if n in ("convolution", "dense")]
# Also what tables, pictures and machines have: these are nobody's own words.
ORDINARY = {"rows", "columns", "width", "height", "sizes", "strides", "batch"}
NAMES = {n for w in BUILT_IN for n in (w.name, *w.dims, *w.short_forms)} - ORDINARY
# In prose, and of NumPy's own functions, the words are anybody's; as names they are not.
NO_WORDS = re.compile(r"""["'](convolution|dense)["']|filter_(height|width)""")


def named(source: str) -> set[str]:
    """The workloads and dimensions that code names as a text."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } & NAMES


def test_the_names_looked_for_are_those_of_the_workloads() -> None:
    assert {"convolution", "dense", "filters", "stride", "channels"} <= NAMES
    assert named("if row.workload == 'dense': pass") == {"dense"}
    assert NO_WORDS.search('<table class="dense">')
    assert not NO_WORDS.search("# np.convolve is a convolution")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_workload_is_named_outside_its_own_room(path: Path) -> None:
    text = path.read_text()
    assert not NO_WORDS.findall(text)
    if path.suffix == ".py":
        assert not named(text)


def test_every_short_form_is_some_workloads() -> None:
    owned = {name for workload in BUILT_IN for name in workload.short_forms}
    assert set(short_forms.OPTIONS) == owned
    for workload in BUILT_IN:
        for dims in workload.short_forms.values():
            assert set(dims) <= set(workload.dims)
        assert set(workload.words) <= set(workload.dims)
        assert set(workload.grid) <= set(workload.dims)


def test_a_workload_of_ones_own_has_its_own_words() -> None:
    def validate(problem: Problem) -> None: ...

    own = Workload(
        name="queue",
        dims=("servers", "max_wait"),
        validate=validate,
        label=lambda problem: "q",
        arguments=lambda problem, seed: (),
        data_bytes=lambda problem: 0.0,
        describe=lambda problem: f"a queue before {problem.dims['servers']} servers",
        words={
            "servers": DimensionWords(
                heading="number of servers", noun="server count", setting="{0} servers"
            )
        },
    )
    assert wording.in_words("queue", {"servers": 3.0, "max_wait": 5.0}) == ""
    registry.add_workload(own)
    try:
        assert wording.heading("servers") == "number of servers"
        assert wording.noun("servers") == "server count"
        assert wording.setting("servers", 3.0) == "3 servers"
        assert wording.heading("max_wait") == "max_wait"
        assert wording.noun("max_wait") == "max wait"
        assert wording.setting("max_wait", 5) == "max wait 5"
        said = wording.in_words("queue", {"servers": 3.0, "max_wait": 5.0})
        assert said == "a queue before 3 servers"
    finally:
        forget(Path(__file__).resolve())
