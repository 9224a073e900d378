"""What an iteration takes from the one before: running sums, states, rounds."""

from typing import Any

import numpy as np

from tests.analysis.explain.lifting.checking import helper, kind

A = Any


@kind(x="n")
def running_sum(x: A) -> A:
    out = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        s += x[i]
        out[i] = s
    return out


@kind(x="n", least=1)
def running_sum_in_array(x: A) -> A:
    out = np.zeros(len(x))
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = out[i - 1] + x[i]
    return out


@kind(x="n m", least=1)
def running_sum_of_columns(x: A) -> A:
    for i in range(1, x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += x[i - 1, j]
    return x


@kind(x="n", least=1)
def running_maximum(x: A) -> A:
    out = np.empty(len(x))
    m = x[0]
    for i in range(len(x)):
        m = max(m, x[i])
        out[i] = m
    return out


@kind(x="n:double", a="~", least=1)
def exponential_smoothing(x: A, a: A) -> A:
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = 0.3 * x[i] + 0.7 * y[i - 1]
    return y


@kind(x="n")
def offsets_before(x: A) -> A:
    out = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        out[i] = s
        s += x[i]
    return out


@kind(n="=n", rng="rng")
def random_walk(n: A, rng: A) -> A:
    out = np.zeros(n)
    s = 0.0
    for i in range(n):
        s += rng.integers(0, 2) * 2 - 1
        out[i] = s
    return out, rng


@kind(x="n:int")
def running_sum_of_small_integers(x: A) -> A:
    out = np.zeros(len(x))
    s = 0
    for i in range(len(x)):
        s += x[i]
        out[i] = s
    return out


@helper
def rounds_to_escape(c: A, most: A) -> A:
    z: A = 0
    for k in range(most):
        if abs(z) > 2:
            return k
        z = z * z + c
    return most


@kind(x="n:double", y="m:double", most="=4")
def escape_by_a_helper(x: A, y: A, most: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = rounds_to_escape(2 * x[i] + 1j * y[j], most)
    return out


@kind(h="=n", w="=m", least=1)
def escape_by_while(h: A, w: A) -> A:
    out = np.zeros((h, w), dtype=int)
    for i in range(h):
        for j in range(w):
            c = complex(-2.0 + 3.0 * j / w, 1.5 * i / h)
            z = 0
            n = 0
            while abs(z) <= 2 and n < 9:
                z = z * z + c  # type: ignore[assignment]
                n += 1
            out[i, j] = n
    return out


@kind(h="=n", w="=m", least=1)
def escape_of_evenly_spaced_numbers(h: A, w: A) -> A:
    out = np.zeros((h, w), dtype=int)
    for i, y in enumerate(np.linspace(-1.5, 1.5, h)):
        for j, x in enumerate(np.linspace(-2, 0.5, w)):
            z = 0j
            for k in range(9):
                z = z * z + complex(x, y)
                if abs(z) > 2:
                    out[i, j] = k
                    break
    return out


@kind(x="n:double", y="m:double")
def counter_after_a_break(x: A, y: A) -> A:
    out = np.zeros((len(x), len(y)))
    for i in range(len(x)):
        for j in range(len(y)):
            a = b = 0.0
            for k in range(7):  # noqa: B007
                if a * a + b * b > 4:
                    break
                a, b = a * a - b * b + x[i], 2 * a * b + y[j]
            out[i, j] = k
    return out


@kind(a="n:float")
def roots_by_newton(a: A) -> A:
    out = np.empty(len(a))
    for i in range(len(a)):
        target = abs(a[i]) + 1
        x = target
        while abs(x * x - target) > 1e-3:
            x = 0.5 * (x + target / x)
        out[i] = x
    return out


@kind(n="=n")
def collatz_steps(n: A) -> A:
    out = np.zeros(n, dtype=int)
    for i in range(1, n):
        k = i
        steps = 0
        while k != 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            steps += 1
        out[i] = steps
    return out


@kind(s="n 2:double", steps="=4")
def oscillators(s: A, steps: A) -> A:
    out = np.zeros((len(s), steps))
    for p in range(len(s)):
        x, v = s[p, 0], s[p, 1]
        for t in range(steps):
            a = -x - 0.1 * v
            v = v + 0.1 * a
            x = x + 0.1 * v
            out[p, t] = x
    return out


@kind(x="n:double", c="k:double")
def polynomials_by_horner(x: A, c: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        s = 0.0
        for k in range(len(c)):
            s = s * x[i] + c[k]
        out[i] = s
    return out


@kind(n="=n", steps="=m", rng="rng")
def paths_of_prices(n: A, steps: A, rng: A) -> A:
    last = np.zeros(n)
    for p in range(n):
        s = 100.0
        for _ in range(steps):
            s = s * (1 + 0.1 * rng.standard_normal())
        last[p] = max(s - 100, 0)
    return last, rng


@kind(x="n m:double")
def recursions_by_row(x: A) -> A:
    n, t = x.shape
    y = np.zeros((n, t))
    for i in range(n):
        for k in range(1, t):
            y[i, k] = max(0.5 * y[i, k - 1], x[i, k])
    return y


@kind(x="n:double")
def running_sums_in_a_list(x: A) -> A:
    out = []
    total = 0.0
    for v in x:
        total += v
        out += [total]
    return np.array(out)


@kind(x="n")
def held_until_the_next(x: A) -> A:
    out = np.zeros(len(x))
    state = -1.0
    for i in range(len(x)):
        if x[i] > 0.5:
            state = x[i]
        elif x[i] < -0.5:
            state = 0.0
        out[i] = state
    return out


@kind(x="n", mask="n:bool")
def gaps_filled_forwards(x: A, mask: A) -> A:
    out = x.copy()
    for i in range(1, len(out)):
        if mask[i]:
            out[i] = out[i - 1]
    return out


@kind(x="n m", mask="n m:bool")
def gaps_of_rows_filled(x: A, mask: A) -> A:
    out = x.copy()
    for i in range(out.shape[0]):
        for j in range(1, out.shape[1]):
            if mask[i, j]:
                out[i, j] = out[i, j - 1]
    return out


@kind(x="n", rate="~")
def never_below_zero(x: A, rate: A) -> A:
    level = 0.0
    out = np.zeros(len(x))
    for i in range(len(x)):
        level = max(0.0, level + x[i] - rate)
        out[i] = level
    return out


@kind(x="n:double")
def reset_below_zero(x: A) -> A:
    s = 0.0
    out = np.zeros(len(x))
    for i in range(len(x)):
        s = s + x[i]
        if s < 0.0:
            s = 0.0
        out[i] = s
    return out


@kind(x="n:double")
def never_above(x: A) -> A:
    s = 1.0
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = s
        s = min(s + x[i], 1.5)
    return out


@kind(x="n", again="n:bool")
def sums_that_begin_anew(x: A, again: A) -> A:
    out = np.zeros(len(x))
    s = 0.5
    for i in range(len(x)):
        if again[i]:
            s = 0.0
        s += x[i]
        out[i] = s
    return out


@kind(on="n:bool")
def longest_run(on: A) -> A:
    best = 0
    run = 0
    for each in on:
        if each:
            run += 1
            if run > best:
                best = run
        else:
            run = 0
    return best


@kind(x="n")
def switched_on_and_off(x: A) -> A:
    out = np.zeros(len(x), dtype=bool)
    on = False
    for i in range(len(x)):
        if x[i] > 0.5:
            on = True
        elif x[i] < -0.5:
            on = False
        out[i] = on
    return out


@kind(x="n:double")
def steps_from_the_one_before(x: A) -> A:
    out = np.zeros(len(x))
    before = 0.25
    for i in range(len(x)):
        out[i] = x[i] - before
        before = x[i]
    return out


@kind(counts="n:whole", least=2)
def sums_on_both_sides(counts: A) -> A:
    out = np.zeros(len(counts) - 1)
    for t in range(1, len(counts)):
        left, right = counts[:t].sum(), counts[t:].sum()
        out[t - 1] = left * right
    return out


@kind(x="n:real", rng="rng", least=1)
def bootstrapped_means(x: A, rng: A) -> A:
    out = []
    for _ in range(6):
        sample = rng.choice(x, size=len(x), replace=True)
        out.append(np.mean(sample))
    return np.array(out)


@kind(rng="rng")
def draws_with_named_parameters(rng: A) -> A:
    out = []
    for _ in range(6):
        out.append(rng.normal(loc=1.0, scale=2.0, size=3).max())
    return np.array(out)


@kind(x="n:double")
def longest_rise(x: A) -> A:
    longest = 0
    rise = 0
    for i in range(1, len(x)):
        if x[i] > x[i - 1]:
            rise += 1
            if rise > longest:
                longest = rise
        else:
            rise = 0
    return longest


@kind(x="n:double")
def how_long_it_is_positive(x: A) -> A:
    out = np.zeros(len(x), dtype=int)
    count = 3
    for i in range(len(x)):
        if x[i] > 0:
            count += 2
        else:
            count = 1
        out[i] = count
    return out


@kind(bits="n:whole", least=1)
def values_and_lengths(bits: A) -> A:
    bits = bits % 2
    runs = []
    current = bits[0]
    length = 1
    for b in bits[1:]:
        if b == current:
            length += 1
        else:
            runs.append((current, length))
            current = b
            length = 1
    runs.append((current, length))
    return runs


@kind(x="n:double")
def sums_between_crossings(x: A) -> A:
    sums = []
    total = 0.0
    for i in range(len(x)):
        if x[i] < 0:
            sums.append(total)
            total = 0.0
        else:
            total += x[i]
    sums.append(total)
    return np.array(sums)


@kind(x="n:double")
def gaps_filled_from_the_front(x: A) -> A:
    for i in range(len(x)):
        if x[i] > 0.5:
            x[i] = x[i - 1] if i > 0 else 0.25
    return x


@kind(x="n:double", m="n:bool")
def gaps_filled_unless_marked(x: A, m: A) -> A:
    for i in range(1, len(x)):
        if x[i] > 0:
            x[i] = -1.0 if m[i] else x[i - 1]
    return x


@kind(u="n:double", least=1)
def low_pass(u: A) -> A:
    x = np.zeros(len(u))
    for t in range(1, len(u)):
        x[t] = x[t - 1] + 0.1 * (u[t] - x[t - 1]) / 0.5
    return x


@kind(u="n:double", least=1)
def relaxation_of_a_name(u: A) -> A:
    out = []
    v = 1.0
    for e in u:
        v -= 0.2 * (v - e)
        out.append(v)
    return np.array(out)


@kind(u="n:double", least=1)
def mean_with_the_one_before(u: A) -> A:
    out = np.zeros(len(u))
    v = 3.0
    for i in range(len(u)):
        v = (v + u[i]) / 2
        out[i] = v
    return out, v


@kind(n="=n", least=1)
def decay_by_steps(n: A) -> A:
    y = np.zeros(n)
    y[0] = 2.0
    for i in range(n - 1):
        y[i + 1] = y[i] + 0.1 * (-0.5 * y[i])
    return y


@kind(n="=n", least=1)
def three_states_one_after_another(n: A) -> A:
    a = np.zeros(n)
    b = np.zeros(n)
    c = np.zeros(n)
    a[0] = 10.0
    for t in range(1, n):
        a[t] = a[t - 1] - 0.3 * a[t - 1]
        b[t] = b[t - 1] + (0.3 * a[t - 1] - 0.1 * b[t - 1]) * 0.5
        c[t] = c[t - 1] + 0.1 * b[t - 1]
    return a, b, c


@kind(x="n:double", least=1)
def weighted_by_age(x: A) -> A:
    s = 0.5
    for v in x:
        s = 0.8 * s + v
    return s


@kind(x="n:double", least=1)
def shrinking(x: A) -> A:
    s = 4.0
    for _ in x:
        s = s - s / 8
    return s


@kind(seq="n:whole", least=1)
def number_of_digits(seq: A) -> A:
    code = 3
    for j in range(len(seq)):
        code = code * 4 + seq[j]
    return code


@kind(seq="n:whole", least=3)
def codes_of_words(seq: A) -> A:
    counts = np.zeros(4**3, dtype=int)
    for i in range(len(seq) - 2):
        code = 0
        for j in range(3):
            code = code * 4 + seq[i + j] % 4
        counts[code] += 1
    return counts


@kind(above="n+1:int", y="n:int", letter="=3")
def a_row_of_an_edit_distance(above: A, y: A, letter: int) -> A:
    row = np.zeros(len(above), dtype=above.dtype)
    row[0] = above[0] + 1
    for j in range(1, len(above)):
        cost = 0 if y[j - 1] == letter else 1
        row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
    return row


@kind(above="n+1", c="n+1")
def a_row_of_cheapest_paths(above: A, c: A) -> A:
    row = np.zeros(len(above))
    row[0] = above[0] + c[0]
    for j in range(1, len(above)):
        row[j] = c[j] + min(above[j], row[j - 1], above[j - 1])
    return row


@kind(x="n", gap="~")
def best_that_ends_here(x: A, gap: float) -> A:
    best, out = 0.0, np.zeros(len(x))
    for i in range(len(x)):
        best = max(0.0, best - gap, x[i]) + 0.5
        out[i] = best
    return out


@kind(u="n+2", x="n+2")
def a_row_relaxed_in_place(u: A, x: A) -> A:
    for j in range(1, len(u) - 1):
        u[j] = 0.25 * (u[j - 1] + u[j + 1] + x[j])
    return u


@kind(x="n", low="~", high="~")
def in_or_out_of_a_position(x: A, low: float, high: float) -> A:
    position = 0
    out = np.zeros(len(x))
    for i in range(len(x)):
        if position == 0 and x[i] > high:
            position = 1
        elif position == 1 and x[i] < low:
            position = 0
        out[i] = position
    return out


@kind(x="n", y="n", band="~")
def long_and_short(x: A, y: A, band: float) -> tuple[A, int, int]:
    pos, trades = 0, 0
    held = []
    for p, s in zip(x, y, strict=False):
        if p > s + band and pos != 1:
            pos = 1
            trades += 1
        elif p < s - band and pos != -1:
            pos = -1
            trades += 1
        held.append(pos)
    return np.array(held), trades, pos


@kind(x="n", high="~")
def edges_of_a_flag(x: A, high: float) -> A:
    on = False
    edges = []
    for i, v in enumerate(x):
        if not on and v > high:
            on = True
            edges.append(i)
        elif on and v < -high:
            on = False
    return edges


@kind(x="n:any")
def turning_points(x: A) -> A:
    found = []
    direction = 0
    for i in range(1, len(x)):
        if x[i] > x[i - 1] and direction <= 0:
            direction = 1
            found.append(i - 1)
        elif x[i] < x[i - 1] and direction >= 0:
            direction = -1
            found.append(i - 1)
    return np.array(found)
