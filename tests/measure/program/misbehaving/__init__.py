"""Programs that do what is hard to watch, small ones; each is a folder's files by name.

`main.py` is run. What it prints must not depend on process ids, times or addresses.
"""

from tests.measure.program.misbehaving.ends import ENDS
from tests.measure.program.misbehaving.files import Files
from tests.measure.program.misbehaving.hooks import HOOKS
from tests.measure.program.misbehaving.imports import IMPORTS, MODULES
from tests.measure.program.misbehaving.limits import LIMITS
from tests.measure.program.misbehaving.processes import PROCESSES
from tests.measure.program.misbehaving.streams import STREAMS

__all__ = ["MODULES", "PROGRAMS", "Files"]

PROGRAMS: dict[str, Files] = ENDS | STREAMS | PROCESSES | HOOKS | LIMITS | IMPORTS
