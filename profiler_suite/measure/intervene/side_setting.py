"""What a process runs under: interpreter, variables, values, threads, processor time."""

import msgspec

from profiler_suite.model.noun import Noun


class SideSetting(Noun, frozen=True):
    """All that is set for the processes of one side; what is empty or 0 stays as it is here."""

    python: str = ""
    """Another interpreter, with its own libraries."""
    variables: dict[str, str] = msgspec.field(default_factory=dict)
    """The environment variables that change speed; there are no others of them."""
    seed: int = 0
    """Of the random data."""
    threads: int = 0
    """BLAS threads of every point, in place of its own."""
    cores: int = 0
    """Logical CPUs that the process may use."""
    quota_cores: float = 0.0
    """Processor time per time, in cores."""
