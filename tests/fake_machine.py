"""A machine with round numbers, for arithmetic that can be checked by hand."""

from profiler_suite.model.machine import Cache, CallCost, Ceiling, Machine, MachineFacts

FACTS = MachineFacts(
    host="host",
    system="Linux",
    cpu="A CPU",
    architecture="x86_64",
    sockets=1,
    cores=2,
    threads_per_core=1,
    logical_cpus=2,
    cores_allowed=2,
    quota_cores=0.0,
    caches=(
        Cache(level=1, size_bytes=32 * 2**10, shared_by_cores=1),
        Cache(level=2, size_bytes=2**20, shared_by_cores=1),
        Cache(level=3, size_bytes=32 * 2**20, shared_by_cores=2),
    ),
    numa_nodes=1,
    governor="",
    boost="",
    virtualised="",
    memory_bytes=16 * 2**30,
    python="3.11",
    numpy="2.0",
    scipy="1.13",
    blas=(),
)


def ceiling(quantity: str, value: float, **fields: object) -> Ceiling:
    return Ceiling(
        quantity=quantity,
        label=f"{quantity} {fields}",
        value=value,
        median=value,
        low=value,
        high=value,
        **fields,  # type: ignore[arg-type]
    )


def call_cost(operation: str, layout: str, fixed_s: float, rate: float = 0.0) -> CallCost:
    return CallCost(
        operation=operation,
        layout=layout,
        dims=1,
        dtype="float64",
        fixed_s=fixed_s,
        fixed_low_s=fixed_s,
        fixed_high_s=fixed_s,
        rate_per_s=rate,
        n_half=fixed_s * rate,
    )


MACHINE = Machine(
    fingerprint="fake",
    facts=FACTS,
    ceilings=(
        ceiling("peak", 40e9, dtype="float64", threads=1),
        ceiling("peak", 80e9, dtype="float64", threads=2),
        ceiling("peak", 80e9, dtype="float32", threads=1),
        ceiling("bandwidth", 200e9, level="L1", access="read"),
        ceiling("bandwidth", 100e9, level="L2", access="read"),
        ceiling("bandwidth", 50e9, level="L3", access="read"),
        ceiling("bandwidth", 20e9, level="memory", access="read"),
    ),
    call_costs=(
        call_cost("slice", "strided", 1e-6),
        call_cost("a * b", "strided", 1e-6, 1e9),
        call_cost("np.multiply", "contiguous", 1e-6, 1e9),
        call_cost("np.add.reduce", "contiguous", 1e-6, 1e9),
        call_cost("np.sum", "strided", 1e-6, 1e9),
        call_cost("scalar store", "scalar", 1e-6),
        call_cost("scalar multiply-add", "scalar", 1e-7),
        call_cost("loop iteration", "scalar", 0.0),
    ),
    measured_at="2026-01-01T00:00:00+00:00",
    coarse=False,
    duration_s=1.0,
)
