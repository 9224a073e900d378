"""A function of NumPy or SciPy for every row or column."""

from typing import Any

import numpy as np
import scipy

from tests.analysis.explain.lifting.checking import kind

A = Any


@kind(x="n m")
def normalised_rows(x: A) -> A:
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        out[i] = x[i] / np.linalg.norm(x[i])
    return out


@kind(x="n m", least=1)
def softmax_rows(x: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        e = np.exp(x[i] - x[i].min())
        out[i, :] = e / e.sum()
    return out


@kind(x="n m", least=1)
def medians_of_columns(x: A) -> A:
    out = np.zeros(x.shape[1])
    for j in range(x.shape[1]):
        out[j] = np.median(x[:, j])
    return out


@kind(x="n m", least=1)
def percentile_of_rows(x: A) -> A:
    out = []
    for row in x:
        out.append(np.percentile(row, 30))
    return np.array(out)


@kind(x="n m", least=1)
def sorted_rows(x: A) -> A:
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = np.sort(x[i])
    return out


@kind(x="n m:double", least=1)
def spectra(x: A) -> A:
    out = np.zeros(x.shape, dtype=complex)
    for i in range(x.shape[0]):
        out[i, :] = np.fft.fft(x[i])
    return out


@kind(x="n:real", edges="m:real", least=1)
def bins_of_sorted_edges(x: A, edges: A) -> A:
    ordered = np.sort(edges)
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        for k in range(len(ordered)):
            if x[i] <= ordered[k]:
                out[i] = k
                break
        else:
            out[i] = -1
    return out


@kind(x="n 4:double", y="n 4:double")
def correlations_of_rows(x: A, y: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.corrcoef(x[i], y[i])[0, 1] + np.cov(x[i], y[i])[0, 0]
    return out


@kind(y="n 5:double", least=1)
def slopes_of_rows(y: A) -> A:
    t = np.arange(5)
    out = np.zeros(len(y))
    for i in range(len(y)):
        out[i] = np.polyfit(t, y[i], 1)[0]
    return out


@kind(x="n 5:index m", m="=m", least=1)
def counts_of_rows(x: A, m: A) -> A:
    out = np.zeros((len(x), m), dtype=int)
    for i in range(len(x)):
        out[i] = np.bincount(x[i], minlength=m)
    return out


@kind(x="n 5:index m", m="=m", least=1)
def votes_of_rows(x: A, m: A) -> A:
    out = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        out[i] = np.bincount(x[i]).argmax()
    return out


@kind(x="n m:double", steps="n:index m", m="=m", least=1)
def rows_rolled(x: A, steps: A, m: A) -> A:
    out = np.zeros((len(x), 2 * m))
    for i in range(len(x)):
        out[i, :m] = np.roll(x[i], steps[i])
        out[i, m:] = np.roll(x[i], 2)
    return out


@kind(x="n 6:double")
def three_largest(x: A) -> A:
    out = np.zeros((len(x), 3), dtype=int)
    for i in range(len(x)):
        out[i] = np.argsort(x[i])[-3:][::-1]
    return out


@kind(x="n m:double", least=1)
def first_and_last_above(x: A) -> A:
    out = np.zeros((len(x), 2), dtype=int)
    for i in range(len(x)):
        where = np.where(x[i] > 0)[0]
        out[i, 0] = where[0] if len(where) > 0 else -1
        out[i, 1] = where[-1] if where.size > 0 else -1
    return out


@kind(x="n m:double", least=1)
def quartile_ranges(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        low, high = np.percentile(x[i], [25, 75])
        out[i] = high - low
    return out


@kind(x="5:double", y="n 4:double", least=1)
def rows_interpolated(x: A, y: A) -> A:
    places = np.arange(4)
    out = np.zeros((len(y), 5))
    for i in range(len(y)):
        out[i] = np.interp(x, places, y[i])
    return out


@kind(p="n 4:double", u="n:double")
def drawn_by_shares(p: A, u: A) -> A:
    out = np.zeros(len(p), dtype=int)
    for i in range(len(p)):
        edges = np.cumsum(np.abs(p[i]))
        out[i] = np.searchsorted(edges, u[i])
        out[i] += np.searchsorted(edges, u[i], side="right")
    return out


@kind(x="n m:double")
def ranks_of_rows(x: A) -> A:
    ranks = np.empty(x.shape, dtype=float)
    for i, row in enumerate(x):
        order = np.argsort(row)
        r = np.empty(len(row))
        r[order] = np.arange(len(row))
        ranks[i] = r / 2
    return ranks


@kind(x="n m:double")
def ranks_by_method(x: A) -> A:
    out = np.zeros(x.shape, dtype=int)
    for i in range(len(x)):
        ranks = np.zeros(x.shape[1], dtype=int)
        ranks[x[i].argsort()] = np.arange(x.shape[1])
        out[i] = ranks
    return out


@kind(x="n m:double", least=1)
def values_back_in_place(x: A) -> A:
    out = []
    for row in x:
        back = np.zeros(len(row))
        back[np.argsort(row)] = np.cumsum(row) - 1
        out.append(back)
    return np.array(out)


@kind(image="5 6:double", p="n 2:double")
def image_at_points(image: A, p: A) -> A:
    out = []
    for y, x in p:
        out.append(scipy.ndimage.map_coordinates(image, [[y], [x]], order=1)[0])
    return np.array(out)


@kind(image="5 6:int", y="n:double", row="4:double")
def image_along_lines(image: A, y: A, row: A) -> A:
    out = np.zeros((len(y), 4))
    for i in range(len(y)):
        at = np.array([y[i] + 0 * row, row])
        out[i] = scipy.ndimage.map_coordinates(image, at, order=0, mode="nearest")
    return out


@kind(a="n 3 3:double", b="n 3:double")
def solved_by_scipy(a: A, b: A) -> A:
    out = np.empty_like(b)
    for i in range(a.shape[0]):
        out[i] = scipy.linalg.solve(a[i] + 9 * np.eye(3), b[i])
    return out


@kind(a="n 3 3:double", least=1)
def inverted_by_scipy(a: A) -> A:
    out = []
    for m in a:
        out.append(scipy.linalg.inv(m + 9 * np.eye(3)) * scipy.linalg.det(m))
    return np.array(out)


@kind(rows="n 5:double", v="n:double", least=1)
def straight_lines_of_rows(rows: A, v: A) -> A:
    x = np.array([-9.0, -1.0, 0.0, 0.5, 9.0])
    out = []
    for k in range(len(rows)):
        f = scipy.interpolate.interp1d(x, rows[k])
        out.append(float(f(v[k])))
    return np.array(out)


@kind(rows="n 5:double", v="n:double", least=1)
def interpolated_at_a_place_of_its_own(rows: A, v: A) -> A:
    x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    out = np.zeros(len(v))
    for k in range(len(v)):
        out[k] = np.interp(2 * v[k], x, rows[k])
    return out


@kind(rows="n 5:double", v="m:double", least=1)
def cubic_curves_of_rows(rows: A, v: A) -> A:
    x = np.array([-9.0, -1.0, 0.0, 0.5, 9.0])
    out = np.zeros((len(rows), len(v)))
    for k in range(len(rows)):
        out[k] = scipy.interpolate.interp1d(x, rows[k], kind="cubic")(v)
    return out


@kind(x="n 5", w="n 5:whole")
def rows_in_order(x: A, w: A) -> A:
    out = np.zeros((len(x), 4))
    for i in range(len(x)):
        up = sorted(x[i])
        down = sorted(w[i], reverse=True)
        first = sorted(range(len(x[i])), key=lambda k: x[i][k])
        out[i, 0] = up[2]
        out[i, 1] = sum(down[:2])
        out[i, 2] = first[-1]
        row = w[i]
        out[i, 3] = sorted(range(len(row)), key=row.__getitem__, reverse=True)[1]
    return out


@kind(x="n 3", k="n:whole", least=1)
def rows_of_one_number(x: A, k: A) -> A:
    out = []
    for i in range(len(k)):
        if k[i] < 0:
            out.append([np.nan] * 3)
            continue
        row = x[i] + np.array([-1] * 3)
        out.append(row / 2)
    return np.array(out)
