"""Code objects by address, and the makers of those without a file."""

import collections
import json
from typing import Any

from profiler_suite.measure.layers.code_objects import codes_at, makers_of


def test_codes_are_found_by_their_addresses() -> None:
    def inner() -> None:
        """Nothing."""

    wanted = {id(inner.__code__), id(json.dumps.__code__), 12345}
    assert codes_at(wanted) == {
        id(inner.__code__): inner.__code__,
        id(json.dumps.__code__): json.dumps.__code__,
    }


Pair = collections.namedtuple("Pair", "left right")


def test_code_without_a_file_is_its_makers() -> None:
    pair: Any = Pair.__new__
    maker: Any = Pair._make
    space: dict[str, Any] = {"__name__": "json"}
    own: dict[str, Any] = {"__name__": "__main__"}
    exec("def made():\n    return 1\n", space)
    exec("def mine():\n    return 2\n", own)
    codes = [pair.__code__, space["made"].__code__, own["mine"].__code__, maker.__code__]
    assert makers_of(codes) == {codes[0]: collections.__file__, codes[1]: json.__file__}
