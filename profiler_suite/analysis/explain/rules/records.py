"""Slow paths of records: what is looked for by a key, and texts that are taken apart."""

from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import (
    character_maps,
    csv_rows,
    helpers_in_place,
    key_filters,
    object_fields,
    text_pairs,
)
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_MOST_TEXTS = 4


@rule(
    "records",
    looks_for="a list gone through for each of many keys, for what has this key",
    rewrite="[r for r in records if r['k'] == k] for every k → records_by_key, made in one "
    "pass, records_by_key.get(k, ())",
    exact="keys can be hashed, no iteration changes them, and making one raises nothing",
    thread="https://docs.python.org/3/library/collections.html#collections.defaultdict",
)
def filtered_by_key(seen: Observation) -> Iterator[Finding]:
    """Lists that are filtered by one key after the other."""
    for function in seen.functions:
        kept = key_filters.kept_by_key(function)
        if kept is not None:
            yield from seen.edited(
                function,
                kept.edits,
                title=f"put the elements of {kept.values[:40]} into lists by their key once",
                lines={n for each in kept.statements for n in syntax.span_of(function, each)},
                helpers=("import collections", key_filters.BY_KEY),
                evidence=f"every key looks at all elements of {kept.values[:40]}; what making "
                "a key raises is raised before the loop now",
            )
        written = helpers_in_place.searches(function)
        kept = key_filters.kept_by_key(written) if written is not None else None
        if written is None or kept is None:
            continue
        made = rewriting.spliced(written, kept.edits)
        if made is not None:
            yield from seen.whole(
                function,
                made.source,
                title=f"look into {kept.values[:40]} by a key that is found at once",
                lines=seen.lines_of(function),
                helpers=("import collections", key_filters.BY_KEY),
                evidence=f"every search goes through the elements of {kept.values[:40]}",
            )


@rule(
    "records",
    looks_for="csv.DictReader: a dictionary for every row of a file",
    rewrite="for row in csv.DictReader(f): float(row['x']) → the columns by pandas, or lists "
    "of csv.reader by the place of a column",
    exact="every row has all columns; nothing else of a row is asked for",
    thread="https://github.com/openaddresses/machine/issues/65",
)
def rows_by_name(seen: Observation) -> Iterator[Finding]:
    """Rows of files as dictionaries."""
    for function in seen.functions:
        for each in csv_rows.by_columns(function):
            yield from seen.edited(
                function,
                each.edits,
                title="read the columns that are used, without a dictionary for every row",
                lines=syntax.span_of(function, each.loop),
                helpers=(each.needs,),
                evidence="csv.DictReader makes a dictionary of every row",
            )


@rule(
    "records",
    looks_for="a text gone through character by character in Python",
    rewrite="for c in text: out += table[c] → text.translate(str.maketrans({c: … for c in "
    "set(text)})); if c in 'GC': n += 1 → text.count",
    exact="what is made of a character depends on nothing that changes in the loop",
    thread="https://docs.python.org/3/library/stdtypes.html#str.translate",
)
def characters(seen: Observation) -> Iterator[Finding]:
    """Texts, character by character."""
    for function in seen.functions:
        for each in character_maps.over_characters(function):
            yield from seen.edited(
                function,
                [each.edit],
                title=f"a table of the different characters of {each.text} instead of a step "
                "for each",
                lines=syntax.span_of(function, function.statement_of(each.node)),
                evidence=f"Python goes through every character of {each.text}",
            )


@rule(
    "records",
    looks_for="pairs of texts compared character by character in Python",
    rewrite="sum(a != b for a, b in zip(texts[i], texts[j])) → rows of an array of characters",
    exact="texts are equally long: the code shown raises otherwise",
    thread="https://docs.scipy.org/doc/scipy/reference/generated/scipy.spatial.distance.hamming.html",
)
def texts_compared(seen: Observation) -> Iterator[Finding]:
    """Characters of two texts, one by one."""
    for function in seen.functions:
        made = text_pairs.as_arrays(function)
        if made is None:
            continue
        texts = [("compare rows of an array of characters", made.text)]
        if made.held:
            lifted = seen.lifted_again(function, made.text, made.held)
            texts += [(f"{title}, of an array of characters", text) for title, text in lifted]
        for title, text in texts:
            yield from seen.whole(
                function,
                text,
                title=title,
                lines=syntax.span_of(function, made.statement),
                helpers=("import numpy as np", text_pairs.CHARACTERS),
                evidence="Python compares every character with another",
            )


@rule(
    "records",
    looks_for="a loop over a list of objects that computes with their fields, one by one",
    rewrite="arrays of the fields, gathered once: np.array([p.x for p in particles]), the "
    "loop as array expressions, and the new values given back to the objects",
    exact="as for loops; no object stands in a list twice, fields are plain numbers or rows",
    thread="https://stackoverflow.com/questions/35399392/how-to-combine-class-design-and-matrix-"
    "math-efficiently",
)
def fields_of_objects(seen: Observation) -> Iterator[Finding]:
    """Fields of objects, read and set one object after the other."""
    for function in seen.functions:
        written = helpers_in_place.computed(function)
        loops = object_fields.loops_over_fields(function)
        in_place = object_fields.loops_over_fields(written) if written is not None else ()
        for made in (*loops, *in_place):
            every = [*seen.lifted_again(function, made.text, made.held)]
            if not every:
                every = [*seen.lifted_again(function, made.text, made.held, parts=True)]
            for title, text in every[:_MOST_TEXTS]:
                shown = object_fields.whole_arrays(made, text)
                assumed = seen.provided(text) if shown != text else ""
                yield from seen.whole(
                    function,
                    shown,
                    title=f"{title}, with the fields of the objects as arrays",
                    lines=syntax.span_of(function, made.node),
                    helpers=("import numpy as np",),
                    evidence=f"every field of an object of {made.objects[0]} is looked up by "
                    f"itself{assumed}",
                )
