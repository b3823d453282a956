"""Hears what other processes change in a PostgreSQL database (LISTEN/NOTIFY), and knows when it may have missed some.

What was missed while the connection was lost may be anything; so while nothing can be heard, everything is doubted.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable

import psycopg
from psycopg import AsyncConnection

CHANNEL = "greenroom_changes"
_ASK_S = 0.4  # without a word for so long, the connection is asked whether it still lives
_PATIENCE_S = 0.5  # for its answer; together less than the second within which changes are seen
_CONNECT_S = 5
_GATHER_S = 0.05  # after each telling: what is heard meanwhile is told of at once
_LOG = logging.getLogger("greenroom.storage")


class Listener:
    """Listens from the first `listen` on, for as long as the process lives."""

    def __init__(self, url: str) -> None:
        self.own = secrets.token_hex(8)  # by which this process knows its own announcements
        self._url = url
        self._callbacks: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._hears = False

    def listen(self, callback: Callable[[], None]) -> None:
        """Calls back after each change by another process, and again and again while none could be heard."""
        self._callbacks.append(callback)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._for_ever())

    async def close(self) -> None:
        """Listens no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _for_ever(self) -> None:
        while True:
            hearing = asyncio.create_task(self._hear())
            try:
                while not hearing.done():
                    await asyncio.wait([hearing], timeout=_PATIENCE_S)
                    if not self._hears:
                        self._tell()
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
            await asyncio.sleep(_PATIENCE_S)

    async def _hear(self) -> None:
        try:
            async with await AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=_CONNECT_S
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                self._hears = True
                self._tell()  # what came before
                await self._hear_from(connection)
        except (psycopg.Error, OSError, TimeoutError):
            _LOG.warning("other processes cannot be heard just now")
        finally:
            self._hears = False

    async def _hear_from(self, connection: AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            heard = [notice.payload async for notice in connection.notifies(timeout=_ASK_S, stop_after=1)]
            if any(payload != self.own for payload in heard):
                self._tell()
                await asyncio.sleep(_GATHER_S)
            elif not heard:
                async with asyncio.timeout(_PATIENCE_S):
                    await connection.execute("SELECT 1")

    def _tell(self) -> None:
        for callback in self._callbacks:
            callback()
