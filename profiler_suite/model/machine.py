"""A machine: its facts, ceilings and call costs."""

from collections.abc import Sequence

from profiler_suite.model.noun import Count, Noun, Number, Seconds


class Cache(Noun, frozen=True):
    """One level of data cache."""

    level: Count
    size_bytes: Count
    shared_by_cores: Count


def last_cache(caches: Sequence[Cache]) -> Cache | None:
    """The cache before the memory: of the highest level, the largest; None: not known."""
    return max(caches, key=lambda cache: (cache.level, cache.size_bytes), default=None)


class BlasLibrary(Noun, frozen=True):
    """A native library with threads of its own, as loaded in the process."""

    name: str
    version: str
    architecture: str
    """Kernel architecture it chose, such as 'SkylakeX'; empty if it does not say."""
    threading: str
    threads: Count


class MachineFacts(Noun, frozen=True):
    """What the machine says of itself; an empty string or 0 means it does not say."""

    host: str
    system: str
    cpu: str
    architecture: str
    sockets: Count
    cores: Count
    """Physical cores."""
    threads_per_core: Count
    logical_cpus: Count
    cores_allowed: Count
    """Logical CPUs that this process may use, by affinity and cgroup quota."""
    quota_cores: Number
    """cgroup CPU quota in cores; 0 when there is none."""
    caches: tuple[Cache, ...]
    numa_nodes: Count
    governor: str
    boost: str
    virtualised: str
    memory_bytes: Count
    python: str
    numpy: str
    scipy: str
    blas: tuple[BlasLibrary, ...]
    vector_bytes: Count = 0
    """Of the widest vectors that the processor's flags name."""
    pages: str = ""
    """Size of a page, and where the system offers huge ones: '4 KiB, huge: madvise'."""

    @property
    def last_cache_bytes(self) -> int:
        """Size of the last cache; 0 where it is not known."""
        last = last_cache(self.caches)
        return last.size_bytes if last else 0


class Ceiling(Noun, frozen=True):
    """A measured limit of the machine, with its spread."""

    quantity: str
    """'peak' (FLOP/s), 'bandwidth' (bytes/s), 'page_fault' or 'allocation' (s)."""
    label: str
    """What it is in words, for a legend: 'best GEMM, float64', 'memory read'."""
    dtype: str = ""
    threads: Count = 1
    level: str = ""
    """For bandwidth: 'L1', 'L2', 'L3' or 'memory'."""
    access: str = ""
    """For bandwidth: 'read', 'copy', 'update' (read and write in place) or 'triad'."""
    value: Number = 0.0
    """Best value in the unit of the quantity; 0 when not measured."""
    median: Number = 0.0
    low: Number = 0.0
    """5th percentile over rounds."""
    high: Number = 0.0
    """95th percentile over rounds."""
    warning: str = ""
    """Why it should not be trusted, or why it was not measured; empty when fine."""


class CallCost(Noun, frozen=True):
    """Fit t = fixed + n / rate of one operation over its number of elements."""

    operation: str
    """Such as 'np.add', 'slice', 'python call'."""
    layout: str
    """'contiguous', 'strided' or 'scalar'."""
    dims: Count
    dtype: str
    fixed_s: Seconds
    fixed_low_s: Seconds
    fixed_high_s: Seconds
    rate_per_s: Number
    """Asymptotic elements (for products: FLOP) per second; 0 when it does not grow."""
    n_half: Number
    """Elements (FLOP) at which half the time is fixed cost: fixed_s × rate_per_s."""
    unit: str = "elements"
    """What rate_per_s and n_half count: 'elements', or 'FLOP' for products and transforms."""


class Machine(Noun, frozen=True):
    """Facts, ceilings and call costs of one machine and software, and what is missing."""

    fingerprint: str
    """Hash of what the measurements depend on: CPU, cores allowed, Python, NumPy, BLAS."""
    facts: MachineFacts
    ceilings: tuple[Ceiling, ...]
    call_costs: tuple[CallCost, ...]
    measured_at: str
    """ISO 8601, UTC."""
    coarse: bool
    """Measured in a hurry, for a quick sweep."""
    duration_s: Seconds
    unavailable: tuple[str, ...] = ()
    """Sentences on what cannot be known or measured here."""
    usable_bytes: dict[str, Number] = {}
    """Level → working set up to which reads still run at that level's speed, bytes, as
    measured; a shared host may leave a guest less than the cache's size. Absent when not
    measured."""
    chain_step_s: Seconds = 0.0
    """One step of a chain of dependent multiplications, s: tells the clock; 0 where not
    measured."""

    @classmethod
    def unmeasured(cls, fingerprint: str, facts: MachineFacts) -> "Machine":
        """One that is known by what it says of itself alone."""
        return cls(
            fingerprint=fingerprint,
            facts=facts,
            ceilings=(),
            call_costs=(),
            measured_at="",
            coarse=True,
            duration_s=0.0,
        )

    def peak_flop_per_s(self, dtype: str, threads: int = 1) -> float:
        """Best GEMM rate measured for dtype and thread count; 0 when not measured."""
        return max(
            (
                c.value
                for c in self.ceilings
                if (c.quantity, c.dtype, c.threads) == ("peak", dtype, threads)
            ),
            default=0.0,
        )

    def bandwidth(self, level: str, threads: int = 1, access: str = "") -> float:
        """Best bandwidth of a level, bytes/s; 0 when not measured.

        `access` is 'read', 'copy', …; empty for the best of all.
        """
        return max(
            (
                c.value
                for c in self.ceilings
                if (c.quantity, c.level, c.threads) == ("bandwidth", level, threads)
                and access in ("", c.access)
            ),
            default=0.0,
        )
