"""The founding question answered: two explanations side by side, and their ratio."""

import json
from typing import Any

from profiler_suite import units
from profiler_suite.analysis import statistics, time_breakdown
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.measure.explain.records import TrialResult
from profiler_suite.model.noun import Noun

SEED_SCHEMA = 1


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
        alternative: TrialResult,
    ) -> None:
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
        return found and statistics.holding(found, self.quotient)

    @property
    def quotient(self) -> float:
        """Time of the loop over time of the product, each timed on its own."""
        loop, product = self.explanations
        return loop.time.time_s / product.time.time_s

    @property
    def alternative(self) -> PairedRatio | None:
        """Time of the loop over time of the other way to its answer."""
        return self._ratio(self._alternative)

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
        return (
            f"{left.name} does 1/{fewer} of the operations of {right.name} and takes "
            f"{units.three_digits(found.ratio)} times as long "
            f"({_interval(found)})"
        )

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
                f"{units.three_digits(self.quotient)}: something beside this run slowed one of "
                "them; the interval above holds both."
            )
        if loop.breakdown and not breakdown_record.untraced:
            arithmetic = max(0.0, time_breakdown.saved_by_free_arithmetic(loop.breakdown))
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
                f"{units.time(at_peak_s)}: the count is right, it is just not what is paid for."
            )
        if product.roofline.bound == "memory":
            said.append(
                f"{self.sides[1].name} is held up by {product.roofline.level} bandwidth, not "
                "by arithmetic: BLAS is fast here because it is one call."
            )
        other = self.alternative
        if other is not None:
            said.append(
                f"The same answer by {self.alternative_name} (few, large calls) takes "
                f"1/{units.three_digits(other.ratio)} of the loop's time."
            )
        return tuple(said)

    def document(self) -> dict[str, Any]:
        """The answer as plain values with stable keys; times in s."""
        return {
            "schema": SEED_SCHEMA,
            "question": self.question,
            "headline": self.headline,
            "ratio": _ratio_document(self.ratio),
            "quotient_of_times": self.quotient,
            "flop_ratio": self.sides[1].textbook_flop / self.sides[0].textbook_flop,
            "sides": [
                {
                    "side": role,
                    "implementation": side.name,
                    "problem": side.problem,
                    "flop_textbook": side.textbook_flop,
                    "flop_executed": found.explained.breakdown_record.flop,
                    "compulsory_bytes": side.textbook_bytes,
                    "bound": found.roofline.bound,
                    "of_attainable": found.roofline.of_attainable,
                    "explanation": found.document(),
                }
                for role, side, found in zip(
                    ("loop", "product"), self.sides, self.explanations, strict=True
                )
            ],
            "counterfactuals": self.explanations[0].document()["counterfactuals"],
            "alternative": {
                "implementation": self.alternative_name,
                "ratio": _ratio_document(self.alternative),
            },
            "sentences": list(self.sentences),
        }

    def to_json(self) -> str:
        """The answer as one JSON document."""
        return json.dumps(self.document(), indent=2, ensure_ascii=False, allow_nan=False)


def _interval(ratio: PairedRatio) -> str:
    return f"{units.three_digits(ratio.low)} to {units.three_digits(ratio.high)}"


def _ratio_document(ratio: PairedRatio | None) -> dict[str, Any] | None:
    if ratio is None:
        return None
    return {
        "ratio": ratio.ratio,
        "low": ratio.low,
        "high": ratio.high,
        "pairs": ratio.pairs,
    }
