"""A machine with every kind of ceiling, and its selfcheck."""

import msgspec

from profiler_suite.model.machine import BlasLibrary, CallCost, Ceiling, Machine, MachineFacts
from profiler_suite.model.run import Check, SelfCheck
from tests.fake_machine import FACTS
from tests.fake_run.hostile import HOSTILE

PEAK = 55e9
BANDWIDTH = {"L1": 210e9, "L2": 105e9, "L3": 55e9, "memory": 31e9}


def _facts() -> MachineFacts:
    return msgspec.structs.replace(
        FACTS,
        host=f"host{HOSTILE}",
        system="Linux 6.1",
        cpu="Imaginary CPU 9000",
        virtualised="kvm",
        memory_bytes=8 * 2**30,
        python="3.11.2",
        numpy="2.4.6",
        scipy="1.17.1",
        blas=(
            BlasLibrary(
                name="openblas",
                version="0.3.30",
                architecture="SkylakeX",
                threading="pthreads",
                threads=1,
            ),
        ),
    )


def _ceilings() -> tuple[Ceiling, ...]:
    peaks = tuple(
        Ceiling(
            quantity="peak",
            label=f"best GEMM, {dtype}",
            dtype=dtype,
            threads=threads,
            value=value * threads,
            median=0.97 * value * threads,
            low=0.95 * value * threads,
            high=value * threads,
        )
        for dtype, value in (("float64", PEAK), ("float32", 2 * PEAK))
        for threads in (1, 2)
    )
    bandwidths = tuple(
        Ceiling(
            quantity="bandwidth",
            label=f"{level} read",
            threads=1,
            level=level,
            access="read",
            value=value,
            median=0.96 * value,
            low=0.93 * value,
            high=value,
        )
        for level, value in BANDWIDTH.items()
    )
    unmeasured = Ceiling(
        quantity="bandwidth",
        label="L1 update",
        level="L1",
        access="update",
        warning="not measured: NumPy cannot reach the rate of L1 writes",
    )
    return (*peaks, *bandwidths, unmeasured)


def _call_costs() -> tuple[CallCost, ...]:
    add = CallCost(
        operation="np.add",
        layout="contiguous",
        dims=1,
        dtype="float64",
        fixed_s=210e-9,
        fixed_low_s=200e-9,
        fixed_high_s=220e-9,
        rate_per_s=4e9,
        n_half=840,
    )
    part = CallCost(
        operation="slice",
        layout="strided",
        dims=3,
        dtype="float64",
        fixed_s=110e-9,
        fixed_low_s=100e-9,
        fixed_high_s=130e-9,
        rate_per_s=0,
        n_half=0,
    )
    return add, part


def machine() -> Machine:
    """A machine with every kind of ceiling."""
    return Machine(
        fingerprint="abc123",
        facts=_facts(),
        ceilings=_ceilings(),
        call_costs=_call_costs(),
        measured_at="2026-11-22T08:59:00Z",
        coarse=True,
        duration_s=9.0,
        unavailable=("the CPU's clock cannot be read on this virtual machine",),
    )


def selfcheck() -> SelfCheck:
    checks = (
        Check(
            group="planted changes",
            name=f"+5 % called slower {HOSTILE}",
            error=0.9,
            unit="share",
            limit=0.8,
            ok=True,
            of_suite=False,
            sample="40 pairs",
            at_least=True,
            low=0.76,
            high=0.97,
        ),
    )
    return SelfCheck(
        fingerprint=machine().fingerprint,
        suite_version="0.1.0",
        measured_at="2026-11-21T09:00:00+00:00",
        duration_s=55.0,
        checks=checks,
        verdict=(f"A change of 5 % is found in 90 % of cases {HOSTILE}.",),
    )
