"""Loops that must stay as a whole, each with words of the reason."""

import math
import random
from typing import Any

import numpy as np
import scipy

from tests.analysis.explain.lifting.checking import refused

A = Any


@refused("iteration before", x="n")
def logistic_map(x: A) -> A:
    s = 0.5
    for i in range(len(x)):
        s = 3.7 * s * (1 - s) + 0.0 * x[i]
    return s


@refused("several of its elements", x="n")
def fibonacci_like(x: A) -> A:
    for i in range(2, len(x)):
        x[i] = x[i - 1] * x[i - 2]
    return x


@refused("several of its elements before", u="n m")
def gauss_seidel(u: A) -> A:
    for i in range(1, u.shape[0] - 1):
        for j in range(1, u.shape[1] - 1):
            u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return u


@refused("a compiler", a="n", b="m")
def edit_distance(a: A, b: A) -> A:
    n, m = len(a), len(b)
    d = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d


@refused("may end before", x="n")
def changed_until_the_first(x: A) -> A:
    for i in range(len(x)):
        x[i] = 0.0
        if x[i] > 0.5:
            return i
    return -1


@refused("may end before", x="n m")
def a_row_left_early(x: A) -> A:
    s = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0.5:
                return s
            s += x[i, j]
    return s


@refused("it is a while loop", x="n")
def as_long_as_it_holds(x: A) -> A:
    s = 1.0
    while s < 100:
        s = s * 2 + abs(x[0])
    return s


@refused("depends on its value", x="n")
def rounds_that_go_on_from_one_another(x: A) -> A:
    s = 1.0
    for i in range(len(x)):
        for _ in range(3):
            s = s * x[i] + 1
    return s


@refused("may end before", x="n")
def sum_until(x: A) -> A:
    s = 0.0
    for v in x:
        if s > 2:
            break
        s += v
    return s


@refused("side effects", x="n")
def prints(x: A) -> A:
    for v in x:
        print(v)  # noqa: T201


@refused("which may do anything", x="n")
def calls_an_unknown_function(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = unknown(x[i])
    return out


def unknown(x: A) -> A:
    """Might keep a count of its calls."""
    global _calls
    _calls += 1
    return x


_calls = 0


@refused("may share their memory", x="n")
def view_of_its_input(x: A) -> A:
    y = x[1:]
    for i in range(len(y)):
        y[i] = x[i] + 1
    return x


@refused("random", n="=n")
def draws_from_the_standard_library(n: A) -> A:
    out = np.zeros(n)
    for i in range(n):
        out[i] = random.random()
    return out * 0


@refused("random", n="=n", rng="rng")
def draws_in_a_condition(n: A, rng: A) -> A:
    s = 0.0
    for i in range(n):
        if i % 2:
            s += rng.random()
    return s


@refused("part of the numbers that are drawn", n="=n", rng="rng")
def neighbours_among_drawn_numbers(n: A, rng: A) -> A:
    out = np.zeros(n)
    for i in range(n):
        z = rng.random(4)
        for k in range(1, 4):
            out[i] += z[k] * z[k - 1]
    return out, rng


@refused("random", n="=n", rng="rng")
def random_walk_with_two_generators_of_numbers(n: A, rng: A) -> A:
    s = 0.0
    for _ in range(n):
        s += rng.normal() * rng.random()
    return s


@refused("exceptions", x="n")
def catches(x: A) -> A:
    s = 0.0
    for v in x:
        try:
            s += 1 / v
        except ZeroDivisionError:
            s += 1
    return s


@refused("exceptions", x="n")
def asserts(x: A) -> A:
    s = 0.0
    for v in x:
        assert v < 100
        s += v
    return s


@refused("is a list", x="n")
def over_a_list_that_grows(x: A) -> A:
    numbers = x.tolist()
    numbers.append(1.0)
    s = 0.0
    for i in range(len(numbers)):
        s += numbers[i]
    return s


@refused("is a list", x="n m")
def over_a_list_of_arrays(x: A) -> A:
    rows = list(x)
    s = 0.0
    for i in range(len(rows)):
        s += rows[i][0]
    return s


@refused("length of", x="n")
def growing_windows(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.median(x[: i + 1])
    return out


@refused("another one writes", a="n n")
def forward_substitution(a: A) -> A:
    n = len(a)
    x = np.ones(n)
    for i in range(n):
        for j in range(i):
            x[i] -= a[i, j] * x[j]
    return x


@refused("depends on", x="n")
def bubble_pass(x: A) -> A:
    for i in range(len(x) - 1):
        x[i + 1] = max(x[i], x[i + 1]) * 0.5 + x[i + 1] * x[i]
    return x


@refused("used after the loop", x="n")
def loop_variable_used_after(x: A) -> A:
    t = 0.0
    for v in x:
        t = v * 2
    return t


@refused("used after the loop", x="n")
def counter_used_after(x: A) -> A:
    s = 0.0
    i = 0
    for i in range(len(x)):
        s += x[i]
    return s, i


@refused("is a dict, not an array", n="=n")
def over_a_dictionary(n: A) -> A:
    d = dict.fromkeys(range(n), 2)
    s = 0
    for k in d:
        s += d[k]
    return s


@refused("text that grows", x="n")
def text(x: A) -> A:
    s = ""
    for v in x:
        s += "a" if v > 0 else "b"
    return s


@refused("not followed", x="n")
def globals_changed(x: A) -> A:
    global _calls
    for v in x:
        del v


@refused("not followed", x="n")
def math_without_counterpart(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.polyval(np.ones(3), x[i])
    return out


@refused("no counterpart", x="n")
def smallest_steps(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = math.ulp(x[i])
    return out


@refused("no fixed length", x="n m")
def ragged_selection(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.sort(x[i, x[i] > 0])[-1] if (x[i] > 0).any() else 0.0
    return out


@refused("several of its elements", x="n")
def mixed_recursion(x: A) -> A:
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = y[i - 1] + y[0] + x[i]
    return y


@refused("depends on", x="n", least=1)
def collatz_like(x: A) -> A:
    k = 7.0
    for v in x:
        k = k / 2 if k > v else 3 * k + 1
    return k


@refused("else part", x="n")
def loop_with_else(x: A) -> A:
    s = 0.0
    for v in x:
        s += v
    else:
        s += 1
    return s


@refused("with block", x="n")
def context(x: A) -> A:
    s = 0.0
    for v in x:
        with np.errstate(all="ignore"):
            s += 1 / v
    return s


@refused("sets", x="n")
def attribute_set(x: A) -> A:
    class Box:
        value = 0.0

    box = Box()
    for v in x:
        box.value = v
    return box.value


@refused("another one writes", x="n")
def two_elements_at_once(x: A) -> A:
    n = len(x)
    for i in range(n // 2):
        x[i], x[n - 1 - i] = x[n - 1 - i], x[i]
    return x


@refused("several pieces of different kinds", x="n")
def a_second_piece_by_condition(x: A) -> A:
    out = []
    for v in x:
        out.append(v)
        if v > 0:
            out.append(-v)
    return np.array(out)


@refused("overlap", x="n")
def overlapping_writes(x: A) -> A:
    out = np.zeros(len(x) + 2)
    for i in range(len(x)):
        out[i : i + 3] = x[i]
    return out


@refused("options that are not followed", x="n")
def drawn_without_replacement(x: A) -> A:
    rng = np.random.default_rng(3)
    out = []
    for _ in range(4):
        out.append(rng.choice(x, size=1, replace=False).sum())
    return np.array(out)


@refused("rows are chosen", x="n m")
def rows_drawn(x: A) -> A:
    rng = np.random.default_rng(3)
    out = []
    for _ in range(4):
        out.append(np.sum(rng.choice(x)))
    return np.array(out)


@refused("options that are not followed", x="n m")
def in_the_order_of_columns(x: A) -> A:
    out = []
    for value in np.nditer(x, order="F"):
        out.append(value * 2)
    return np.array(out)


@refused("share their memory", x="n m")
def one_row_of_what_it_changes(x: A) -> A:
    out = np.zeros(x.size)
    for i in range(x.size):
        out[i] = x.ravel()[i] + x[0, 0]
        x[0, 0] = out[i]
    return out


@refused("another condition", x="n m")
def set_to_what_another_condition_selects(x: A) -> A:
    for row in x:
        row[row > 0] = row[-row < 0] * 2
    return x


@refused("None is no number", x="n m")
def none_where_nothing_is_found(x: A) -> A:
    out = []
    for row in x:
        found = None
        if row[0] > 0:
            found = row[0]
        out.append(found)
    return out


@refused("several elements are set", x="n 3")
def parts_of_an_array_that_it_makes(x: A) -> A:
    out = []
    for row in x:
        made = np.zeros(3)
        made[:2] = row[1:]
        out.append(made)
    return np.array(out)


@refused("iteration before", x="n m")
def a_counter_that_is_read(x: A) -> A:
    out = np.zeros(x.size)
    k = 0
    for row in x:
        for value in row:
            if value > k:
                out[k] = value
                k += 1
    return out


@refused("a dict that changes", x="n:index 3")
def entries_that_are_read(x: A) -> A:
    table: dict[A, A] = {}
    for value in x:
        table[value] = table.get(value, 0) + value
    return sorted(table.items())


@refused("several entries", x="n:index 3")
def two_entries_at_a_time(x: A) -> A:
    table: dict[A, A] = {}
    for value in x:
        table[value] = value * 2
        table[value + 1] = value
    return sorted(table.items())


@refused("has side effects", x="n:index 3")
def lists_in_a_dictionary(x: A) -> A:
    table: dict[A, A] = {}
    for value in x:
        table.setdefault(value, []).append(value)
    return sorted(table.items())


@refused("no comparison of numbers", x="n:index 3")
def a_table_that_tells_what_was_there(x: A) -> A:
    table = {}
    out = []
    for value in x:
        out.append(value in table)
        table[value] = value
    return out


@refused("another one writes", x="n:single", v="n:single")
def sums_that_round_on_the_way(x: A, v: A) -> A:
    for i in range(len(x)):
        x[i] = x[i] + v[i] * 0.1
        if x[i] > 0.5:
            x[i] = 1.1 - x[i]
            v[i] = -v[i] / 3.0
    return x, v


@refused("another one writes", k="n:whole", c="n:whole")
def whole_numbers_that_drop_their_fractions(k: A, c: A) -> A:
    for i in range(len(k)):
        k[i] = k[i] / 2
        if k[i] > 0:
            k[i] = k[i] * 1.5
            c[i] += k[i]
    return k, c


@refused("write the same elements", x="n:double")
def pairs_and_themselves(x: A) -> A:
    out = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            out[i, j] = x[i]
            out[j, i] = x[j] + x[i]
    return out


@refused("is set elsewhere too", x="n:double")
def elements_beside_others(x: A) -> A:
    for i in range(len(x) - 1):
        x[i] += 1.0
        if x[i] > x[i + 1]:
            x[i] = x[i + 1] * 0.5
        x[i + 1] = x[i + 1] - x[i]
    return x


@refused("is a list, not an array", x="n:double")
def lists_of_several_repeated(x: A) -> A:
    out = []
    for i in range(len(x)):
        row = [x[i], 1.0] * 2
        out.append(row)
    return np.array(out)


@refused("the order of a set", labels="n:index 3")
def counts_in_the_order_of_a_set(labels: A) -> A:
    counts = []
    for v in set(labels):
        counts.append(list(labels).count(v))
    return counts


@refused("which may do anything", x="n:double")
def a_set_of_real_numbers(x: A) -> A:
    total = 0.0
    for v in set(x):
        total += v
    return total


@refused("a loop over a set may end early", labels="n:index 3")
def the_first_of_a_set(labels: A) -> A:
    for v in set(labels):
        if v > 0:
            first = v
            break
    else:
        first = -1
    return first


@refused("on a condition", x="n:double")
def gaps_filled_by_what_they_look_at(x: A) -> A:
    for i in range(1, len(x)):
        if x[i] > 0:
            x[i] = x[i - 1] if x[i - 1] < 1 else 0.25
    return x


@refused("used after the loop", seq="n:byte")
def number_of_narrow_digits(seq: A) -> A:
    code = 0
    for j in range(len(seq)):
        code = code * 4 + seq[j]
    return code


@refused("depends on its value", x="n")
def growth_with_a_limit(x: A) -> A:
    for i in range(1, len(x)):
        x[i] = x[i - 1] + 0.1 * x[i - 1] * (1 - x[i - 1])
    return x


@refused("no sum of loop variables", x="n:double", k="n:index n")
def elements_of_parts(x: A, k: A) -> A:
    n = 0
    for begin, end in zip(k, k + 2, strict=True):
        for _ in x[begin:end] * 2:
            n += 1
    return n


@refused("no sum of loop variables", x="n:double", k="n:index n")
def first_of_parts(x: A, k: A) -> A:
    out = np.zeros(len(k))
    for i in range(len(k)):
        part = x[k[i] : k[i] + 2]
        out[i] = part[0] + len(part * 2)
    return out


@refused("no sum of loop variables", x="n:double", k="n:index n")
def deviations_of_parts(x: A, k: A) -> A:
    out = np.zeros(len(k))
    for i in range(len(k)):
        part = x[k[i] : k[i] + 2]
        out[i] = np.std(part)
    return out


@refused("two statements write the same elements", x="n n")
def both_halves_of_a_square(x: A) -> A:
    m = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            m[i, j] = x[i, j]
            m[j, i] = x[i, j] + 1
    return m


@refused("several elements are set", x="n m:double", k="m:index m")
def places_that_may_come_twice(x: A, k: A) -> A:
    out = np.zeros(x.shape)
    for i in range(len(x)):
        row = np.zeros(x.shape[1])
        row[k] = x[i]
        out[i] = row
    return out


@refused("which may do anything", a="n 3 3:double")
def factors_of_scipy(a: A) -> A:
    out = np.zeros(a.shape)
    for i in range(len(a)):
        out[i] = scipy.linalg.cholesky(a[i] @ a[i].T + np.eye(3))
    return out


@refused("counts from the end", x="n:double")
def all_but_the_last(x: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.delete(x, -1).sum() + x[i]
    return out


@refused("is not followed", x="n:double", k="n 2:index n")
def all_but_several(x: A, k: A) -> A:
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.delete(x, k[i]).sum()
    return out


@refused("no straight line", rows="n 5:double", v="n:double")
def cubic_curves_at_places_of_their_own(rows: A, v: A) -> A:
    x = np.array([-9.0, -1.0, 0.0, 0.5, 9.0])
    out = np.zeros(len(rows))
    for k in range(len(rows)):
        out[k] = scipy.interpolate.interp1d(x, rows[k], kind="cubic")(v[k])
    return out


@refused("no sum of loop variables", x="n m:double", k="n:index n")
def sizes_of_blocks(x: A, k: A) -> A:
    out = np.zeros(len(k))
    for i in range(len(k)):
        block = x[k[i] : k[i] + 2, : k[i] + 1]
        out[i] = block.size + block.max()
    return out


@refused("iteration before", x="n", y="n:bool", z="n:bool")
def gears_from_one_to_three(x: A, y: A, z: A) -> A:
    gear = 1
    out = np.zeros(len(x))
    for i in range(len(x)):
        if y[i]:
            if gear == 1:
                gear = 2
            elif gear == 2:
                gear = 3
        if z[i] and gear == 3:
            gear = 1
        out[i] = gear * x[i]
    return out
