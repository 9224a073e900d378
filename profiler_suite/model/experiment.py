"""What to run: problems, experiments, points, the plan of a sweep."""

from profiler_suite.model.noun import Count, Noun, Number, Seconds, Whole


class Problem(Noun, frozen=True):
    """Dimensions, dtype and layout of one piece of work; never data."""

    workload: str
    """Name of the workload that knows what the dimensions mean."""
    dims: dict[str, Whole]
    """Named dimensions, in elements; which ones, the workload says."""
    dtype: str = "float64"
    layout: str = "C"
    """Memory layout of the (first) input: 'C', 'F' or 'strided' (a non-contiguous view)."""
    name: str = ""
    """A name of its own, such as 'VGG-16 conv3_2'; empty for swept problems."""


class Cost(Noun, frozen=True):
    """What one evaluation has to do, and what an implementation adds to it.

    Source of the conventions: Williams, Waterman and Patterson (2009), Roofline.
    """

    flop: Number
    """Textbook floating-point operations: multiply and add of every multiply-accumulate."""
    compulsory_bytes: Number
    """Bytes that must move if every input is read once and every output written once."""
    calls: Number = 0.0
    """NumPy or SciPy calls made from Python in one evaluation (for predicting time)."""
    scalar_steps: Number = 0.0
    """Scalar operations executed by Python bytecode in one evaluation (for predicting time)."""
    workspace_bytes: Number = 0.0
    """Temporary memory beyond inputs and output (for predicting memory)."""
    rate: str = "blas"
    """Who does the arithmetic: 'blas', 'ufunc', 'einsum' (no BLAS), 'integer', 'fft', 'python',
    or the name of a SciPy function with a rate of its own (see machine.prediction)."""
    written_bytes: Number = 0.0
    """How many of the compulsory bytes are written: the output."""
    executed_flop: Number = 0.0
    """Operations really executed if not the textbook's (padding, FFT); 0: the textbook's."""

    @property
    def intensity(self) -> float:
        """Arithmetic intensity: textbook FLOP over compulsory bytes, FLOP/byte; or 0."""
        return self.flop / self.compulsory_bytes if self.compulsory_bytes else 0.0


class Products(Noun, frozen=True):
    """Matrix products of one shape, m×k by k×n, that follow one another."""

    count: int
    m: int
    k: int
    n: int
    transposed: bool = False
    """The second factor is stored n×k: every product rearranges it."""


class Moves(Noun, frozen=True):
    """A copy without arithmetic, made of runs of neighbouring elements."""

    runs: float
    run_bytes: float


class Work(Noun, frozen=True):
    """What one evaluation does, in detail enough to tell which implementation is faster."""

    calls: float
    """NumPy calls made from Python."""
    products: tuple[Products, ...]
    moves: tuple[Moves, ...]


class Experiment(Noun, frozen=True):
    """A question in words: implementations × problems × threads × dtypes."""

    name: str
    question: str
    axis: str
    """What varies: a dimension's name, 'threads', or 'name' (named problems, drawn as bars)."""
    problems: tuple[Problem, ...]
    implementations: tuple[str, ...]
    threads: tuple[int, ...] = (1,)
    """BLAS threads; 0 stands for 'every core the process may use'."""
    dtypes: tuple[str, ...] = ("float64",)
    quick_problems: tuple[Problem, ...] = ()
    """The problems of ``--quick``; empty means the first, the middle and the last."""
    quick_implementations: tuple[str, ...] = ()
    """The implementations of ``--quick``; empty means all."""
    pair: tuple[str, ...] = ()
    """Two implementations, one per side, whose time ratio answers the question."""
    sources: tuple[str, ...] = ()
    """Where the problems come from (papers)."""
    reported: str = ""
    """The ratio that whoever asked the question measured, in words; empty when not known."""


class Point(Noun, frozen=True):
    """One cell of an experiment."""

    id: str
    """Readable and stable: experiment/implementation/label/dtype/threads."""
    experiment: str
    implementation: str
    family: str
    problem: Problem
    label: str
    """The problem in a few characters."""
    threads: Count
    cost: Cost
    working_set_bytes: Number
    """Inputs, output and workspace of one evaluation."""
    predicted_s: Seconds
    """Predicted time of one evaluation; 0 when nothing is known of its cost."""
    replica: Count = 0
    """1 for the second name of an A/A pair: the same code under another id."""
    partner: str = ""
    """Id of the point that is visited next to this one, for a paired ratio."""
    environment: str = ""
    """Who runs it: empty for the suite's own Python, 'other' for that of ``--versus``."""
    counterpart: str = ""
    """Id of the same point in the other environment."""
    runs: str = ""
    """The implementation that a model chose for it when it was planned; empty: its own."""


class Skip(Noun, frozen=True):
    """A point that is not attempted, with the reason for a person."""

    point: Point
    reason: str


class Forecast(Noun, frozen=True, rename={"breakdown_s": "books_s"}):
    """How long a sweep is expected to take, phase by phase, s."""

    start_s: Seconds = 0.0
    """The command itself: Python, imports, the plan."""
    survey_s: Seconds = 0.0
    """Measuring the machine, where no survey is kept that serves."""
    prepare_s: Seconds = 0.0
    """Children, data, checks and warm-ups of all worker processes."""
    rounds_s: Seconds = 0.0
    most_rounds_s: Seconds = 0.0
    """The rounds' budget, used up where noise keeps points from converging."""
    lines_s: Seconds = 0.0
    breakdown_s: Seconds = 0.0
    """Where the time goes: traces, replays, native samples."""
    advice_s: Seconds = 0.0
    """Looking for a faster way to write the slow side of the question."""
    report_s: Seconds = 0.0

    @property
    def after_rounds_s(self) -> float:
        """What follows the rounds."""
        return self.lines_s + self.breakdown_s + self.advice_s + self.report_s

    @property
    def duration_s(self) -> float:
        """The whole command."""
        before_s = self.start_s + self.survey_s + self.prepare_s
        return before_s + self.rounds_s + self.after_rounds_s

    @property
    def most_s(self) -> float:
        """The whole command when the rounds use up their budget."""
        return self.duration_s + max(0.0, self.most_rounds_s - self.rounds_s)


class Plan(Noun, frozen=True):
    """What a sweep is going to do."""

    experiments: tuple[Experiment, ...]
    points: tuple[Point, ...]
    skipped: tuple[Skip, ...]
    predicted_duration_s: Seconds
    predicted_memory_bytes: Number
    forecast: Forecast = Forecast()
    """Where the predicted duration comes from."""
