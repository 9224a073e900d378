"""Reaching a scheduler: with certificates or without, there or not, a Dask scheduler or not."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from profiler_suite import cli
from profiler_suite.errors import UsageError
from profiler_suite.fleet import task
from profiler_suite.fleet.dispatch import _lacking
from profiler_suite.fleet.engine import DaskEngine
from profiler_suite.fleet.security import Certificates, security_of
from profiler_suite.model.rows import HostRecord

pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parents[2]
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates")


def made(folder: Path, name: str) -> Certificates:
    """A certificate that is its own authority."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words += ["-keyout", str(key), "-out", str(cert), "-subj", f"/CN={name}"]
    subprocess.run(words, check=True, capture_output=True)
    return Certificates(ca=cert, cert=cert, key=key)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made(tmp_path_factory.mktemp("certificates"), "fleet")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# ----------------------------------------------------------- what is wrong with the options


def test_an_encrypted_scheduler_needs_certificates() -> None:
    with pytest.raises(UsageError, match=r"needs certificates; give --tls-ca FILE, --tls-cert"):
        security_of("tls://127.0.0.1:8786", Certificates())


def test_certificates_need_an_encrypted_scheduler(tmp_path: Path) -> None:
    assert security_of("tcp://127.0.0.1:8786", Certificates()) is None
    with pytest.raises(
        UsageError, match=r"--tls-cert goes with an address that begins with tls"
    ):
        security_of("tcp://127.0.0.1:8786", Certificates(cert=tmp_path / "x"))


@needs_openssl
def test_certificates_that_cannot_be_used_are_one_sentence(
    certificates: Certificates, tmp_path: Path
) -> None:
    address = "tls://127.0.0.1:8786"
    assert security_of(address, certificates) is not None
    other = made(tmp_path, "other")
    (tmp_path / "text").write_text("no certificate")
    locked = tmp_path / "locked.key"
    words = ["openssl", "rsa", "-aes128", "-passout", "pass:word", "-in", str(other.key)]
    subprocess.run([*words, "-out", str(locked)], check=True, capture_output=True)
    replace = msgspec.structs.replace
    for wrong, said in (
        (replace(certificates, ca=tmp_path / "absent"), "--tls-ca .* cannot be read: No such"),
        (replace(certificates, key=other.key), "cannot be used .*belong together"),
        (replace(certificates, cert=tmp_path / "text"), "cannot be used"),
        (replace(certificates, ca=tmp_path), "cannot be read: Is a directory"),
        (replace(certificates, key=locked), "has a passphrase"),
        (replace(certificates, ca=None), "needs certificates"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            security_of(address, wrong)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        ["--tls-ca", "ca.pem"],
        ["--tls-key", "key.pem"],
        ["--wait", "30"],
    ],
)
def test_options_of_a_fleet_need_a_scheduler(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["sweep", "stride", *words]) == 2
    assert f"{words[0]} needs --scheduler ADDRESS" in capsys.readouterr().err


# ----------------------------------------------------------------- what answers, if anything


@pytest.mark.parametrize("scheme", ["http", "ucx", "inproc"])
def test_an_address_of_another_kind_is_none_of_a_scheduler(scheme: str) -> None:
    with pytest.raises(UsageError, match="is no address of a scheduler"):
        DaskEngine(f"{scheme}://127.0.0.1:1")


def test_no_scheduler_is_one_sentence_in_the_time_given() -> None:
    begun = time.monotonic()
    with pytest.raises(UsageError, match=r"no scheduler answers .* or wait longer with --wait"):
        DaskEngine(f"tcp://127.0.0.1:{free_port()}", wait_s=0.5)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("wait_s", [0.2, 1e-6], ids=["time for some tries", "for none"])
def test_where_a_loop_runs_already_the_scheduler_is_asked_beside_it(wait_s: float) -> None:
    async def asked() -> None:
        DaskEngine(f"tcp://127.0.0.1:{free_port()}", wait_s=wait_s)

    with pytest.raises(UsageError, match=r"no scheduler answers .*refused"):
        asyncio.run(asked())


@pytest.mark.parametrize("says", [b"", b"HTTP/1.0 400 Bad request\r\n\r\n" * 3])
def test_what_is_no_scheduler_is_not_waited_for_for_ever(says: bytes) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as held:
        server.settimeout(0.05)

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection = held.enter_context(server.accept()[0])
                    connection.sendall(says)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        begun = time.monotonic()
        with pytest.raises(UsageError, match="no scheduler answers"):
            DaskEngine(f"tcp://127.0.0.1:{server.getsockname()[1]}", wait_s=1.0)
        assert time.monotonic() - begun < 15
        ended.set()
        serving.join()


# ------------------------------------------------------------------------- a real scheduler


class Processes:
    """A scheduler and workers that are ended with the test."""

    def __init__(self, folder: Path, protocol: str, certificates: Certificates | None) -> None:
        self.folder = folder
        self.address = f"{protocol}://127.0.0.1:{free_port()}"
        self._tls = []
        if certificates is not None:
            self._tls = ["--tls-ca-file", str(certificates.ca), "--tls-cert"]
            self._tls += [str(certificates.cert), "--tls-key", str(certificates.key)]
        self._running: list[subprocess.Popen[bytes]] = []
        port = self.address.rpartition(":")[2]
        self._start("scheduler", "--protocol", protocol, "--host", "127.0.0.1", "--port", port)

    def _start(self, *words: str) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PROFILER_SUITE_CACHE": str(self.folder / "cache"),
            "DASK_TEMPORARY_DIRECTORY": str(self.folder / "dask"),
        }
        with (self.folder / f"log{len(self._running)}").open("wb") as log:
            self._running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *words, "--no-dashboard", *self._tls],
                    env=environment,
                    cwd=self.folder,
                    stderr=log,
                )
            )

    def worker(self, *words: str) -> None:
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--no-nanny")
        self._start("worker", self.address, *options, "--resources", "timing=1", *words)

    def end(self) -> None:
        for process in self._running:
            process.kill()
        for process in self._running:
            process.wait()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(tmp_path, "tcp", None)
    yield processes
    processes.end()


@pytest.fixture
def encrypted(tmp_path: Path, certificates: Certificates) -> Iterator[Processes]:
    processes = Processes(tmp_path, "tls", certificates)
    yield processes
    processes.end()


def answer(engine: DaskEngine) -> str | HostRecord:
    """What the first worker to come says when it is asked to introduce itself."""
    end = time.monotonic() + 60
    while not (workers := engine.workers()) and time.monotonic() < end:
        time.sleep(0.1)
    engine.ask(task.introduce, b"", workers[0], timing=False)
    while not (replies := engine.replies(1.0)) and time.monotonic() < end:
        pass
    (reply,) = replies
    return reply.error or msgspec.json.decode(reply.answer, type=HostRecord)


@pytest.mark.slow
@needs_openssl
def test_certificates_reach_an_encrypted_scheduler_and_its_worker(
    encrypted: Processes, certificates: Certificates, tmp_path: Path
) -> None:
    encrypted.worker()
    engine = DaskEngine(encrypted.address, certificates, wait_s=60)
    try:
        found = answer(engine)
        assert isinstance(found, HostRecord), found
    finally:
        engine.close()
    # Others' certificates, and none, are one sentence.
    other = made(tmp_path, "other")
    with pytest.raises(UsageError, match="its certificate and ours do not match"):
        DaskEngine(encrypted.address, other, wait_s=2)
    mixed = msgspec.structs.replace(other, ca=certificates.ca)
    with pytest.raises(UsageError, match="its certificate and ours do not match"):
        DaskEngine(encrypted.address, mixed, wait_s=2)
    with pytest.raises(UsageError, match="perhaps because it is encrypted"):
        DaskEngine(encrypted.address.replace("tls", "tcp"), wait_s=2)


BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "profiler_suite":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Block())
"""


@pytest.mark.slow
def test_a_worker_without_the_package_says_so_and_lives(
    plain: Processes, tmp_path: Path
) -> None:
    (tmp_path / "block.py").write_text(BLOCK)
    plain.worker("--preload", str(tmp_path / "block.py"))
    engine = DaskEngine(plain.address, wait_s=60)
    try:
        for _ in range(2):
            found = answer(engine)
            assert isinstance(found, str)
            assert _lacking(found).startswith("it has no profiler_suite; install it there")
    finally:
        engine.close()


@pytest.mark.slow
def test_no_worker_and_none_that_may_measure_are_one_sentence(
    plain: Processes, tmp_path: Path
) -> None:
    def sweep() -> subprocess.CompletedProcess[str]:
        words = ["sweep", str(ROOT / "tests/files/tiny.py"), "--quick", "-q"]
        words += ["--scheduler", plain.address, "--wait", "30", "--out", str(tmp_path / "out")]
        return subprocess.run(
            [sys.executable, "-c", NO_PATIENCE, *words],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    DaskEngine(plain.address, wait_s=60).close()
    ended = sweep()
    assert ended.returncode == 3, ended.stderr
    assert ended.stderr.count("\n") == 1
    said = "no worker has connected within 30 s; start one with: dask worker tcp://"
    assert said in ended.stderr
    (tmp_path / "block.py").write_text(BLOCK)
    plain.worker("--preload", str(tmp_path / "block.py"))
    engine = DaskEngine(plain.address, wait_s=60)
    answer(engine)
    engine.close()
    ended = sweep()
    assert ended.returncode == 3, ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "no worker may measure: worker tcp://" in ended.stderr
    assert "it has no profiler_suite; install it there" in ended.stderr


# The command itself, with a wait that ends when the scheduler has been asked once.
NO_PATIENCE = """
import sys
from profiler_suite.fleet import dispatch
begin = dispatch.Driver.__init__
def impatient(self, *arguments, **options):
    begin(self, *arguments, **(options | {"wait_s": 3.0}))
dispatch.Driver.__init__ = impatient
from profiler_suite.cli import main
main(sys.argv[1:])
"""
