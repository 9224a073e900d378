"""Ways to run a function other than as it stands: what `explain --what-if` measures."""

import enum

from profiler_suite.model.noun import Noun


class WayKind(enum.StrEnum):
    """What is different about a way."""

    FLOAT32 = "float32"  # arguments in half the bytes
    THREADS = "threads"  # another number of BLAS threads
    NUMBA = "numba"  # compiled by Numba
    JAX = "jax"  # array calls of JAX instead of NumPy's
    TORCH = "torch"  # array calls of PyTorch


LIBRARIES = {
    WayKind.NUMBA: "Numba",
    WayKind.JAX: "JAX",
    WayKind.TORCH: "PyTorch",
}
"""Kinds that need a package, which is called as the kind is; its name for readers."""

ON_ACCELERATORS = frozenset({WayKind.JAX, WayKind.TORCH})
"""Kinds that can run on an accelerator, where one is asked for."""


class Way(Noun, frozen=True):
    """One way to run a function."""

    kind: WayKind
    threads: int = 0
    """For another number of BLAS threads."""
    device: str = ""
    """An accelerator, as its library names it: 'cuda', 'mps', 'gpu', 'tpu'; empty for none."""

    @property
    def text(self) -> str:
        """As it is named for readers: 'float32 arguments', '2 BLAS threads', 'JAX on gpu'."""
        if self.kind is WayKind.FLOAT32:
            return "float32 arguments"
        if self.kind is WayKind.THREADS:
            return f"{self.threads} BLAS thread{'' if self.threads == 1 else 's'}"
        library = LIBRARIES[self.kind]
        return f"{library} on {self.device}" if self.device else library
