"""The reference of what counts as how many operations and bytes, made from the conventions."""

from collections.abc import Iterator

from profiler_suite.measure.trace.work import conventions

_HEAD = f"""# What counts as how many operations

<!-- Made by `python -m docs` from the conventions in the code. -->

FLOP and bytes of a traced function are counts by convention, not readings of a hardware
counter: they do not depend on the machine. These are the conventions, version
{conventions.VERSION}, each with its reason.

## Element by element

FLOP per element of an operation that NumPy does element by element; complex numbers have a
column of their own. Any other function of `scipy.special` counts
{conventions.SPECIAL_FUNCTION_FLOP:g}: as `exp`, and less than most of them take.

"""


def page() -> str:
    """The whole page."""
    return "".join(_parts())


def _parts() -> Iterator[str]:
    yield _HEAD
    yield "| operations | FLOP | complex | because |\n|---|---|---|---|\n"
    for each in conventions.ELEMENTWISE:
        names = ", ".join(f"`{name}`" for name in _public(each))
        yield f"| {names} | {each.real:g} | {each.complex:g} | {each.reason} |\n"
    yield "\n## Everything else\n\n| what | counts as | because |\n|---|---|---|\n"
    for rule in conventions.RULES:
        yield f"| {rule.subject} | {rule.rule} | {rule.reason} |\n"


def _public(convention: conventions.Convention) -> list[str]:
    return [name for name in convention.operations if not name.startswith("_")]
