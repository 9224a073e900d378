"""Questions to the operating system whose answer is a short text, or nothing."""

import subprocess
from pathlib import Path


def text_of(file: Path) -> str:
    """What a file under /proc or /sys says, stripped; empty when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def sysctl(name: str) -> str:
    """A value of macOS's sysctl; empty when there is no such name."""
    try:
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
