"""The page's section of a run over several hosts."""

from profiler_suite.report.html import hosts
from tests.report.content.test_host_tables import FOUND, run


def test_every_host_has_its_page_and_the_first_is_what_others_are_held_against() -> None:
    found = hosts.view(run(), FOUND)
    assert found.first == "a"
    assert found.pages == (("a", "hosts/a/report.html"), ("b", "hosts/b/report.html"))
    assert found.sentences == (
        "Fixed cost of slice (float64): 100 ns on a, 200 ns on b (slower).",
    )
    assert all(table.rows for table in found.tables)
