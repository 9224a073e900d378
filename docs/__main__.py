"""Writes the pages that are generated: `python -m docs`."""

import sys
from pathlib import Path

from docs import commands, counting, fields
from profiler_suite.files import write_whole

PAGES = Path(__file__).resolve().parent / "pages"
GENERATED = {
    "commands.md": commands.page,
    "counting.md": counting.page,
    "fields.md": fields.page,
}

if __name__ == "__main__":
    for name, page in GENERATED.items():
        write_whole(PAGES / name, page())
        sys.stderr.write(f"{PAGES / name}\n")
