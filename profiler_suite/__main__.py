"""``python -m profiler_suite``."""

import contextlib
import os
import sys

# A defect of the suite, or of how it was installed; EX_SOFTWARE of sysexits.h.
_INTERNAL = 70


def _neighbours_last() -> None:
    """What lies in this folder comes last: it may be called as a module that is needed here.

    Unless the package itself lies there.
    """
    here = os.path.realpath(sys.path[0])
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    if here == os.path.realpath(os.curdir) and here != package:
        sys.path.append(sys.path.pop(0))


if __name__ == "__main__":
    with contextlib.suppress(OSError, IndexError):  # the folder may be gone
        _neighbours_last()
    try:
        from profiler_suite.cli import main
    except KeyboardInterrupt:  # Ctrl-C before anything was begun
        sys.exit(130)
    except ImportError as error:
        sys.stderr.write(
            f"error: {error}; install what is missing: python -m pip install profiler-suite\n"
        )
        sys.exit(_INTERNAL)
    main()
