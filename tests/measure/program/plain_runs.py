"""What a command prints, writes and ends with, to be compared with what another one does."""

import dataclasses
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.measure.program.misbehaving import Files


@dataclasses.dataclass(frozen=True)
class Outcome:
    code: int
    out: bytes
    err: bytes
    files: dict[str, bytes]


def outcome(command: Sequence[str | bytes], folder: Path) -> Outcome:
    done = subprocess.run(
        command,
        cwd=folder,
        input=b"first line\nand more",
        capture_output=True,
        timeout=60,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV_")},
    )
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
    err = re.sub(rb"0x[0-9a-f]{8,}", b"0x", done.stderr)  # threads have addresses
    return Outcome(done.returncode, done.stdout, err, files)


def write(files: Files, folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    folder.mkdir(exist_ok=True)
    return folder
