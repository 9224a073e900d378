"""The progress line: phases, a bar, what is done and what is left."""

import io
from typing import Any

import pytest

from profiler_suite.cli import progress as module
from profiler_suite.cli.progress import SURVEY, ProgressLine, bar
from profiler_suite.measure.sweep.job import Progress


class Terminal(io.StringIO):
    """A stream that is looked at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Plain(Terminal):
    encoding = "ascii"


def at(stage: str, share: float, left_s: float = 60.0, **more: Any) -> Progress:
    return Progress(
        stage=stage,
        points=8,
        points_done=2,
        point="p",
        elapsed_s=1.0,
        remaining_s=left_s,
        share=share,
        **more,
    )


@pytest.mark.parametrize("quiet", [True, False])
def test_a_remark_stays_and_is_for_those_who_want_to_hear(quiet: bool) -> None:
    stream = Terminal()
    line = ProgressLine(stream, quiet=quiet)
    assert line.quiet is quiet
    line.say("working")
    line.remark("first look at f: 3.00 ms")
    line.say("working on")
    line.clear()
    assert ("first look at f: 3.00 ms\n" in stream.getvalue()) is not quiet


PHASES = (SURVEY, ("preparing", "measuring"), ("profiling lines",), ("writing the report",))


def test_a_bar_is_as_full_as_its_share() -> None:
    assert [bar(share, 4, plain=True) for share in (0.0, 0.5, 0.99, 1.0, 7.0, -1.0)] == [
        "----", "##--", "###-", "####", "####", "----",
    ]  # fmt: skip
    assert bar(0.5, 4, plain=False) == "██░░"


def test_each_message_says_which_phase_of_how_many_it_is() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, quiet=False)
    line.phases(PHASES)
    line.say("preparing probes")
    line.say("measuring the machine: 40 %")
    line.show(at("measuring", 0.4))
    line.show(at("profiling lines", 0.1))
    line.say("writing the report")
    line.say("figure 3 of 9")
    assert [text.split(":")[0] for text in stream.getvalue().splitlines()] == [
        "phase 1 of 4", "phase 1 of 4", "phase 2 of 4", "phase 3 of 4", "phase 4 of 4",
        "phase 4 of 4",
    ]  # fmt: skip
    assert "measuring  40 %, about 1 min 00 s left  2/8 points done  p" in stream.getvalue()


def test_a_phase_never_goes_back() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, quiet=False)
    line.phases((("measuring",), ("profiling lines",), ("advice",)))
    for text in ("measuring", "advice", "profiling lines of the function"):
        line.say(text)
    assert stream.getvalue().splitlines()[-1].startswith("phase 3 of 3: profiling lines")


def test_what_is_told_within_a_phase_begins_no_other() -> None:
    """Advice profiles lines as well, before the phase that is called so."""
    stream = io.StringIO()
    line = ProgressLine(stream, quiet=False)
    line.phases((("advice",), ("profiling lines",)))
    line.say("advice")
    line.detail("profiling lines")
    assert stream.getvalue().splitlines()[-1] == "phase 1 of 2: profiling lines"
    line.show(at("profiling lines", 0.0))
    assert "phase 2 of 2" in stream.getvalue()


def test_a_command_without_phases_says_none() -> None:
    stream = io.StringIO()
    ProgressLine(stream, quiet=False).say("reading 3 runs")
    assert stream.getvalue() == "reading 3 runs\n"


def test_what_is_done_never_shrinks_and_is_never_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOG_EVERY_S", 0.0)
    stream = io.StringIO()
    line = ProgressLine(stream, quiet=False)
    line.phases(PHASES)
    for share in (0.3, 0.6, 0.5, 1.0):
        line.show(at("measuring", share))
    said = [
        text.split("measuring  ")[1].split(",")[0] for text in stream.getvalue().splitlines()
    ]
    assert said == ["30 %", "60 %", "99 %"]


def test_a_bar_is_drawn_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for stream, drawn in ((Terminal(), "█████░░░░░ 50 %"), (Plain(), "#####----- 50 %")):
        line = ProgressLine(stream, quiet=False)
        line.phases(PHASES)
        line.show(at("measuring", 0.5))
        assert f"phase 2 of 4: measuring  {drawn}" in stream.getvalue()
        line.say("writing the report")
        assert stream.getvalue().endswith(": writing the report")
        line.clear()


def test_where_the_time_left_is_not_known_none_is_shown() -> None:
    stream = io.StringIO()
    ProgressLine(stream, quiet=False).show(at("measuring", 0.0, left_s=0.0))
    assert stream.getvalue() == "measuring  2/8 points done  p\n"


def test_a_quiet_line_says_only_what_stays() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, quiet=True)
    line.phases(PHASES)
    line.show(at("measuring", 0.5))
    line.say("writing the report")
    line.keep("warning: the disk is slow")
    assert stream.getvalue() == "warning: the disk is slow\n"


def test_a_log_does_not_say_the_same_twice_in_a_row() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, quiet=False)
    for text in ("trying rewrite", "trying rewrite", "timing", "trying rewrite"):
        line.say(text)
    assert stream.getvalue().splitlines() == ["trying rewrite", "timing", "trying rewrite"]
