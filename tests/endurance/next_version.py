"""The program as its next version: with one more step of the schema, of the kind that an older one beside it can stand.

To be run as a script, with the arguments of `greenroom`. It widens a table, adds one and an index, and takes nothing.
"""

import sys
from importlib import import_module

from service.storage import migrate

_STEP = """
ALTER TABLE comments ADD COLUMN mood TEXT;
CREATE TABLE moods (id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites (id));
CREATE INDEX comments_mood ON comments (site_id, mood) WHERE mood IS NOT NULL;
"""
_known = migrate.migrations


def migrations(engine: migrate.Engine | None = None) -> list[migrate.Migration]:
    """All steps, and one more."""
    known = _known(engine)
    return [*known, migrate.Migration(known[-1].number + 1, "next.sql", _STEP)]


migrate.migrations = migrations
import_module("service.__main__").main(sys.argv[1:], prog_name="greenroom")
