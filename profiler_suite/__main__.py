"""``python -m profiler_suite``."""

import sys

# A defect of the suite, or of how it was installed; EX_SOFTWARE of sysexits.h.
_INTERNAL = 70

if __name__ == "__main__":
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
