"""Names a machine and its software by what measured ceilings depend on."""

import hashlib
import json

from profiler_suite.model.machine import MachineFacts

PROBE_VERSION = 2
"""Raised whenever a probe changes, so that older values are measured again."""


def fingerprint(facts: MachineFacts) -> str:
    """16 hexadecimal digits; the same for the same CPU, cores allowed, Python, NumPy and BLAS.

    The host's name and load, and the threads BLAS happens to be set to, do not count.
    """
    depends_on = [
        PROBE_VERSION,
        facts.system.split(" ")[0],
        facts.cpu,
        facts.architecture,
        facts.cores_allowed,
        facts.quota_cores,
        [[cache.level, cache.size_bytes, cache.shared_by_cores] for cache in facts.caches],
        facts.python,
        facts.numpy,
        [[blas.name, blas.version, blas.architecture] for blas in facts.blas],
    ]
    text = json.dumps(depends_on, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
