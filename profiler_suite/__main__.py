"""``python -m profiler_suite``."""

from profiler_suite.cli import main

if __name__ == "__main__":
    main()
