"""Who measured: what two hosts must have in common for their times to form one series."""

from collections.abc import Mapping, Sequence

from profiler_suite import units
from profiler_suite.model.machine import MachineFacts
from profiler_suite.model.rows import HostRecord
from profiler_suite.model.run import Provenance


def host_of(provenance: Provenance) -> HostRecord:
    """The host that a run on one machine was measured on."""
    return HostRecord(
        host=provenance.host or provenance.machine.facts.host,
        suite_version=provenance.suite_version,
        machine=provenance.machine,
        python_executable=provenance.python_executable,
        environment=provenance.environment,
        load_average=provenance.load_average,
        baselines_s=provenance.baselines_s,
    )


def differences(one: HostRecord, other: HostRecord) -> tuple[str, ...]:
    """What keeps `one` out of a series that `other` has begun, in words; empty when alike.

    Alike are hosts of one fingerprint, with the same version of the suite and of SciPy,
    and the same environment variables that change speed.
    """
    mine, theirs = _distinguishing(one), _distinguishing(other)
    found = [
        f"{name} {mine[name] or 'none'} instead of {theirs[name] or 'none'}"
        for name in mine
        if mine[name] != theirs[name]
    ]
    found += _environment_differences(one.environment, other.environment)
    if not found and one.machine.fingerprint != other.machine.fingerprint:
        found = [
            f"fingerprint {one.machine.fingerprint} instead of {other.machine.fingerprint}"
        ]
    return tuple(found)


def most_alike(hosts: Sequence[HostRecord]) -> HostRecord:
    """The host that most others are like; of equals the first by name."""
    each = {host.host: host for host in hosts}
    return min(
        each.values(),
        key=lambda one: (sum(bool(differences(o, one)) for o in each.values()), one.host),
    )


def names_of(hosts: Sequence[HostRecord]) -> list[str]:
    """A name for each host: its own, with what differs where several have the same."""
    names = []
    for number, host in enumerate(hosts):
        others = [h for n, h in enumerate(hosts) if n != number and h.host == host.host]
        mine = _distinguishing(host)
        apart = [
            f"{what} {text}"
            for what, text in mine.items()
            if any(_distinguishing(other)[what] != text for other in others)
        ]
        name = f"{host.host} ({', '.join(apart)})" if apart else host.host
        names.append(name if name not in names else f"{name} {number + 1}")
    return names


def _distinguishing(host: HostRecord) -> dict[str, str]:
    """What the fingerprint is made from, and the versions it leaves out, as text."""
    facts = host.machine.facts
    return {
        "profiler_suite": host.suite_version,
        "Python": facts.python,
        "NumPy": facts.numpy,
        "SciPy": facts.scipy,
        "BLAS": _blas(facts),
        "system": facts.system.split(" ")[0],
        "CPU": facts.cpu,
        "architecture": facts.architecture,
        "cores allowed": str(facts.cores_allowed),
        "quota": f"{facts.quota_cores:g} cores" if facts.quota_cores else "",
        "caches": ", ".join(
            f"L{c.level} {units.size(c.size_bytes)} for {c.shared_by_cores}"
            for c in facts.caches
        ),
    }


def _blas(facts: MachineFacts) -> str:
    return ", ".join(f"{b.name} {b.version} {b.architecture}".strip() for b in facts.blas)


def _environment_differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [
        f"{name}={one.get(name, '(unset)')} instead of {other.get(name, '(unset)')}"
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]
