"""A strided convolution as one at stride 1 on more channels: space to depth.

With a = s a′ + p, every answer Σ x[s i + a] g[a] is Σₚ Σₐ′ xₚ[i + a′] gₚ[a′] of the s phases
xₚ[u] = x[s u + p] and gₚ[a′] = g[s a′ + p]: the same products, with s² times the channels,
filters s times as short and zeros where s does not divide them.
"""

import dataclasses

import numpy as np

from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.geometry import Geometry


@dataclasses.dataclass(frozen=True)
class Phases:
    """The sizes of the convolution at stride 1 that does a strided one's work."""

    stride: int
    filter_height: int
    filter_width: int
    rows: int
    """Phases along the height: at most as many as a filter has rows."""
    columns: int
    channels: int
    """Of the image's own and of all phases."""

    @classmethod
    def of(cls, size: Geometry) -> "Phases":
        """The phases of a convolution; at a stride of 1, itself."""
        stride = size.stride
        rows, columns = min(stride, size.filter_height), min(stride, size.filter_width)
        return cls(
            stride=stride,
            filter_height=-(-size.filter_height // stride),
            filter_width=-(-size.filter_width // stride),
            rows=rows,
            columns=columns,
            channels=rows * columns * size.channels,
        )

    def filters(self, filters: Array) -> Array:
        """F×kh×kw×C as F×⌈kh/s⌉×⌈kw/s⌉×channels, zeros where the stride does not divide."""
        if self.stride == 1:
            return filters
        count, height, width, channels = filters.shape
        s, high, wide = self.stride, self.filter_height, self.filter_width
        whole = np.zeros((count, high * s, wide * s, channels), filters.dtype)
        whole[:, :height, :width] = filters
        apart = whole.reshape(count, high, s, wide, s, channels).transpose(0, 1, 3, 2, 4, 5)
        return apart[:, :, :, : self.rows, : self.columns].reshape(count, high, wide, -1)

    def fill(self, deep: Array, image: Array) -> None:
        """Write the phases of an H×W×C image into `deep`, height×width×channels of zeros.

        What lies beyond `deep` no filter reaches.
        """
        if self.stride == 1:
            deep[: image.shape[0], : image.shape[1]] = image
            return
        height, width, _ = deep.shape
        apart = deep.reshape(height, width, self.rows, self.columns, image.shape[2])
        whole = min(image.shape[1] // self.stride, width)
        for phase in range(self.rows):
            rows = image[phase :: self.stride][:height]
            # Phases along the width lie side by side in the image, too.
            pixels = rows[:, : whole * self.stride].reshape(
                len(rows), whole, self.stride, image.shape[2]
            )
            apart[: len(rows), :whole, phase] = pixels[:, :, : self.columns]
            rest = rows[:, whole * self.stride :][:, : self.columns]
            if whole < width and rest.shape[1]:
                apart[: len(rows), whole, phase, : rest.shape[1]] = rest
