"""Windows, stencils, neighbours and blocks, also at the rim."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import helper, kind

A = Any


@kind(x="n*2 m*2 c:real", k="q 2 2 c:real")
def kernels_on_blocks(x: A, k: A) -> A:
    n, m = x.shape[0] // 2, x.shape[1] // 2
    v = np.empty((n, m, k.shape[0]))
    for i in range(n):
        for j in range(m):
            for f in range(k.shape[0]):
                v[i, j, f] = np.sum(x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] * k[f])
    return v


@kind(x="n+2 m+2", k="3 3")
def convolution_2d(x: A, k: A) -> A:
    h, w = x.shape[0] - 2, x.shape[1] - 2
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = (x[i : i + 3, j : j + 3] * k).sum()
    return out


@kind(x="c n+2 m+2", w="f c 3 3", b="f")
def convolution_with_bias(x: A, w: A, b: A) -> A:
    f, c, kh, kw = w.shape
    h, v = x.shape[1] - kh + 1, x.shape[2] - kw + 1
    out = np.zeros((f, h, v))
    for o in range(f):
        for i in range(h):
            for j in range(v):
                acc = b[o]
                for q in range(c):
                    for r in range(kh):
                        for s in range(kw):
                            acc += x[q, i + r, j + s] * w[o, q, r, s]
                out[o, i, j] = max(acc, 0.0)
    return out


@kind(x="n+3", w="4")
def convolution_1d(x: A, w: A) -> A:
    n = len(x) - len(w) + 1
    y = np.zeros(n)
    for i in range(n):
        for k in range(len(w)):
            y[i] += x[i + k] * w[k]
    return y


@kind(x="n+3", w="4")
def flipped_convolution(x: A, w: A) -> A:
    n = len(x) - len(w) + 1
    y = np.zeros(n)
    for i in range(n):
        for k in range(len(w)):
            y[i] += x[i + 3 - k] * w[k]
    return y


@kind(x="n+5", stride="=2", size="=4")
def strided_windows(x: A, stride: A, size: A) -> A:
    n = (len(x) - size) // stride + 1
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.mean(x[i * stride : i * stride + size])
    return out


@kind(x="n*3 m*2")
def max_pooling(x: A) -> A:
    h, w = x.shape[0] // 3, x.shape[1] // 2
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.max(x[3 * i : 3 * i + 3, 2 * j : 2 * j + 2])
    return out


@kind(x="n+4", least=1)
def rolling_deviation(x: A) -> A:
    out = np.empty(len(x) - 4)
    for i in range(len(x) - 4):
        out[i] = x[i : i + 5].std()
    return out


@kind(image="n+4 m+4")
def local_median(image: A) -> A:
    h, w = image.shape
    r = 2
    out = np.zeros_like(image)
    for y in range(r, h - r):
        for x in range(r, w - r):
            out[y, x] = np.median(image[y - r : y + r + 1, x - r : x + r + 1])
    return out


@kind(u="n+2 m+2")
def five_point_stencil(u: A) -> A:
    n, m = u.shape
    out = u.copy()
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return out


@kind(u="n+2")
def second_difference(u: A) -> A:
    out = np.zeros_like(u)
    for i in range(1, len(u) - 1):
        out[i] = u[i - 1] - 2 * u[i] + u[i + 1]
    return out


@kind(x="n", least=1)
def neighbours_on_a_ring(x: A) -> A:
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[(i + 1) % n] - x[i - 1]
    return out


@kind(image="n*4 m*4", size="=5", least=1)
def windows_cut_at_the_rim(image: A, size: A) -> A:
    height, width = image.shape
    out = np.zeros((height // 4, width // 4))
    r = size // 2
    for i in range(height // 4):
        for j in range(width // 4):
            y, x = 4 * i, 4 * j
            out[i, j] = np.std(image[max(0, y - r) : y + r + 1, max(0, x - r) : x + r + 1])
    return out


@kind(x="n", least=1)
def smoothing_cut_at_both_ends(x: A) -> A:
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.mean(x[max(i - 2, 0) : min(n, i + 3)])
    return out


@kind(u="n m", least=1)
def border_by_condition(u: A) -> A:
    n, m = u.shape
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            if 0 < i < n - 1 and j > 0 and j <= m - 2 and u[i, j] > -1:
                out[i, j] = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]
    return out


@kind(u="n m")
def neighbours_written_out(u: A) -> A:
    n, m = u.shape
    out = np.zeros((n, m))
    for r in range(n):
        for c in range(m):
            s = 0.0
            for dr, dc in ((-1, 0), (1, 0), (0, -1), (0, 0), (0, 1)):
                if dr == 0 and dc == 0:
                    continue
                s += u[(r + dr) % n, (c + dc) % m]
            out[r, c] = s
    return out


@kind(x="n")
def blocks_that_overlap(x: A) -> A:
    out = np.zeros(len(x) + 4)
    w = np.array([1.0, 2.0, 4.0, 2.0, 1.0])
    for i in range(len(x)):
        for j in range(5):
            out[i + j] += x[i] * w[j]
    return out


@kind(x="n")
def copied_and_exchanged(x: A) -> A:
    now = x.copy()
    new = now.copy()
    for i in range(1, len(now) - 1):
        new[i] = 0.5 * (now[i - 1] + now[i + 1])
    now = new
    return now + 0.0


@kind(x="n m:real", k="3 3:real")
def convolution_with_zeros_around(x: A, k: A) -> A:
    h, w = x.shape
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            for a in range(3):
                for b in range(3):
                    y = i + a - 1
                    z = j + b - 1
                    if y >= 0 and y < h and z >= 0 and z < w:
                        out[i, j] += x[y, z] * k[a, b]
    return out


@kind(g="n m:bool")
def living_neighbours(g: A) -> A:
    n, m = g.shape
    new = np.zeros((n, m), dtype=int)
    for i in range(n):
        for j in range(m):
            count = 0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    r = i + di
                    c = j + dj
                    if (di, dj) == (0, 0) or r < 0 or r >= n or c < 0 or c >= m:
                        continue
                    if g[r, c] == 1:
                        count += 1
            new[i, j] = count
    return new


@kind(x="n:real")
def neighbour_or_nothing(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        left = x[i - 1] if i - 1 >= 0 else 0.0
        right = 0.0
        if i + 1 < len(x):
            right = x[i + 1]
        out[i] = x[i] - 0.5 * (left + right)
    return out


@kind(x="n:double", least=1)
def smoothed_list(x: A) -> A:
    out = [x[0]]
    for i in range(1, len(x)):
        out.append(0.3 * x[i] + 0.7 * out[-1])
    return np.array(out)


@kind(x="n:double", k="=3", least=1)
def means_of_blocks(x: A, k: A) -> A:
    out = []
    for i in range(0, len(x), k):
        out.append(np.mean(x[i : i + k]))
    return np.array(out)


@kind(x="n:double", k="=2", least=1)
def largest_of_blocks(x: A, k: A) -> A:
    return np.array([x[i : i + k].max() for i in range(0, len(x), k)])


@helper
def neighbours_of(grid: A, i: A, j: A) -> A:
    rows, columns = grid.shape
    total = 0
    for a in range(-1, 2):
        for b in range(-1, 2):
            total += grid[(i + a) % rows, (j + b) % columns]
    return total - grid[i, j]


@kind(grid="n m:whole", least=1)
def sizes_unpacked_in_a_helper(grid: A) -> A:
    out = np.zeros_like(grid)
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            out[i, j] = neighbours_of(grid, i, j)
    return out


@kind(x="n+2 m+2:whole", least=1)
def offsets_written_out(x: A) -> A:
    offsets = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    out = np.zeros((x.shape[0] - 2, x.shape[1] - 2), dtype=int)
    for i in range(1, x.shape[0] - 1):
        for j in range(1, x.shape[1] - 1):
            code = 0
            for k, (a, b) in enumerate(offsets):
                if x[i + a, j + b] >= x[i, j]:
                    code |= 1 << k
            out[i - 1, j - 1] = code
    return out


@kind(x="n+2 m+2:double", shape="3 3:bool", least=1)
def sums_under_a_mask(x: A, shape: A) -> A:
    out = np.zeros((x.shape[0] - 2, x.shape[1] - 2))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = x[i : i + 3, j : j + 3][shape].sum()
    return out


@kind(x="n 6:double", k="3:double")
def rows_convolved(x: A, k: A) -> A:
    out = np.zeros((x.shape[0], x.shape[1] - len(k) + 1))
    for i in range(x.shape[0]):
        out[i] = np.convolve(x[i], k, mode="valid")
    return out


@kind(x="n 6:double", k="4:double")
def rows_convolved_beyond_the_rim(x: A, k: A) -> A:
    out = np.zeros((x.shape[0], 2 * x.shape[1] + len(k) - 1))
    for i in range(x.shape[0]):
        out[i, : x.shape[1]] = np.convolve(x[i], k, "same")
        out[i, x.shape[1] :] = np.convolve(x[i], k)
    return out


@kind(x="n+5 m+6:double", k="5:double", j="4:whole", f="n+5 m+6:single")
def columns_smoothed_by_kernels_of_odd_and_even_length(x: A, k: A, j: A, f: A) -> A:
    out = np.zeros((2, *x.shape))
    single = np.zeros(f.shape)
    for c in range(x.shape[1]):
        out[0, :, c] = np.convolve(x[:, c], k, "same")
    for r in range(len(x)):
        out[1, r] = np.convolve(x[r], j, mode="same")
        single[r] = np.convolve(f[r], k, "same")
    return out + single


@kind(w="2 3 3:double", d="2 n+1 m+1:double", least=1)
def blocks_that_overlap_in_a_plane(w: A, d: A) -> A:
    out = np.zeros((d.shape[1] + 2, d.shape[2] + 2))
    for k in range(2):
        for y in range(d.shape[1]):
            for z in range(d.shape[2]):
                out[y : y + 3, z : z + 3] += w[k] * d[k, y, z]
    return out


@kind(x="n+4 m+4:whole", low="n m:whole", least=1)
def votes_of_windows(x: A, low: A) -> A:
    out = np.zeros_like(x)
    for i in range(low.shape[0]):
        for j in range(low.shape[1]):
            out[i : i + 5, j : j + 5] += x[i : i + 5, j : j + 5] >= low[i, j]
    return out


@kind(x="m:double", begin="n:index m", end="n:index m", least=1)
def sums_of_parts(x: A, begin: A, end: A) -> A:
    out = []
    for b, e in zip(begin, end, strict=True):
        out.append(x[b : e + 2].sum())
    return np.array(out)


@kind(x="n:double", width="=2")
def means_of_cut_windows(x: A, width: A) -> A:
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        low = max(0, i - width)
        high = min(n, i + width + 1)
        out[i] = np.mean(x[low:high])
    return out


@kind(x="n m:bool", least=1)
def true_beside_a_true_one(x: A) -> A:
    h, w = x.shape
    out = np.zeros_like(x)
    for i in range(h):
        for j in range(w):
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    y, z = i + di, j + dj
                    if 0 <= y < h and 0 <= z < w and x[y, z]:
                        out[i, j] = True
    return out


@kind(x="n m:bool", least=3)
def true_all_around(x: A) -> A:
    out = np.zeros(x.shape, dtype=bool)
    for i in range(1, x.shape[0] - 1):
        for j in range(1, x.shape[1] - 1):
            out[i, j] = x[i - 1 : i + 2, j - 1 : j + 2].all()
    return out


@kind(x="n:double", size="=3", hop="=2")
def crossings_of_zero_in_frames(x: A, size: A, hop: A) -> A:
    rates = []
    start = 0
    while start + size <= len(x):
        c = 0
        for k in range(start + 1, start + size):
            if (x[k - 1] >= 0) != (x[k] >= 0):
                c += 1
        rates.append(c / size)
        start += hop
    return np.array(rates)


@kind(x="n:double", h="=h", least=1)
def blocks_of_any_length(x: A, h: A) -> A:
    out = np.zeros(len(x) // h)
    for b in range(len(x) // h):
        for k in range(b * h, b * h + h):
            out[b] += x[k] * x[k]
    return out


@kind(x="n m:double", least=1)
def steepest_of_four(x: A) -> A:
    n, m = x.shape
    out = np.zeros((n, m), dtype=int)
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            best = 0.0
            for di, dj in [(-1, -1), (-1, 0), (0, 1), (1, 1)]:
                apart = 1.0 if di == 0 or dj == 0 else 2**0.5
                slope = (x[i, j] - x[i + di, j + dj]) / apart
                if slope > best:
                    best = slope
                    out[i, j] = 3 * di + dj
    return out


@kind(x="q n+2 m+2 c", w="3 3 c f", b="f")
def windows_of_all_images(x: A, w: A, b: A) -> A:
    h, v = x.shape[1] - 2, x.shape[2] - 2
    out = np.empty((len(x), h, v, w.shape[3]))
    for i in range(h):
        for j in range(v):
            out[:, i, j, :] = np.sum(
                x[:, i : i + 3, j : j + 3, :, np.newaxis] * w[np.newaxis], axis=(1, 2, 3)
            )
    return out + b


@kind(x="n+2 m+2:any")
def sums_of_nine(x: A) -> A:
    n, m = x.shape[0] - 2, x.shape[1] - 2
    out = np.zeros((n, m), x.dtype)
    for i in range(n):
        for j in range(m):
            out[i, j] = x[i : i + 3, j : j + 3].sum() - x[i + 1, j + 1]
    return out


@kind(x="n+5 m+4", y="n m")
def means_by_neighbours(x: A, y: A) -> A:
    out = y.copy()
    for i in range(len(y)):
        for j in range(y.shape[1]):
            total = 0.0
            for k in range(6):
                for p in range(-2, 3):
                    total += x[i + k, j + 2 + p]
            out[i, j] += total / 30 + x[i : i + 2, j : j + 4].mean()
    return out


@kind(x="n+2 m+2:number")
def slopes_by_written_kernels(x: A) -> A:
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], dtype=float)
    across = down.T / 4
    around = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    out = np.zeros((3, x.shape[0] - 2, x.shape[1] - 2), x.dtype)
    for i in range(x.shape[0] - 2):
        for j in range(x.shape[1] - 2):
            patch = x[i : i + 3, j : j + 3]
            out[0, i, j] = np.sum(patch * down)
            out[1, i, j] = (across * patch).sum()
            for a in range(3):
                for b in range(3):
                    out[2, i, j] += around[a, b] * x[i + a, j + b]
    return out


@kind(x="n+2 k")
def rows_smoothed_by_a_written_kernel(x: A) -> A:
    w = [0.25, 0.5, 0.25]
    out = np.zeros((len(x) - 2, x.shape[1]))
    for i in range(1, len(x) - 1):
        for j in range(x.shape[1]):
            for d in (-1, 0, 1):
                out[i - 1, j] += w[d + 1] * x[i + d, j]
    return out


@kind(x="n+3 m+4:double")
def deviations_of_windows(x: A) -> A:
    out = np.zeros((x.shape[0] - 3, x.shape[1] - 4))
    for i in range(x.shape[0] - 3):
        for j in range(x.shape[1] - 4):
            out[i, j] = x[i : i + 4, j : j + 5].std() + 1
    return out


@kind(u="n m", least=1)
def neighbours_on_a_torus(u: A) -> A:
    n, m = u.shape
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            around = u[(i + 1) % n, j] + u[i - 1, j] + u[i, (j + 2) % m] + u[i, (j - 2) % m]
            out[i, j] = around - 4 * u[i, j] + u[-1, 0]
    return out


@kind(u="n n:int", v="n", least=1)
def pairs_on_a_ring(u: A, v: A) -> float:
    n = len(v)
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += u[i, j] * (u[(i + 3) % n, j] + u[i, (j + 1) % n]) * v[(i + j) % n]
    return total


@kind(u="n 3", least=1)
def rows_on_a_ring(u: A) -> A:
    out = np.zeros((len(u), 3))
    for i in range(len(u)):
        out[i] = u[(i - 1) % len(u)] + u[(i + 1) % len(u)] - 2 * u[i]
    return out


@helper
def values_around(grid: A, i: A, j: A) -> A:
    values = []
    for a in range(-1, 2):
        for b in range(-1, 2):
            row = min(max(i + a, 0), grid.shape[0] - 1)
            column = min(max(j + b, 0), grid.shape[1] - 1)
            values.append(grid[row, column])
    return values


@kind(grid="n m")
def spread_of_values_around(grid: A) -> A:
    out = np.zeros(grid.shape)
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            near = values_around(grid, i, j)
            out[i, j] = max(near) - min(near) + sum(near) / len(near)
    return out
