"""What was measured of lines of a module is in the file that they stand in."""

import msgspec

from profiler_suite.measure.explain.records import SourceText
from profiler_suite.measure.program.explaining import placed
from profiler_suite.workloads import module_lines
from tests.analysis.explain.rules.own_function import Own

FILE = '/home/me/it\'s "odd".py'


def test_file_lines_and_sources_are_those_of_the_module() -> None:
    made = module_lines.made_file(FILE, 5)
    record = Own("def f(x):\n    return x + 1", 2).observed.explained
    own = SourceText(
        file=made,
        function=module_lines.NAME.format(5, 9),
        first_line=5,
        text="x = 1\n",
        names={},
    )
    other = msgspec.structs.replace(own, function="helper", file="/home/me/other.py")
    given = msgspec.structs.replace(record, file=made, sources=(own, other))
    found = placed(given, FILE, 5, 9)
    assert (found.file, found.line) == (FILE, 5)
    assert [each.file for each in found.sources] == [FILE, "/home/me/other.py"]
    assert [each.module_lines for each in found.sources] == [(5, 9), other.module_lines]
    assert found.operations == given.operations
