"""Files that an option names: refused before anything is run, written in the end."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profiler_suite.files import Kind, Output


def opened_output(
    opened: contextlib.ExitStack, path: Path | None, option: str, kind: "Kind", *, force: bool
) -> "Output | None":
    """The file of that option, open as long as the stack is; None where none was named."""
    if path is None:
        return None
    from profiler_suite.files import Output

    remedy = f"give another file with {option}, or --force to replace it"
    return opened.enter_context(Output(path, kind, force=force, remedy=remedy))
