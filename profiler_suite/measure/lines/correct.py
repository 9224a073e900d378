"""From samples, raw times and counted events to a corrected time per line with its uncertainty.

Two independent ways to the same number. *Sampled*: the share of samples that found the
line running, times the plain time; line_profiler takes no part in it. *Modelled*: the
raw time minus what its events cost. The first is the rule. A line that hardly any
sample found takes the second where that is surer, agrees with the samples and is above its own
uncertainty. With no samples at all the second is all there is.
"""

import math

import msgspec

# Standard deviations to either side of a 95 % interval.
_INTERVAL = 1.96
# Below this the samples' own uncertainty exceeds half of the line.
_ENOUGH_SAMPLES = 10
# Two runs of the same line differ by that much on a shared machine.
_PACE_ERROR = 0.10
# line_profiler's slow-down from which its times say more of itself than of the code.
INDICATIVE_SLOWDOWN = 5.0
# A modelled line that may be off by more than this share of the plain time is no measurement.
INDICATIVE_SHARE = 0.05
# Of the modelled addition this much is open (one standard deviation), as set; and with the
# additions scaled so that the lines sum to the function's own plain time. From lines of
# known time on Python 3.11 to 3.13 (tests/benchmarks/line_correction.py --model).
_MODEL_ERROR = 0.35
_FITTED_ERROR = 0.20
MODEL_INTERVAL = _INTERVAL * _MODEL_ERROR
"""Half width of the 95 % interval of a modelled addition, as a share of it."""
_FIT_RANGE = (0.2, 4.0)


class RawLine(msgspec.Struct, frozen=True):
    """One line before correction, per evaluation."""

    raw_s: float
    added_s: float
    """What line_profiler added to it, by the model, s."""
    samples: int = 0


class CorrectedTime(msgspec.Struct, frozen=True):
    """One line's time per evaluation, s."""

    time_s: float
    uncertainty_s: float
    """Half width of the 95 % interval, s."""
    method: str
    """'sampled' or 'modelled'."""

    @property
    def resolved(self) -> bool:
        """Whether the interval excludes zero."""
        return self.time_s > self.uncertainty_s


def sampled(samples: int, all_samples: int, plain_s: float) -> CorrectedTime:
    """The share of samples times the plain time.

    Half width by Agresti and Coull (1998), which stays right for rare lines: two
    hits and two misses are added to the counts before the variance is taken.
    """
    share = samples / all_samples
    centre = (samples + 2) / (all_samples + 4)
    half = _INTERVAL * math.sqrt(centre * (1 - centre) / (all_samples + 4))
    # The interval is around `centre`, the estimate stays the plain share.
    half += abs(centre - share)
    return CorrectedTime(time_s=share * plain_s, uncertainty_s=half * plain_s, method="sampled")


def modelled(line: RawLine, scale: float = 1.0) -> CorrectedTime:
    """Raw time minus what line_profiler added, this factor scaled; not clamped."""
    added_s = scale * line.added_s
    error = _MODEL_ERROR if scale == 1.0 else _FITTED_ERROR
    time_s = line.raw_s - added_s
    half = _INTERVAL * math.hypot(error * added_s, _PACE_ERROR * time_s)
    return CorrectedTime(time_s=time_s, uncertainty_s=half, method="modelled")


def fit_scale(lines: list[RawLine], whole_s: float) -> float:
    """Factor on the modelled additions with which the lines sum to the plain time.

    1 where the additions are too small, or the factor too strange, to be told from noise.
    """
    added_s = sum(line.added_s for line in lines)
    raw_s = sum(line.raw_s for line in lines)
    if added_s < 0.2 * whole_s:
        return 1.0
    scale = (raw_s - whole_s) / added_s
    return scale if _FIT_RANGE[0] <= scale <= _FIT_RANGE[1] else 1.0


def correct(
    lines: dict[int, RawLine], all_samples: int, plain_s: float, scale: float
) -> dict[int, CorrectedTime]:
    """The corrected time of each line of one function.

    With `all_looks` 0 nothing was sampled and the model is all there is.
    """
    corrected = {}
    for number, line in lines.items():
        if not all_samples:
            corrected[number] = modelled(line, scale)
            continue
        by_model = modelled(line)
        by_samples = sampled(line.samples, all_samples, plain_s)
        surer = by_model.resolved and by_model.uncertainty_s < by_samples.uncertainty_s
        agrees = abs(by_model.time_s - by_samples.time_s) <= math.hypot(
            by_model.uncertainty_s, by_samples.uncertainty_s
        )
        few = line.samples < _ENOUGH_SAMPLES
        corrected[number] = by_model if few and surer and agrees else by_samples
    return corrected
