"""A profile becomes rows of a run folder."""

import linecache

from profiler_suite.measure.lines.correct import INDICATIVE_SHARE, INDICATIVE_SLOWDOWN
from profiler_suite.measure.lines.profile import Profile
from profiler_suite.model.rows import LineRecord


def records(profile: Profile, point: str, implementation: str) -> tuple[LineRecord, ...]:
    """One row per line."""
    slow = profile.profiled_s > INDICATIVE_SLOWDOWN * profile.plain_s
    least_s = INDICATIVE_SHARE * profile.plain_s
    rows = []
    for line in profile.lines:
        file, first_line, name = line.function
        corrected = line.corrected
        rows.append(
            LineRecord(
                point=point,
                implementation=implementation,
                file=file,
                function=name,
                first_line=first_line,
                line=line.line,
                source=linecache.getline(file, line.line).rstrip("\n"),
                hits=line.hits,
                time_s=line.raw_s,
                evaluations=profile.evaluations,
                corrected_s=corrected.time_s,
                uncertainty_s=corrected.uncertainty_s,
                resolved=corrected.resolved,
                method=corrected.method,
                indicative=corrected.method == "modelled"
                and ((slow and not profile.samples) or corrected.uncertainty_s > least_s),
                samples=line.samples,
                profiled_calls=line.profiled_calls,
                callees_s=line.callees * corrected.time_s,
                added_s=line.added_s,
                plain_s=profile.plain_s,
                profiled_s=profile.profiled_s,
            )
        )
    return tuple(rows)
