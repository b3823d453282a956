"""Our SQL as PostgreSQL's driver wants it: `:name` becomes `%(name)s`. Everything else is one text for both engines."""

import re
from functools import lru_cache
from typing import LiteralString

# A parameter is a colon and a name, not within '...' and not the second colon of a cast.
_PARAMETER = re.compile(r"('(?:[^']|'')*')|(?<![:\w]):([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=1_024)
def translated(sql: str) -> LiteralString:
    """The statement with the driver's placeholders. All our SQL is constants of the storage room."""
    doubled = sql.replace("%", "%%")
    return _PARAMETER.sub(lambda m: m[1] or f"%({m[2]})s", doubled)
