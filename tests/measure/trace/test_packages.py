"""Compiled code of other packages: what it does with arrays is counted, or it is named."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import (
    cluster,
    fft,
    integrate,
    interpolate,
    linalg,
    ndimage,
    optimize,
    signal,
    sparse,
    spatial,
    special,
    stats,
)

from profiler_suite.measure.breakdown.coverage import by_calls
from profiler_suite.measure.trace import trace

N = 30
RANDOM = np.random.default_rng(0)
A = RANDOM.random((N, N)) + N * np.eye(N)
ROW = RANDOM.random(N)
POINTS = RANDOM.random((N, 3))
EYE: Any = sparse.eye(N, format="csr")
SPARSE: Any = sparse.random(N, N, 0.2, format="csr", random_state=0) + EYE
FRAME = pd.DataFrame({"key": np.arange(N) % 3, "value": ROW, "other": ROW[::-1]})
TREE = spatial.cKDTree(POINTS)
DATES = pd.Series(pd.date_range("2020-01-01", periods=N, freq="h"))

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "median filter": (lambda a: ndimage.median_filter(a, 3), (A,)),
    "zoom": (lambda a: ndimage.zoom(a, 1.5), (A,)),
    "label": (lambda a: ndimage.label(a > 1.0)[0], (A,)),
    "distance transform": (lambda a: ndimage.distance_transform_edt(a > 1.0), (A,)),
    "linear filter": (lambda x: signal.lfilter([1.0, 0.5], [1.0, -0.3], x), (ROW,)),
    "sections": (lambda x: signal.sosfilt(signal.butter(2, 0.3, output="sos"), x), (ROW,)),
    "upsampled": (lambda x: signal.upfirdn([1.0, 2.0, 1.0], x, 2), (ROW,)),
    "fft": (lambda x: abs(fft.fft(x)), (ROW,)),
    "cosines": (lambda x: fft.dct(x), (ROW,)),
    "sines": (lambda x: fft.dst(x, 1), (ROW,)),
    "svd": (lambda a: linalg.svd(a)[1], (A,)),
    "eigenvalues": (lambda a: linalg.eigh(a + a.T)[0], (A,)),
    "qr": (lambda a: linalg.qr(a)[1], (A,)),
    "schur": (lambda a: linalg.schur(a)[0], (A,)),
    "exponential": (lambda a: linalg.expm(a / N), (A,)),
    "sparse product": (lambda s: (s @ s).data, (SPARSE,)),
    "sparse vector": (lambda s, x: s @ x, (SPARSE, ROW)),
    "sparse sum": (lambda s: (s + s).data, (SPARSE,)),
    "sparse solve": (lambda s, x: sparse.linalg.spsolve(s, x), (SPARSE.tocsc(), ROW)),
    "tree": (lambda p: spatial.cKDTree(p).query(p, 2)[0], (POINTS,)),
    "query": (lambda p: TREE.query(p, 2)[0], (POINTS,)),
    "distances": (lambda p: spatial.distance.cdist(p, p), (POINTS,)),
    "pairs": (lambda p: spatial.distance.pdist(p, "cityblock"), (POINTS,)),
    "hull": (lambda p: spatial.ConvexHull(p).volume, (POINTS,)),
    "spline": (lambda x: interpolate.CubicSpline(np.arange(N), x)(np.arange(9.0)), (ROW,)),
    "grid": (
        lambda a: interpolate.RegularGridInterpolator((np.arange(N), np.arange(N)), a)(
            [[1.5, 2.5]]
        ),
        (A,),
    ),
    "clusters": (lambda p: cluster.vq.vq(p, p[:4])[0], (POINTS,)),
    "linkage": (lambda p: cluster.hierarchy.linkage(p)[:, 2], (POINTS,)),
    "gamma": (lambda x: special.gammaln(x), (ROW,)),
    "error function": (lambda x: special.erf(x), (ROW,)),
    "assignment": (lambda a: optimize.linear_sum_assignment(a)[1], (A,)),
    "ranks": (lambda x: stats.rankdata(x), (ROW,)),
    "kendall": (lambda x: stats.kendalltau(x, x[::-1]).statistic, (ROW,)),
    "simpson": (lambda x: integrate.simpson(x), (ROW,)),
    "groupby mean": (lambda f: f.groupby("key")["value"].mean(), (FRAME,)),
    "groupby rank": (lambda f: f.groupby("key")["value"].rank(), (FRAME,)),
    "rolling": (lambda f: f["value"].rolling(5).mean(), (FRAME,)),
    "weighted": (lambda f: f["value"].ewm(span=5).mean(), (FRAME,)),
    "merge": (lambda f: f.merge(f, on="key")["value_x"], (FRAME,)),
    "sorted": (lambda f: f.sort_values("value")["value"], (FRAME,)),
    "quantiles": (lambda f: f["value"].quantile([0.1, 0.9]), (FRAME,)),
    "cut": (lambda f: pd.cut(f["value"], 4).cat.codes, (FRAME,)),
    "factors": (lambda f: pd.factorize(f["key"])[0], (FRAME,)),
    "correlation": (lambda f: f.corr().to_numpy(), (FRAME,)),
    "hours": (lambda d: d.dt.hour, (DATES,)),
}


@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")
@pytest.mark.parametrize("name", CALLS)
def test_a_compiled_package_is_counted_or_named(name: str) -> None:
    function, args = CALLS[name]
    expected = function(*args)
    result, counts = trace(function, args, seconds=10.0)
    np.testing.assert_allclose(
        np.asarray(result, float), np.asarray(expected, float), rtol=1e-9
    )
    covered = by_calls(counts)
    if covered.share == 1:
        # All of it went through calls with a count, which can be no empty list.
        moved = [o for o in counts.operations if o.flop or o.bytes_read + o.bytes_written]
        assert moved, "nothing is counted and nothing named"
    else:
        assert covered.escaped
