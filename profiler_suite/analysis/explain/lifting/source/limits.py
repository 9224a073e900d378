"""Elements that are lowered or raised under a condition: `if d < low[j]: low[j] = d`."""

from __future__ import annotations

import ast


def as_limit(node: ast.If) -> ast.Assign | None:
    """`low[j] = min(low[j], d)`, which does the same; None for anything else."""
    match node:
        case ast.If(
            ast.Compare(left, [ast.Lt() | ast.Gt() as sign], [right]),
            [ast.Assign([ast.Subscript() as target], value)],
            [],
        ):
            pass
        case _:
            return None
    one, other, new = ast.unparse(target), ast.unparse(value), isinstance(sign, ast.Lt)
    sides = ast.unparse(left), ast.unparse(right)
    if one == other or sides not in ((other, one), (one, other)):
        return None
    lowers = new == (sides == (other, one))
    kept = ast.Subscript(target.value, target.slice, ast.Load())
    call = ast.Call(ast.Name("min" if lowers else "max", ast.Load()), [kept, value], [])
    return ast.copy_location(ast.Assign([target], call), node)
