"""The shape of a convolution: its sizes, what makes it possible, its label and base cost.

An H×W×C image, F filters of kh×kw×C, valid positions at a stride s; the answer
has OH×OW×F elements with OH = (H − kh) // s + 1. As in the question that
started this package the filters are not flipped (a correlation).
"""

import dataclasses
from functools import cached_property

from profiler_suite.model.experiment import Cost, Problem
from profiler_suite.workloads import requirements
from profiler_suite.workloads.arrays import Array

WORKLOAD = "convolution"
DIMS = ("height", "width", "channels", "filters", "filter_height", "filter_width", "stride")
DTYPES = ("float32", "float64")


@dataclasses.dataclass(frozen=True)
class Geometry:
    """All sizes of one convolution, in elements."""

    height: int
    width: int
    channels: int
    filters: int
    filter_height: int
    filter_width: int
    stride: int

    @classmethod
    def of(cls, problem: Problem) -> "Geometry":
        """The sizes of a convolution problem."""
        return cls(**problem.dims)

    @cached_property
    def out_height(self) -> int:
        """Rows of the answer."""
        return (self.height - self.filter_height) // self.stride + 1

    @cached_property
    def out_width(self) -> int:
        """Columns of the answer."""
        return (self.width - self.filter_width) // self.stride + 1

    @cached_property
    def pixels(self) -> int:
        """Positions at which the filters are applied."""
        return self.out_height * self.out_width

    @cached_property
    def outputs(self) -> int:
        """Elements of the answer."""
        return self.pixels * self.filters

    @cached_property
    def length(self) -> int:
        """Products summed for one element of the answer: kh × kw × C."""
        return self.filter_height * self.filter_width * self.channels

    @cached_property
    def multiply_adds(self) -> int:
        """Multiply-accumulates of the whole convolution."""
        return self.outputs * self.length

    @cached_property
    def unstrided_pixels(self) -> int:
        """Positions that a stride of 1 would have."""
        return (self.height - self.filter_height + 1) * (self.width - self.filter_width + 1)

    @cached_property
    def elements(self) -> int:
        """Elements of image, filters and answer together."""
        return (
            self.height * self.width * self.channels + self.filters * self.length + self.outputs
        )


def problem(
    *,
    height: int,
    width: int,
    channels: int,
    filters: int,
    filter_height: int,
    filter_width: int,
    stride: int = 1,
    dtype: str = "float64",
    layout: str = "C",
    name: str = "",
) -> Problem:
    """A convolution problem; raises ProblemError when it is impossible."""
    dims = {
        "height": height,
        "width": width,
        "channels": channels,
        "filters": filters,
        "filter_height": filter_height,
        "filter_width": filter_width,
        "stride": stride,
    }
    return requirements.checked_problem(
        WORKLOAD, dims, validate, dtype=dtype, layout=layout, name=name
    )


def validate(problem: Problem) -> None:
    """Raise ProblemError, in one sentence, unless the convolution has at least one position."""
    requirements.check(problem, DIMS, DTYPES)
    requirements.check_filter_fits(problem)


def label(problem: Problem) -> str:
    """The convolution in a few characters: '32x32x3-f10-2x2-s2'."""
    size = Geometry.of(problem)
    return (
        f"{size.height}x{size.width}x{size.channels}-f{size.filters}"
        f"-{size.filter_height}x{size.filter_width}-s{size.stride}"
    )


def in_words(problem: Problem) -> str:
    """The convolution for readers who do not know the labels."""
    size = Geometry.of(problem)
    filters = f"{size.filters} filters" if size.filters != 1 else "1 filter"
    return (
        f"{size.height}×{size.width}×{size.channels} input, {filters} of "
        f"{size.filter_height}×{size.filter_width}, stride {size.stride}"
    )


def data_bytes(problem: Problem) -> float:
    """Image, filters and answer, bytes."""
    return float(Geometry.of(problem).elements * requirements.ITEM_BYTES[problem.dtype])


def cost(
    problem: Problem,
    *,
    rate: str,
    calls: float,
    scalar_steps: float = 0.0,
    workspace_elements: float = 0.0,
    executed_flop: float = 0.0,
) -> Cost:
    """The textbook cost of the convolution with what an implementation adds to it."""
    return Cost(
        flop=2.0 * Geometry.of(problem).multiply_adds,
        compulsory_bytes=data_bytes(problem),
        written_bytes=Geometry.of(problem).outputs * requirements.ITEM_BYTES[problem.dtype],
        calls=calls,
        scalar_steps=scalar_steps,
        workspace_bytes=workspace_elements * requirements.ITEM_BYTES[problem.dtype],
        rate=rate,
        executed_flop=executed_flop,
    )


def geometry_of(image: Array, filters: Array, stride: int) -> Geometry:
    """The sizes of a convolution from its arguments."""
    height, width, channels = image.shape
    count, filter_height, filter_width, _ = filters.shape
    return Geometry(
        height=height,
        width=width,
        channels=channels,
        filters=count,
        filter_height=filter_height,
        filter_width=filter_width,
        stride=stride,
    )


def answer_shape(
    image_shape: tuple[int, ...], filters_shape: tuple[int, ...], stride: int
) -> tuple[int, int, int]:
    """Shape of the answer, OH×OW×F, from the shapes of the arguments."""
    height, width, _ = image_shape
    filters, filter_height, filter_width, _ = filters_shape
    return (
        (height - filter_height) // stride + 1,
        (width - filter_width) // stride + 1,
        filters,
    )
