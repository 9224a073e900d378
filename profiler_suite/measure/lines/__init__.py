"""Line profiles: which line an implementation spends its time in, and how sure that is.

line_profiler tells hits and raw times; samples that another process takes of plain
evaluations tell what is true without it; a model of what it adds fills in where samples
are too few or not possible. Nothing that is timed elsewhere runs under it: the pass
has a child of its own.
"""

from profiler_suite.measure.lines.functions import functions_to_profile
from profiler_suite.measure.lines.job import LinesReply, profile_points, representatives

__all__ = [
    "LinesReply",
    "functions_to_profile",
    "profile_points",
    "representatives",
]
