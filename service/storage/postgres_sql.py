"""Our SQL as PostgreSQL wants it: placeholders of its driver, and many queries of one text as one statement.

Everything else is one text for both engines.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, LiteralString, NamedTuple

from service.storage.database import Query, Row, Value

# A parameter is a colon and a name, not within '...' and not the second colon of a cast.
_PARAMETER = re.compile(r"('(?:[^']|'')*')|(?<![:\w]):([a-z_][a-z0-9_]*)")
_NUMBER = "#"  # a column that no parameter can be called
_TYPES = {str: "text", int: "bigint", float: "double precision"}


@lru_cache(maxsize=1_024)
def translated(sql: str) -> LiteralString:
    """The statement with the driver's placeholders. All our SQL is constants of the storage room."""
    return _with_names(sql, lambda name: f"%({name})s")


def _with_names(sql: str, told: Callable[[str], str]) -> LiteralString:
    return _PARAMETER.sub(lambda m: m[1] or told(m[2]), sql.replace("%", "%%"))


class Asked(NamedTuple):
    """One statement for the queries at these places of a read. `numbered`: its first column says for which."""

    sql: LiteralString
    parameters: Mapping[str, Any]
    places: tuple[int, ...]
    numbered: bool

    def sort_into(self, answers: list[list[Row]], rows: Sequence[Row]) -> None:
        """Gives each query its rows."""
        if not self.numbered:
            for place in self.places:
                answers[place] = list(rows)
            return
        for row in rows:
            answers[self.places[row[0] - 1]].append(row[1:])


def asked(queries: Sequence[Query]) -> list[Asked]:
    """As few statements as answer these queries: those of one text, but for their values, become one."""
    alike: dict[object, list[int]] = defaultdict(list)
    for place, query in enumerate(queries):
        alike[place if query.varies else query.sql].append(place)
    return [statement for places in alike.values() for statement in _asked(queries, places)]


def _asked(queries: Sequence[Query], places: Sequence[int]) -> list[Asked]:
    sql, values = queries[places[0]].sql, [queries[place].parameters for place in places]
    columns = {name: [one[name] for one in values] for name in _names(sql)}
    types = {name: _type(column) for name, column in columns.items() if column.count(column[0]) < len(column)}
    if not types:  # the same question, once or more
        return [Asked(translated(sql), values[0], tuple(places), False)]
    if None in types.values():
        return [Asked(translated(sql), queries[place].parameters, (place,), False) for place in places]
    parameters = {name: column if name in types else column[0] for name, column in columns.items()}
    return [Asked(_for_each(sql, tuple(types.items())), parameters, tuple(places), True)]


@lru_cache(maxsize=1_024)
def _names(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[2] for found in _PARAMETER.finditer(sql) if found[2]))


def _type(column: Sequence[Value]) -> str | None:
    """What all these values are, to the engine; None: they are not of one kind."""
    kinds = {type(value) for value in column if value is not None}
    return _TYPES.get(kinds.pop()) if len(kinds) == 1 else None


@lru_cache(maxsize=1_024)
def _for_each(sql: str, types: tuple[tuple[str, str], ...]) -> LiteralString:
    """The query for each row of some arrays, one after the other. OFFSET 0 keeps its own plan, by its own index."""
    names = {name for name, _ in types}
    inner = _with_names(sql, lambda name: f'each."{name}"' if name in names else f"%({name})s")
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in types)
    columns = ", ".join(f'"{name}"' for name in (*(name for name, _ in types), _NUMBER))
    return (
        f'SELECT each."{_NUMBER}", found.* FROM unnest({arrays}) WITH ORDINALITY AS each ({columns})'
        f" CROSS JOIN LATERAL ({inner} OFFSET 0) AS found"
    )
