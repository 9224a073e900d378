"""How an answer is cut into tiles, and tiles into blocks that the caches hold."""

import dataclasses

from profiler_suite.host import caches
from profiler_suite.workloads.convolution import toom_cook
from profiler_suite.workloads.convolution.geometry import Geometry
from profiler_suite.workloads.convolution.phases import Phases
from profiler_suite.workloads.convolution.toom_cook import Transform

# The tiles of a block before, between and after the products should stay in a core's own
# cache, or nearly so …
_CACHES_PER_BLOCK = 1.5
_USUAL_CACHE_BYTES = 2**20
# … but all transformed filters are read for every block: with fewer tiles than this
# per block that takes longer than the products.
_LEAST_TILES = 48


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How an answer is cut into tiles, and tiles into blocks of whole rows of tiles."""

    phases: Phases
    down: Transform
    across: Transform
    rows: int
    """Rows of tiles."""
    columns: int
    """Tiles in a row."""
    rows_per_block: int

    @property
    def height(self) -> int:
        """Rows of pixels under all tiles, in phases."""
        return self.rows * self.down.m + self.down.r - 1

    @property
    def width(self) -> int:
        """Pixels of such a row."""
        return self.columns * self.across.m + self.across.r - 1

    @property
    def count(self) -> int:
        """Tiles."""
        return self.rows * self.columns

    @property
    def places(self) -> int:
        """Products by element of a tile, for one channel and filter."""
        return self.down.n * self.across.n


def tile_sides(phases: Phases, m: int) -> tuple[int, int]:
    """A tile's rows and columns of answers: m, or 1 along an axis of one tap."""
    return (
        m if phases.filter_height > 1 else 1,
        m if phases.filter_width > 1 else 1,
    )


def tiling(size: Geometry, m: int, item_bytes: int) -> Tiling:
    """Whole tiles that cover the answer; blocks of about the same number of rows."""
    phases = Phases.of(size)
    high, wide = tile_sides(phases, m)
    down = toom_cook.transform(high, phases.filter_height)
    across = toom_cook.transform(wide, phases.filter_width)
    rows, columns = -(-size.out_height // down.m), -(-size.out_width // across.m)
    per_tile = down.n * across.n * (2 * phases.channels + size.filters) * item_bytes
    wanted_bytes = _CACHES_PER_BLOCK * caches.size_bytes(2, _USUAL_CACHE_BYTES)
    tiles = max(wanted_bytes / per_tile, _LEAST_TILES)
    per_block = max(1, int(tiles / columns + 0.5))
    blocks = -(-rows // per_block)
    return Tiling(
        phases=phases,
        down=down,
        across=across,
        rows=rows,
        columns=columns,
        rows_per_block=-(-rows // blocks),
    )
