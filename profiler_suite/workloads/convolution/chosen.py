"""The convolution that a model of the machine expects to be fastest."""

from profiler_suite.model.workload import CHOICE
from profiler_suite.workloads.arrays import Array
from profiler_suite.workloads.convolution.blocked import im2col_kept, kept_cost
from profiler_suite.workloads.convolution.geometry import WORKLOAD
from profiler_suite.workloads.registry import implementation

# Of these one is the fastest, or within some percent of it, on nearly all that was tried;
# taps copies nothing, which wins where windows are large and filters few.
CANDIDATES = ("im2col_kept", "winograd_kept", "winograd_2x2_kept", "winograd_6x6_kept", "taps")


@implementation(WORKLOAD, family=CHOICE, cost=kept_cost, chooses=CANDIDATES)
def best(image: Array, filters: Array, stride: int) -> Array:
    """What a model of the machine expects to be fastest, not by trying."""
    # Called by itself it knows no machine, and takes what serves every problem.
    return im2col_kept(image, filters, stride)
