"""Native samples: which compiled code a call spends its time in, by `perf_event_open`."""

from profiler_suite.measure.native.sampler import (
    DEFAULT_FREQUENCY_HZ,
    available,
    sample,
    to_speedscope,
)

__all__ = ["DEFAULT_FREQUENCY_HZ", "available", "sample", "to_speedscope"]
