"""Experiments are found by name or path; a faulty file ends in one sentence with its line."""

import importlib
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.registry import forget
from profiler_suite.workloads import catalogue, registry

GOOD = """
from profiler_suite.model import Experiment
from profiler_suite.workloads import dense

experiment = Experiment(
    name="mine",
    question="How?",
    axis="rows",
    problems=(dense.problem(rows=2, columns=2),),
    implementations=("dot",),
)
"""
WITH_IMPLEMENTATION = (
    GOOD
    + """
from profiler_suite.model import Cost
from profiler_suite.workloads.registry import implementation

def no_cost(problem):
    return Cost(flop=1, compulsory_bytes=1)

@implementation("dense", family="product", cost=no_cost)
def my_own_dot(matrix, right):
    \"\"\"Mine.\"\"\"
    return matrix @ right
"""
)


def file_with(folder: Path, text: str) -> Path:
    path = folder / "my_experiment.py"
    path.write_text(text, encoding="utf-8")
    return path


def failure(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        catalogue.find(file_with(folder, text))
    assert "\n" not in str(caught.value)
    assert "my_experiment.py" in str(caught.value)
    return str(caught.value)


def test_the_eight_built_in_experiments_are_there() -> None:
    assert set(catalogue.built_in()) >= {
        "seed_question",
        "input_size",
        "filter_count",
        "stride",
        "depth",
        "blas_threads",
        "network_layers",
        "large_filter",
    }
    assert catalogue.built_in()[0] == "seed_question"


@pytest.mark.parametrize("name", catalogue.built_in())
@pytest.mark.parametrize("quick", [False, True], ids=["default", "quick"])
def test_a_built_in_experiment_can_be_run(name: str, quick: bool) -> None:
    found = catalogue.find(name)
    experiment = found.experiment
    assert (experiment.name, found.path.stem) == (name, name)
    assert experiment.question.endswith("?")
    problems = experiment.quick_problems if quick else experiment.problems
    names = (quick and experiment.quick_implementations) or experiment.implementations
    workloads = {problem.workload for problem in problems}
    for problem in problems:
        registry.find_workload(problem.workload).validate(problem)
    assert {registry.find_implementation(each).workload for each in names} == workloads
    labels = [registry.find_workload(p.workload).label(p) for p in problems]
    assert len(set(labels)) == len(labels)
    assert set(experiment.pair) <= set(names)


def test_the_network_layers_are_the_distinct_ones_of_their_papers() -> None:
    experiment = catalogue.find("network_layers").experiment
    counts = {
        "AlexNet": 5,
        "VGG-16": 9,
        "ResNet-50": 20,
        "MobileNet": 4,
        "EfficientNet-B0": 4,
        "Inception-v3": 2,
        "U-Net": 2,
    }
    for network, count in counts.items():
        assert sum(p.name.startswith(network) for p in experiment.problems) == count
        assert any(source.startswith(network) for source in experiment.sources)
    (across, along) = (p for p in experiment.problems if p.name.startswith("Inception"))
    assert (across.dims["height"], across.dims["width"]) == (17, 23)
    assert (along.dims["height"], along.dims["width"]) == (23, 17)
    # VGG-16 conv1_2, without its biases: 224 × 224 × 64 outputs of 9 × 64 products.
    (layer,) = (p for p in experiment.problems if p.name == "VGG-16 conv1_2")
    cost = registry.find_implementation("taps").cost(layer)
    assert cost.flop == 2 * 224 * 224 * 64 * 9 * 64


def test_an_experiment_of_one_s_own_is_found_by_path(tmp_path: Path) -> None:
    path = file_with(tmp_path, GOOD)
    found = catalogue.find(str(path))
    assert (found.experiment.name, found.path) == ("mine", path)


def test_a_relative_path_becomes_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_with(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    assert catalogue.find("my_experiment.py").path == path.resolve()
    with pytest.raises(UsageError, match=r"did you mean the file 'my_experiment\.py'\?"):
        catalogue.find("my_experiment")


def test_the_same_file_can_be_loaded_again_and_edited_between(tmp_path: Path) -> None:
    path = file_with(tmp_path, WITH_IMPLEMENTATION)
    try:
        catalogue.find(path)
        catalogue.find(path)
        assert registry.find_implementation("my_own_dot").summary == "Mine."
        file_with(tmp_path, WITH_IMPLEMENTATION.replace("Mine.", "Edited."))
        catalogue.find(path)
        assert registry.find_implementation("my_own_dot").summary == "Edited."
    finally:
        forget(path.resolve())


def test_a_file_that_fails_leaves_nothing_in_the_registry(tmp_path: Path) -> None:
    said = failure(tmp_path, WITH_IMPLEMENTATION + "\n1 / 0\n")
    assert "ZeroDivisionError: division by zero" in said
    assert "my_own_dot" not in registry.implementations()


def test_a_file_may_import_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_mine.py").write_text("SIZE = 2\n")
    text = "from neighbour_of_mine import SIZE\n" + GOOD.replace("rows=2", "rows=SIZE")
    importlib.invalidate_caches()
    assert catalogue.find(file_with(tmp_path, text)).experiment.name == "mine"


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown experiment 'strid'; did you mean 'stride'"):
        catalogue.find("strid")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist; give a Python file"):
        catalogue.find(tmp_path / "nowhere.py")
    with pytest.raises(UsageError, match="is a folder"):
        catalogue.find(f"{tmp_path}/")


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    assert "line 2: not valid Python" in failure(tmp_path, "x = 1\ny = = 2\n")


def test_null_bytes_are_not_python(tmp_path: Path) -> None:
    assert "null bytes" in failure(tmp_path, "x = 1\0\n")


def test_an_exception_names_the_line_of_the_user_s_file(tmp_path: Path) -> None:
    said = failure(tmp_path, "import json\n\n\njson.loads('{')\n")
    assert "line 4: JSONDecodeError" in said


def test_an_impossible_problem_names_the_line_and_the_reason(tmp_path: Path) -> None:
    said = failure(tmp_path, GOOD.replace("rows=2", "rows=-2"))
    assert "line 9: rows is -2; give a whole number of at least 1" in said


def test_a_file_that_exits_is_an_error(tmp_path: Path) -> None:
    assert "line 1: SystemExit: 3" in failure(tmp_path, "raise SystemExit(3)\n")


def test_a_file_without_an_experiment_says_what_is_missing(tmp_path: Path) -> None:
    assert "defines no variable `experiment`" in failure(tmp_path, "x = 1\n")


def test_an_experiment_must_be_an_experiment(tmp_path: Path) -> None:
    assert "is of type dict; make it" in failure(tmp_path, "experiment = {}\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name="mine"', "name=3", "not well formed: Expected `str`"),
        ('name="mine"', 'name="a/b"', "is named 'a/b'; use letters"),
        ('("dot",)', "()", "has no implementations"),
    ],
)
def test_fields_are_checked(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in failure(tmp_path, GOOD.replace(old, new))
