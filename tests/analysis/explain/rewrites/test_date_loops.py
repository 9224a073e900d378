"""Loops that ask something of the date of each string."""

import pytest

from profiler_suite.analysis.explain.rewrites import date_loops
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

BOUND = {"datetime": "datetime.datetime", "pd": "pandas", "np": "numpy"}


def made(body: str, *, pandas: bool = True) -> list[date_loops.DatesBefore]:
    text = f"def f(texts, n, form):\n    for s in texts:\n{body}    return n\n"
    names = {"texts": "list of 9", "n": "int 0"}
    source = SourceText(
        file="f.py", function="f", first_line=1, text=text, names=names, bound=BOUND
    )
    return list(date_loops.dates_before(Function(source), pandas))


def test_a_part_of_every_date_is_asked_before_the_loop_also_where_the_date_has_a_name() -> None:
    (found,) = made(
        "        d = datetime.strptime(s, '%Y-%m-%d')\n        n += d.weekday() * d.month\n"
    )
    assert "for s_weekday, s_month in zip(all_s_weekday.tolist(), " in found.as_lists
    assert "        n += s_weekday * s_month\n" in found.as_lists
    assert "all_s_weekday = (np.array(texts, dtype='M8[D]')" in found.as_lists
    assert found.held == {"all_s_weekday": "int64 (9,)", "all_s_month": "int64 (9,)"}


def test_a_string_that_is_used_as_well_stays() -> None:
    (found,) = made("        n += datetime.strptime(s, '%Y-%m-%d').year + len(s)\n")
    assert "for s, s_year in zip(texts, all_s_year.tolist()):" in found.as_lists
    assert found.held == {}


def test_other_formats_need_pandas() -> None:
    body = "        n += datetime.strptime(s, form).hour\n"
    assert made(body, pandas=False) == []
    (found,) = made(body)
    assert "pd.to_datetime(texts, format=form)" in found.as_lists


@pytest.mark.parametrize(
    "body",
    [
        "        d = datetime.strptime(s, '%Y-%m-%d')\n        n += g(d)\n",
        "        n += datetime.strptime(s + 'x', '%Y-%m-%d').year\n",
        "        n += datetime.strptime(s, form).year\n        form = form[1:]\n",
        "        n += datetime.strptime(s, '%Y-%m-%d').year\n        texts.append(n)\n",
    ],
)
def test_other_loops_stay(body: str) -> None:
    assert made(body) == []
