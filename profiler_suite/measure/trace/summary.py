"""Adds up what a recorder noted: the work of each signature, its lines, the coverage."""

from typing import Any

from profiler_suite.measure.trace.recorder import CALLS, Recorder
from profiler_suite.measure.trace.signature import OperandLayout, Signature
from profiler_suite.measure.trace.work import conventions
from profiler_suite.measure.trace.work.call import Call, OperationWork, bytes_of
from profiler_suite.measure.trace.work.decompositions import fft_work, linalg_work
from profiler_suite.measure.trace.work.elementwise import (
    counted_reduction_work,
    scalar_work,
    ufunc_work,
)
from profiler_suite.measure.trace.work.movement import movement_work
from profiler_suite.measure.trace.work.products import product_work
from profiler_suite.model.trace import Operand, Operation, OperationCounts, OperationLine

CONVERTED = "what is done with numbers after float() or int()"
# A result or two becomes a plain number in the end; in a loop they are computed with.
_FEW_CONVERTED = 16


def work_of(signature: Signature) -> OperationWork | None:
    """FLOP and bytes of one call of a signature; None when it has no convention."""
    call = Call(signature)
    kind = signature.kind
    if kind == "view":
        return OperationWork(0.0, 0, 0)
    if kind == "scalar":
        return scalar_work(call)
    if kind == "product":
        return product_work(call)
    if kind == "linalg":
        return linalg_work(call)
    if kind == "fft":
        return fft_work(call)
    if kind == "ufunc" or (kind == "reduction" and signature.name.startswith("np.")):
        return ufunc_work(call) or movement_work(call)
    if kind == "reduction":
        return counted_reduction_work(call)
    return movement_work(call)


def counts(recorder: Recorder) -> OperationCounts:
    """The totals of a trace."""
    lines: dict[tuple[Signature, str], dict[tuple[str, int], int]] = {}
    totals = recorder.totals()
    for (signature, site), calls in totals.items():
        of_signature = lines.setdefault((signature, site.via), {})
        place = (site.file, site.line)
        of_signature[place] = of_signature.get(place, 0) + calls
    uncovered = dict(recorder.uncovered)
    if recorder.converted > _FEW_CONVERTED:
        uncovered[CONVERTED] = recorder.converted - _FEW_CONVERTED
    operations = []
    for (signature, via), places in lines.items():
        work = _known_work(signature)
        if work is None:
            name = signature.name
            uncovered[name] = uncovered.get(name, 0) + sum(places.values())
        else:
            averaged = _means(recorder, signature)
            operations.append(_operation(signature, via, places, work, averaged))
    calls = sum(each.calls for each in operations)
    missed = sum(uncovered.values())
    return OperationCounts(
        operations=tuple(operations),
        calls=calls,
        flop=sum(each.flop for each in operations),
        bytes_read=sum(each.bytes_read for each in operations),
        bytes_written=sum(each.bytes_written for each in operations),
        temporaries=sum(each.temporaries for each in operations),
        temporary_bytes=sum(each.temporary_bytes for each in operations),
        uncovered=uncovered,
        coverage=calls / (calls + missed) if calls + missed else 1.0,
        conventions=conventions.VERSION,
        extrapolated=sum(totals.values()) - recorder.recorded,
        complete=not recorder.stopped,
    )


def _known_work(signature: Signature) -> OperationWork | None:
    """Its work; None where its formula does not expect such arguments."""
    try:
        return work_of(signature)
    except Exception:  # noqa: BLE001 - all other calls are counted
        return None


def _means(recorder: Recorder, signature: Signature) -> dict[str, int]:
    sums = recorder.averaged.get(signature)
    if sums is None:
        return {}
    return {name: round(total / sums[CALLS]) for name, total in sums.items() if name != CALLS}


def _operation(
    signature: Signature,
    via: str,
    places: dict[tuple[str, int], int],
    work: OperationWork,
    averaged: dict[str, int],
) -> Operation:
    calls = sum(places.values())
    new = [seen for seen in signature.results if seen.origin == "new" and seen.form == "array"]
    return Operation(
        name=signature.name,
        kind=signature.kind,
        arguments=signature.arguments,
        keywords=dict(signature.keywords),
        operands=tuple(operand(seen) for seen in signature.operands),
        results=tuple(operand(seen) for seen in signature.results),
        facts={**dict(signature.facts), **averaged},
        calls=calls,
        flop=work.flop * calls,
        bytes_read=work.bytes_read * calls,
        bytes_written=work.bytes_written * calls,
        temporaries=len(new) * calls,
        temporary_bytes=sum(bytes_of(seen) for seen in new) * calls,
        lines=tuple(
            OperationLine(file=file, line=line, calls=count)
            for (file, line), count in sorted(places.items(), key=lambda each: -each[1])
        ),
        via=via,
    )


def operand(seen: OperandLayout) -> Operand:
    """The noun of what a call was given or gave back."""
    return Operand(
        shape=seen.shape,
        strides_bytes=seen.strides,
        dtype=_dtype_text(seen.dtype),
        form=seen.form,
        origin=seen.origin,
    )


def _dtype_text(dtype: Any) -> str:
    if isinstance(dtype, str):
        return dtype
    return str(dtype.str) if dtype.names is None and not isinstance(dtype, str) else str(dtype)
