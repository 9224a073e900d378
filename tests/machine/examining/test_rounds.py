"""Rounds visit every station between canaries, on a fake clock."""

from profiler_suite.machine.examining.rounds import Sample, Station, take_rounds


class FakeTime:
    """A clock that only moves when something is said to take time."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> float:
        return self.now

    def canary(self, takes: float = 0.001) -> float:
        self.now += takes
        return takes

    def station(self, key: str, takes: float, period: int = 1, last: bool = False) -> Station:
        def sample() -> Sample:
            self.now += takes
            return Sample(values=(takes,))

        return Station(key=key, sample=sample, period=period, last=last)


def test_every_station_is_visited_until_the_time_is_used_up() -> None:
    time = FakeTime()
    visits = take_rounds(
        [time.station("a", 0.1), time.station("b", 0.4)],
        canary=time.canary,
        clock=time.read,
        budget_s=5.0,
        least_rounds=1,
    )
    assert visits.rounds == 10
    assert [len(visits.by_station[key]) for key in "ab"] == [10, 10]
    assert visits.baseline_s == 0.001


def test_a_long_visit_comes_only_every_period() -> None:
    time = FakeTime()
    visits = take_rounds(
        [time.station("a", 0.1), time.station("b", 0.1, period=3)],
        canary=time.canary,
        clock=time.read,
        budget_s=1.0,
        least_rounds=1,
    )
    assert len(visits.by_station["b"]) == len(visits.by_station["a"]) // 3


def test_stations_that_leave_threads_spinning_come_last_and_settle() -> None:
    time = FakeTime()
    order: list[str] = []

    def note(key: str, last: bool = False) -> Station:
        def sample() -> Sample:
            time.now += 0.1
            order.append(key)
            return Sample(values=(0.1,))

        return Station(key=key, sample=sample, last=last)

    take_rounds(
        [note("threads", last=True), note("a"), note("b")],
        canary=time.canary,
        clock=time.read,
        budget_s=1.0,
        least_rounds=1,
        settle=lambda: order.append("settle"),
    )
    for k in range(0, len(order), 4):
        assert set(order[k : k + 2]) == {"a", "b"}
        assert order[k + 2 : k + 4] == ["threads", "settle"]


def test_least_rounds_may_take_a_fifth_longer_and_no_more() -> None:
    time = FakeTime()
    visits = take_rounds(
        [time.station("a", 1.0)],
        canary=lambda: 0.001,
        clock=time.read,
        budget_s=10.0,
        least_rounds=100,
    )
    assert visits.rounds == 12


def test_a_visit_next_to_a_slow_canary_is_not_undisturbed() -> None:
    time = FakeTime()
    canaries = iter([1.0, 1.0, 1.0, 1.5, 1.0, 1.0, 1.0, 1.0])
    visits = take_rounds(
        [time.station("a", 1.0)],
        canary=lambda: next(canaries),
        clock=time.read,
        budget_s=4.0,
        least_rounds=1,
    )
    assert [visit.undisturbed(1.0) for visit in visits.by_station["a"]] == [
        True,
        False,
        True,
        True,
    ]
    assert len(visits.undisturbed("a", 1.0)) == 3


def test_a_visit_that_did_not_have_its_cores_is_not_undisturbed() -> None:
    station = Station(key="a", sample=lambda: Sample(values=(1.0,), granted=0.6))
    ticks = iter(range(100))
    visits = take_rounds(
        [station],
        canary=lambda: 1.0,
        clock=lambda: float(next(ticks)),
        budget_s=4.0,
        least_rounds=1,
    )
    assert visits.undisturbed("a", 1.0) == []
