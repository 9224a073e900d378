"""Finds code objects by their addresses, and who made those that have no file."""

import collections
import gc
import sys
from collections.abc import Iterable
from types import CodeType, FunctionType


def codes_at(addresses: Iterable[int]) -> dict[int, CodeType]:
    """The code objects at these addresses, as far as a living function has them."""
    wanted = set(addresses)
    found: dict[int, CodeType] = {}
    waiting: list[CodeType] = [
        each.__code__ for each in gc.get_objects() if isinstance(each, FunctionType)
    ]
    seen: set[int] = set()
    while waiting and len(found) < len(wanted):
        code = waiting.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        if id(code) in wanted:
            found[id(code)] = code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    return found


def makers_of(codes: Iterable[CodeType]) -> dict[CodeType, str]:
    """Files of the modules that made code without a file, such as a named tuple's or exec's."""
    made = {code for code in codes if code.co_filename.startswith("<")}
    made -= {code for code in made if code.co_filename.startswith("<frozen ")}
    found: dict[CodeType, str] = {}
    for each in gc.get_objects() if made else ():
        if isinstance(each, FunctionType) and each.__code__ in made:
            name = str(each.__globals__.get("__name__", ""))
            module = collections if name.startswith("namedtuple_") else sys.modules.get(name)
            file = getattr(module, "__file__", None)
            # What runs as the main module is the user's, whoever has loaded it.
            if file and name != "__main__":
                found[each.__code__] = file
    return found
