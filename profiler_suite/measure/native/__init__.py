"""Native samples: which compiled code a call spends its time in, by `perf_event_open`."""

from profiler_suite.measure.native.rate import gentle_frequency_hz
from profiler_suite.measure.native.rules import ENTRIES
from profiler_suite.measure.native.sampler import available, sample, to_speedscope

__all__ = ["ENTRIES", "available", "gentle_frequency_hz", "sample", "to_speedscope"]
