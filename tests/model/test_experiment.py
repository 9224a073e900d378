"""What costs and forecasts add up to."""

import msgspec
import pytest

from profiler_suite.model.experiment import Cost, Forecast


@pytest.mark.parametrize(
    ("flop", "moved", "intensity"), [(100.0, 50.0, 2.0), (0.0, 8.0, 0.0), (7.0, 0.0, 0.0)]
)
def test_intensity_is_flop_per_byte_and_nothing_where_no_byte_moves(
    flop: float, moved: float, intensity: float
) -> None:
    assert Cost(flop=flop, compulsory_bytes=moved).intensity == intensity


FORECAST = Forecast(
    start_s=1,
    survey_s=2,
    prepare_s=4,
    rounds_s=8,
    most_rounds_s=20,
    lines_s=16,
    breakdown_s=32,
    advice_s=64,
    report_s=128,
)


def test_a_forecast_adds_up_its_phases() -> None:
    assert FORECAST.after_rounds_s == 240
    assert FORECAST.duration_s == 255
    assert FORECAST.most_s == 255 + 12


def test_a_budget_below_the_expected_rounds_takes_nothing_off() -> None:
    shorter = msgspec.structs.replace(FORECAST, most_rounds_s=3)
    assert shorter.most_s == shorter.duration_s


def test_an_empty_forecast_takes_no_time() -> None:
    assert Forecast().most_s == 0


def test_the_breakdown_of_a_forecast_keeps_the_key_of_older_files() -> None:
    assert msgspec.json.decode(b'{"books_s": 3.0}', type=Forecast).breakdown_s == 3.0
    assert b'"books_s":32' in msgspec.json.encode(FORECAST)
