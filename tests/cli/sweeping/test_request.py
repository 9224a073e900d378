"""Short forms of options are put where `--set` goes."""

from pathlib import Path

from profiler_suite.cli.sweeping.request import SweepRequest, requested
from profiler_suite.workloads import short_forms
from tests.cli.requests import request


def test_short_forms_and_settings_are_one() -> None:
    plain = request(experiments=("stride",), out=Path("there"))
    options = {name: getattr(plain, name) for name in SweepRequest.__dataclass_fields__}
    del options["dims"]
    short = dict.fromkeys(short_forms.OPTIONS, ())
    sizes = next(iter(short))
    found = requested(options | short | {sizes: (8, 16), "settings": (("batch", (1, 2)),)})
    assert found.dims == {sizes: (8, 16), "batch": (1, 2)}
    assert found.experiments == ("stride",)
    assert found.out == Path("there")
