"""Series, groups, counts and text: as they are often written, and by hand."""

from typing import Any

import numpy as np
import scipy.signal

Array = Any


def prefix_sums(x: Array) -> Array:
    """Running sums."""
    out = np.empty_like(x)
    total = 0.0
    for i in range(len(x)):
        total += x[i]
        out[i] = total
    return out


def prefix_sums_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random(20_000),)


def prefix_sums_by_hand(x: Array) -> Array:
    return np.cumsum(x)


def run_lengths(x: Array) -> Array:
    """Lengths of runs of equal numbers."""
    lengths = []
    n = 1
    for i in range(1, len(x)):
        if x[i] == x[i - 1]:
            n += 1
        else:
            lengths.append(n)
            n = 1
    lengths.append(n)
    return np.array(lengths)


def run_lengths_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).integers(0, 3, 20_000),)


def run_lengths_by_hand(x: Array) -> Array:
    ends = np.flatnonzero(x[1:] != x[:-1]) + 1
    return np.diff(np.concatenate(([0], ends, [len(x)])))


def group_means(values: Array, groups: Array, count: int) -> Array:
    """Mean of each group by a mask."""
    out = np.zeros(count)
    for g in range(count):
        out[g] = values[groups == g].mean()
    return out


def group_means_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random(20_000), rng.integers(0, 200, 20_000), 200


def group_means_by_hand(values: Array, groups: Array, count: int) -> Array:
    return np.bincount(groups, values, count) / np.bincount(groups, minlength=count)


def group_sums_in_dictionary(keys: Array, values: Array) -> Array:
    """Sum of each key, collected in a dictionary."""
    sums: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        if key in sums:
            sums[key] += value
        else:
            sums[key] = value
    return np.array([sums[key] for key in sorted(sums)])


def group_sums_in_dictionary_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 50, 20_000), rng.random(20_000)


def group_sums_in_dictionary_by_hand(keys: Array, values: Array) -> Array:
    _, inverse = np.unique(keys, return_inverse=True)
    return np.bincount(inverse, values)


def histogram(values: Array, low: float, high: float, bins: int) -> Array:
    """Counts by bin of one width, value after value."""
    counts = np.zeros(bins, dtype=int)
    width = (high - low) / bins
    for v in values:
        if low <= v < high:
            counts[int((v - low) / width)] += 1
    return counts


def histogram_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(20_000), 0.1, 0.9, 64


def histogram_by_hand(values: Array, low: float, high: float, bins: int) -> Array:
    width = (high - low) / bins
    inside = values[(values >= low) & (values < high)]
    return np.bincount(((inside - low) / width).astype(int), minlength=bins)


def angle_histogram(magnitude: Array, angle: Array, bins: int) -> Array:
    """Sum of magnitudes by direction."""
    out = np.zeros(bins)
    for i in range(magnitude.shape[0]):
        for j in range(magnitude.shape[1]):
            out[int(angle[i, j] / 360.0 * bins) % bins] += magnitude[i, j]
    return out


def angle_histogram_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((100, 110)), rng.uniform(0, 360, (100, 110)), 36


def angle_histogram_by_hand(magnitude: Array, angle: Array, bins: int) -> Array:
    index = (angle / 360.0 * bins).astype(int) % bins
    return np.bincount(index.ravel(), magnitude.ravel(), bins)


def moving_averages(x: Array, n: int) -> Array:
    """Mean of the last values, with slices."""
    out = []
    for i in range(len(x) - n + 1):
        out.append(sum(x[i : i + n]) / n)
    return np.array(out)


def moving_averages_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(2000), 30


def moving_averages_by_hand(x: Array, n: int) -> Array:
    total = np.cumsum(np.concatenate(([0.0], x)))
    return (total[n:] - total[:-n]) / n


def rolling_maximum(x: Array, n: int) -> Array:
    """Largest of the last values."""
    out = np.empty(len(x) - n + 1)
    for i in range(len(out)):
        out[i] = x[i : i + n].max()
    return out


def rolling_maximum_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(4000), 16


def rolling_maximum_by_hand(x: Array, n: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(x, n).max(axis=1)


def interpolated(at: Array, xs: Array, ys: Array) -> Array:
    """Straight lines between given points."""
    out = np.empty(len(at))
    for i in range(len(at)):
        k = np.searchsorted(xs, at[i]) - 1
        k = min(max(k, 0), len(xs) - 2)
        t = (at[i] - xs[k]) / (xs[k + 1] - xs[k])
        out[i] = ys[k] + t * (ys[k + 1] - ys[k])
    return out


def interpolated_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    xs = np.sort(rng.random(50))
    return rng.uniform(xs[0], xs[-1], 3000), xs, rng.random(50)


def interpolated_by_hand(at: Array, xs: Array, ys: Array) -> Array:
    k = np.clip(np.searchsorted(xs, at) - 1, 0, len(xs) - 2)
    t = (at - xs[k]) / (xs[k + 1] - xs[k])
    return ys[k] + t * (ys[k + 1] - ys[k])


def interpolated_calls(at: Array, xs: Array, ys: Array) -> Array:
    """np.interp, point by point."""
    return np.array([np.interp(v, xs, ys) for v in at])


def interpolated_calls_arguments() -> tuple[Any, ...]:
    return interpolated_arguments()


def interpolated_calls_by_hand(at: Array, xs: Array, ys: Array) -> Array:
    return np.interp(at, xs, ys)


def conditional_sum(x: Array, limit: float) -> Any:
    """Sum of what is above a limit."""
    total = 0.0
    for value in x:
        if value > limit:
            total += value
    return total


def conditional_sum_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(30_000), 0.5


def conditional_sum_by_hand(x: Array, limit: float) -> Any:
    return x[x > limit].sum()


def piecewise(x: Array) -> Array:
    """Three formulas by range."""
    out = np.zeros(len(x))
    for i, v in enumerate(x):
        if v < -1:
            out[i] = -1.0
        elif v > 1:
            out[i] = 1.0
        else:
            out[i] = v * (1.5 - 0.5 * v * v)
    return out


def piecewise_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).standard_normal(20_000),)


def piecewise_by_hand(x: Array) -> Array:
    v = np.clip(x, -1, 1)
    return v * (1.5 - 0.5 * v * v)


def numbers_from_text(words: Array) -> Array:
    """Text to numbers, one by one."""
    out = np.empty(len(words))
    for i in range(len(words)):
        out[i] = float(words[i])
    return out


def numbers_from_text_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return (np.array([f"{v:.4f}" for v in rng.random(10_000)]),)


def numbers_from_text_by_hand(words: Array) -> Array:
    return np.array(words.tolist(), dtype=float)


def one_hot(labels: Array, classes: int) -> Array:
    """A one in the column of each label."""
    out = np.zeros((len(labels), classes))
    for i in range(len(labels)):
        out[i, labels[i]] = 1
    return out


def one_hot_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).integers(0, 20, 5000), 20


def one_hot_by_hand(labels: Array, classes: int) -> Array:
    out = np.zeros((len(labels), classes))
    out[np.arange(len(labels)), labels] = 1
    return out


def softmax_rows(x: Array) -> Array:
    """Softmax, row by row."""
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        e = np.exp(x[i] - np.max(x[i]))
        out[i] = e / np.sum(e)
    return out


def softmax_rows_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).standard_normal((2000, 10)),)


def softmax_rows_by_hand(x: Array) -> Array:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def pairwise_minimum(a: Array, b: Array) -> Array:
    """The smaller of two, element by element."""
    return np.array([min(x, y) for x, y in zip(a, b, strict=True)])


def pairwise_minimum_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random(20_000), rng.random(20_000)


def pairwise_minimum_by_hand(a: Array, b: Array) -> Array:
    return np.minimum(a, b)


def polynomial(x: Array, coefficients: Array) -> Array:
    """A polynomial by powers, for each number."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        for k, c in enumerate(coefficients):
            out[i] += c * x[i] ** k
    return out


def polynomial_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random(2000), rng.random(8)


def polynomial_by_hand(x: Array, coefficients: Array) -> Array:
    out = np.full(len(x), coefficients[-1])
    for c in coefficients[-2::-1]:
        out *= x
        out += c
    return out


def polynomial_of_array(x: Array, coefficients: Array) -> Array:
    """A polynomial by powers of the whole array."""
    out = np.zeros_like(x)
    for k in range(len(coefficients)):
        out += coefficients[k] * x**k
    return out


def polynomial_of_array_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random(50_000), rng.random(8)


def polynomial_of_array_by_hand(x: Array, coefficients: Array) -> Array:
    return polynomial_by_hand(x, coefficients)


def convolution_with_bias(x: Array, weights: Array, bias: Array) -> Array:
    """A layer of convolution over images with channels."""
    n, h, w, _ = x.shape
    k = weights.shape[0]
    out = np.empty((n, h - k + 1, w - k + 1, weights.shape[3]))
    for i in range(h - k + 1):
        for j in range(w - k + 1):
            out[:, i, j, :] = np.sum(
                x[:, i : i + k, j : j + k, :, np.newaxis] * weights[np.newaxis], axis=(1, 2, 3)
            )
    return out + bias


def convolution_with_bias_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((4, 16, 16, 3)), rng.random((3, 3, 3, 8)), rng.random(8)


def convolution_with_bias_by_hand(x: Array, weights: Array, bias: Array) -> Array:
    k = weights.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    return np.tensordot(windows, weights, axes=((4, 5, 3), (0, 1, 2))) + bias


def convolved(x: Array, kernel: Array) -> Array:
    """A convolution of two series, term by term."""
    n, m = len(x), len(kernel)
    out = np.zeros(n + m - 1)
    for i in range(n):
        for j in range(m):
            out[i + j] += x[i] * kernel[j]
    return out


def convolved_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random(400), rng.random(25)


def convolved_by_hand(x: Array, kernel: Array) -> Array:
    return np.convolve(x, kernel)


def discrete_transform(x: Array) -> Array:
    """Fourier's sum for every frequency."""
    n = len(x)
    out = np.zeros(n, dtype=complex)
    for k in range(n):
        for t in range(n):
            out[k] += x[t] * np.exp(-2j * np.pi * k * t / n)
    return out


def discrete_transform_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random(100),)


def discrete_transform_by_hand(x: Array) -> Array:
    return np.fft.fft(x)


def autocorrelation(x: Array, most: int) -> Array:
    """Correlation of a series with itself, lag by lag."""
    mean = x.mean()
    out = np.zeros(most)
    for lag in range(most):
        for t in range(len(x) - lag):
            out[lag] += (x[t] - mean) * (x[t + lag] - mean)
    return out / out[0]


def autocorrelation_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(600), 30


def autocorrelation_by_hand(x: Array, most: int) -> Array:
    d = x - x.mean()
    out = np.array([d[: len(d) - lag] @ d[lag:] for lag in range(most)])
    return out / out[0]


def low_pass(x: Array, share: float) -> Array:
    """A filter that feeds its own last value back."""
    out = np.zeros(len(x))
    out[0] = share * x[0]
    for i in range(1, len(x)):
        out[i] = share * x[i] + (1 - share) * out[i - 1]
    return out


def low_pass_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(20_000), 0.1


def low_pass_by_hand(x: Array, share: float) -> Array:
    return scipy.signal.lfilter([share], [1.0, share - 1.0], x)


def standardised(x: Array) -> Array:
    """Every column with mean 0 and deviation 1."""
    out = np.empty_like(x)
    for j in range(x.shape[1]):
        out[:, j] = (x[:, j] - np.mean(x[:, j])) / np.std(x[:, j])
    return out


def standardised_arguments() -> tuple[Any, ...]:
    return (np.random.default_rng(0).random((100, 300)),)


def standardised_by_hand(x: Array) -> Array:
    return (x - x.mean(axis=0)) / x.std(axis=0)


def drawdown(prices: Array) -> Any:
    """Largest loss from a peak."""
    peak = prices[0]
    worst = 0.0
    for p in prices:
        if p > peak:
            peak = p
        loss = (peak - p) / peak
        if loss > worst:
            worst = loss
    return worst


def drawdown_arguments() -> tuple[Any, ...]:
    return (100 + np.cumsum(np.random.default_rng(0).standard_normal(20_000)) * 0.1,)


def drawdown_by_hand(prices: Array) -> Any:
    peak = np.maximum.accumulate(prices)
    return ((peak - prices) / peak).max()


def edit_distance(a: Array, b: Array) -> Any:
    """Levenshtein's distance of two sequences by dynamic programming."""
    n, m = len(a), len(b)
    d = np.zeros((n + 1, m + 1), dtype=np.int64)
    for i in range(n + 1):
        d[i, 0] = i
    for j in range(m + 1):
        d[0, j] = j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d[n, m]


def edit_distance_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 4, 100), rng.integers(0, 4, 110)


def edit_distance_by_hand(a: Array, b: Array) -> Any:
    row = np.arange(len(b) + 1)
    for i, letter in enumerate(a, 1):
        best = np.concatenate(([i], np.minimum(row[1:] + 1, row[:-1] + (b != letter))))
        # d[j] = min over k ≤ j of best[k] + j − k
        steps = np.arange(len(b) + 1)
        row = np.minimum.accumulate(best - steps) + steps
    return row[-1]


def transition_counts(states: Array, count: int) -> Array:
    """How often one state follows another."""
    out = np.zeros((count, count), dtype=int)
    for before, after in zip(states[:-1], states[1:], strict=True):  # noqa: RUF007
        out[before, after] += 1
    return out


def transition_counts_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).integers(0, 12, 10_000), 12


def transition_counts_by_hand(states: Array, count: int) -> Array:
    flat = np.bincount(states[:-1] * count + states[1:], minlength=count * count)
    return flat.reshape(count, count)


def trapezoid_integrals(y: Array, x: Array) -> Array:
    """Integral of every row by trapezoids."""
    out = np.zeros(y.shape[0])
    for i in range(y.shape[0]):
        for j in range(1, y.shape[1]):
            out[i] += 0.5 * (y[i, j] + y[i, j - 1]) * (x[j] - x[j - 1])
    return out


def trapezoid_integrals_arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return rng.random((60, 100)), np.sort(rng.random(100))


def trapezoid_integrals_by_hand(y: Array, x: Array) -> Array:
    return 0.5 * (y[:, 1:] + y[:, :-1]) @ np.diff(x)


def bootstrap_means(x: Array, rounds: int, seed: int) -> Array:
    """Means of samples with replacement."""
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(rounds):
        means.append(np.mean(rng.choice(x, size=len(x))))
    return np.array(means)


def bootstrap_means_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).random(50), 1000, 3


def bootstrap_means_by_hand(x: Array, rounds: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return rng.choice(x, size=(rounds, len(x))).mean(axis=1)


def neighbours_of_labels(labels: Array, count: int) -> Array:
    """Whether two labels touch in an image."""
    out = np.zeros((count, count), dtype=bool)
    for i in range(labels.shape[0]):
        for j in range(labels.shape[1] - 1):
            a, b = labels[i, j], labels[i, j + 1]
            if a != b:
                out[a, b] = True
                out[b, a] = True
    return out


def neighbours_of_labels_arguments() -> tuple[Any, ...]:
    return np.random.default_rng(0).integers(0, 40, (80, 90)) // 4, 10


def neighbours_of_labels_by_hand(labels: Array, count: int) -> Array:
    out = np.zeros((count, count), dtype=bool)
    a, b = labels[:, :-1], labels[:, 1:]
    differ = a != b
    out[a[differ], b[differ]] = True
    return out | out.T
