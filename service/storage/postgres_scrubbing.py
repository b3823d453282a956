"""Takes what was deleted out of the files of a PostgreSQL database (its documents on VACUUM and on pg_statistic)."""

import logging
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

# Every table with those of its columns that are neither ids nor keys.
_TABLES = (
    "SELECT c.table_name, array_agg(c.column_name::text) FILTER (WHERE c.data_type = 'text' AND k.column_name IS NULL)"
    " FROM information_schema.columns c LEFT JOIN information_schema.key_column_usage k"
    " ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name"
    " WHERE c.table_schema = current_schema() GROUP BY c.table_name ORDER BY c.table_name"
)
_STATISTICS = sql.Identifier("pg_catalog", "pg_statistic")  # samples of values, which the server plans by
# Where others read a table without a pause (a backup), we let go, so that nobody waits behind us for long.
_OPTIONS = "-c lock_timeout=2000"
_CONNECT_S = 5
_LOG = logging.getLogger("greenroom.storage")


async def rewrite(url: str) -> bool:
    """Writes every table anew without what was deleted, each locked for its time. Says whether all of them were."""
    try:
        async with await AsyncConnection.connect(
            url, autocommit=True, connect_timeout=_CONNECT_S, options=_OPTIONS
        ) as connection:
            for name, columns in await (await connection.execute(_TABLES)).fetchall():
                await _rewrite(connection, sql.Identifier(name), columns or [])
            await connection.execute(sql.SQL("VACUUM (FULL) {}").format(_STATISTICS))
    except (psycopg.Error, OSError) as error:
        _LOG.warning("deleted rows cannot be taken out of the files just now: %s", type(error).__name__)
        return False
    return True


async def _rewrite(connection: AsyncConnection[Any], table: sql.Identifier, columns: list[str]) -> None:
    await connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(table))
    some = await (await connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table))).fetchone()
    if columns and some is None:  # ANALYZE leaves what it knew of an empty table; a column's type takes it along
        forgetting = [sql.SQL("ALTER COLUMN {} TYPE text").format(sql.Identifier(name)) for name in columns]
        await connection.execute(sql.SQL("ALTER TABLE {} {}").format(table, sql.SQL(", ").join(forgetting)))
