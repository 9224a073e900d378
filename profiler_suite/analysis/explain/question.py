"""The founding question answered: two explanations side by side, and their ratio."""

from profiler_suite import units
from profiler_suite.analysis import statistics, time_breakdown
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.measure.explain.records import TrialResult
from profiler_suite.model.noun import Noun


class Side(Noun, frozen=True):
    """One side of the question."""

    name: str
    problem: str
    textbook_flop: float
    textbook_bytes: float


class QuestionAnswer:
    """Loop against product: times, counts, bounds, time breakdowns, what would be saved."""

    def __init__(
        self,
        question: str,
        sides: tuple[Side, Side],
        explanations: tuple[Explanation, Explanation],
        versus: TrialResult,
        alternative_name: str,
        alternative: TrialResult | None = None,
    ) -> None:
        """`alternative` None: it was not timed, as a faster way was found."""
        self.question = question
        self.sides = sides
        self.explanations = explanations
        self._versus = versus
        self.alternative_name = alternative_name
        self._alternative = alternative

    @property
    def ratio(self) -> PairedRatio | None:
        """Time of the loop over time of the product, from visits in turn.

        Its interval holds the quotient of the two times shown as well: the product's
        matrix lives in a cache that others use, and each side was timed at its own moment.
        """
        found = self._ratio(self._versus)
        times = [(e.time.time_s, e.time.low_s, e.time.high_s) for e in self.explanations]
        return found and statistics.holding(found, *statistics.quotient(*times))

    @property
    def quotient(self) -> float:
        """Time of the loop over time of the product, each timed on its own."""
        loop, product = self.explanations
        return loop.time.time_s / product.time.time_s

    @property
    def alternative(self) -> PairedRatio | None:
        """Time of the loop over time of the other way to its answer; None if not timed."""
        return self._ratio(self._alternative) if self._alternative else None

    def _ratio(self, tried: TrialResult) -> PairedRatio | None:
        return statistics.paired_ratio(
            dict(enumerate(tried.before)),
            dict(enumerate(tried.after)),
            self.explanations[0].baselines_s,
            run_to_run=statistics.RUN_TO_RUN_ONE_WORKER,
        )

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        left, right = self.sides
        fewer = f"{right.textbook_flop / left.textbook_flop:.3g}"
        found = self.ratio
        if found is None:
            return f"{left.name} and {right.name} could not be compared"
        takes = f"{units.three_digits(found.ratio)} times as long ({_interval(found)})"
        if found.high > statistics.WIDE_RATIO * found.low:
            takes = f"about {_interval(found)} times as long"
        return f"{left.name} does 1/{fewer} of the operations of {right.name} and takes {takes}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """Why, in a few sentences."""
        loop, product = self.explanations
        breakdown_record = loop.explained.breakdown_record
        said = []
        in_turn = self._ratio(self._versus)
        if in_turn is not None and not in_turn.low <= self.quotient <= in_turn.high:
            said.append(
                f"Timed in turn the ratio is {_interval(in_turn)}, timed one after the other "
                f"{units.three_digits(self.quotient)}: something else slowed one of them; "
                "the interval above covers both."
            )
        if loop.breakdown and not breakdown_record.untraced:
            saved = time_breakdown.saved_by_free_arithmetic(loop.breakdown)
            arithmetic = min(max(0.0, saved), 1.0)
            one_call = (
                time_breakdown.saved_by_one_call(breakdown_record) / loop.breakdown.time_s
            )
            said.append(
                f"Infinitely fast arithmetic would save {units.percent(arithmetic)} of the "
                f"{self.sides[0].name}; one call of each kind instead of "
                f"{units.count(breakdown_record.calls)} at least "
                f"{units.percent(min(one_call, 1.0))}."
            )
        peak = loop.machine.peak_flop_per_s("float64", 1)
        if peak:
            at_peak_s = self.sides[0].textbook_flop / peak
            said.append(
                f"At the best measured rate ({units.flop_rate(peak)}) its operations take "
                f"{units.time(at_peak_s)}: the count is right, but it is not what takes the "
                "time."
            )
        if product.roofline.bound == "memory":
            said.append(
                f"{self.sides[1].name} is limited by {product.roofline.level} bandwidth, not "
                "by arithmetic: BLAS is fast here because it is one call."
            )
        other = self.alternative
        if other is not None and loop.best is None:
            said.append(
                f"The same answer by {self.alternative_name} (a few large calls) takes "
                f"1/{units.three_digits(other.ratio)} of the loop's time."
            )
        return tuple(said)


def _interval(ratio: PairedRatio) -> str:
    return f"{units.three_digits(ratio.low)} to {units.three_digits(ratio.high)}"
