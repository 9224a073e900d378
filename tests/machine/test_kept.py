"""The cache keeps machines and baselines, and survives whatever lies in its folder."""

import threading
from pathlib import Path

import pytest

from profiler_suite.machine.kept import (
    CACHE_VARIABLE,
    cache_folder,
    keep_baselines,
    keep_exponents,
    keep_machine,
    keep_paces,
    kept_baselines,
    kept_exponents,
    kept_machine,
    kept_paces,
)
from tests.fake_machine import MACHINE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_environment_names_the_folder(folder: Path) -> None:
    assert cache_folder() == folder


def test_a_kept_machine_comes_back_the_same() -> None:
    assert kept_machine("fake") is None
    assert keep_machine(MACHINE)
    assert kept_machine("fake") == MACHINE


def test_the_smaller_baseline_is_kept() -> None:
    keep_baselines("f", {"ufunc": 40e-6, "gemm2": 1e-3})
    keep_baselines("f", {"ufunc": 50e-6, "gemm2": 0.9e-3, "memory": 2e-3})
    assert kept_baselines("f") == {"ufunc": 40e-6, "gemm2": 0.9e-3, "memory": 2e-3}


def test_exponents_follow_what_is_found_and_what_cannot_be_is_not_taken(folder: Path) -> None:
    assert kept_exponents("f") == {}
    keep_exponents("f", {"loop//one": (0.8, 0.1)})
    keep_exponents("f", {"loop//one": (0.6, 0.2), "fft//one": (0.5, 0.1)})
    found = kept_exponents("f")
    assert found["loop//one"] == pytest.approx((0.7, 0.15))
    assert found["fft//one"] == (0.5, 0.1)
    (folder / "exponents-f.json").write_text('{"loop//one": [9e9, 0.1], "fft//one": [0.5, 0]}')
    assert kept_exponents("f") == {}
    (folder / "exponents-f.json").write_text("{")
    assert kept_exponents("f") == {}


def test_paces_follow_what_is_found_half_way_and_within_limits(folder: Path) -> None:
    assert kept_paces("f") == {}
    keep_paces("f", {"rounds": 2.0, "lines": 100.0})
    assert kept_paces("f") == pytest.approx({"rounds": 2.0, "lines": 4.0})
    keep_paces("f", {"rounds": 0.5})
    assert kept_paces("f") == pytest.approx({"rounds": 1.0, "lines": 4.0})
    (folder / "paces-f.json").write_text('{"rounds": 0, "lines": 1e9, "prepare": 1.5}')
    assert kept_paces("f") == {"prepare": 1.5}
    (folder / "paces-f.json").write_text("[")
    assert kept_paces("f") == {}


def test_a_baseline_of_nothing_is_not_kept() -> None:
    keep_baselines("f", {"ufunc": 0.0})
    assert kept_baselines("f") == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"ufunc": "fast"}', b"\xff\x00"])
def test_corrupt_files_count_as_absent_and_are_replaced(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "floors-f.json").write_bytes(content)
    (folder / "machine-fake.json").write_bytes(content)
    assert kept_baselines("f") == {}
    assert kept_machine("fake") is None
    assert keep_baselines("f", {"ufunc": 1e-6})
    assert keep_machine(MACHINE)
    assert kept_baselines("f") == {"ufunc": 1e-6}
    assert kept_machine("fake") == MACHINE


def test_a_machine_under_a_foreign_name_is_not_taken(folder: Path) -> None:
    keep_machine(MACHINE)
    (folder / "machine-fake.json").rename(folder / "machine-other.json")
    assert kept_machine("other") is None


def test_an_unwritable_folder_is_no_error(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    assert not keep_machine(MACHINE)
    assert not keep_baselines("f", {"ufunc": 1e-6})
    assert kept_baselines("f") == {}


def test_concurrent_writers_leave_whole_files(folder: Path) -> None:
    def write(baseline: float) -> None:
        for _ in range(50):
            assert keep_baselines("f", {"ufunc": baseline})
            assert kept_baselines("f")["ufunc"] in (1e-6, 2e-6)

    writers = [threading.Thread(target=write, args=(baseline,)) for baseline in (1e-6, 2e-6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert set(kept_baselines("f")) == {"ufunc"}
    assert [file.name for file in folder.iterdir()] == ["floors-f.json"]
