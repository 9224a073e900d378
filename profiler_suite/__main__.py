"""``python -m profiler_suite``."""

import sys

if __name__ == "__main__":
    try:
        from profiler_suite.cli import main
    except KeyboardInterrupt:  # Ctrl-C before anything was begun
        sys.exit(130)
    main()
