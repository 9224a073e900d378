"""A choice between a value and a number that it is compared with: one ufunc does it."""

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def ufunc(compared: tuple[object, str, object], yes: object, no: object) -> str:
    """'fmax' for `x if x > 3 else 3`; empty where no ufunc gives the same, NaN included.

    `compared` are the sides and what stands between them. Numbers are given as floats, all
    else as what is the same for the same value. A comparison with NaN is false: then the
    number is chosen where it stands last, as fmax and fmin do, and NaN where x does, as
    maximum and minimum do.
    """
    left, operator, right = compared
    if operator not in _MIRRORED:
        return ""
    if isinstance(left, float):
        left, operator, right = right, _MIRRORED[operator], left
    if isinstance(left, float) or not isinstance(right, float) or right != right:
        return ""
    larger = operator in (">", ">=")
    if (yes, no) == (left, right):
        return "fmax" if larger else "fmin"
    if (yes, no) == (right, left):
        return "minimum" if larger else "maximum"
    return ""
