"""What --json prints has its units in its names."""

import json

import msgspec

from profiler_suite.report.formats.document import machine_document
from tests.fake_machine import MACHINE, ceiling


def test_every_figure_of_a_machine_has_its_unit_and_its_spread() -> None:
    machine = msgspec.structs.replace(
        MACHINE, ceilings=(*MACHINE.ceilings, ceiling("page_fault", 1e-6))
    )
    found = json.loads(json.dumps(machine_document(machine), allow_nan=False))
    names = {c["quantity"]: set(c) for c in found["ceilings"]}
    assert {"best_flop_per_s", "p05_flop_per_s", "p95_flop_per_s"} <= names["peak"]
    assert {"best_bytes_per_s", "median_bytes_per_s"} <= names["bandwidth"]
    assert {"best_s", "p95_s"} <= names["page_fault"]
    assert not any("value" in keys for keys in names.values())
    multiply = next(c for c in found["call_costs"] if c["operation"] == "np.multiply")
    assert multiply["rate_elements_per_s"] == 1e9
    assert multiply["n_half_elements"] == 1000


def test_what_was_not_measured_is_null_never_a_wrong_number() -> None:
    machine = msgspec.structs.replace(
        MACHINE, ceilings=(ceiling("bandwidth", 0.0, level="L1", warning="not measured: why"),)
    )
    (found,) = machine_document(machine)["ceilings"]
    assert found["best_bytes_per_s"] is None
    assert "value" not in found
    assert found["warning"] == "not measured: why"
