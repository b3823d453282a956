"""Serves the application: time limits on slow clients, a graceful stop that keeps every acknowledged write.

aiohttp itself cuts neither dripping request heads nor readers that do not read (its only limit is the keep-alive
time-out, 3,630 s as it comes); bodies get their limit in bodies.py.
"""

import asyncio
import errno
import logging
import signal
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from service.web.app_keys import SERVING

_LOG = logging.getLogger("greenroom.server")

IDLE_S = 10.0  # for an idle connection, and for a request head to arrive
WRITE_S = 20.0  # for a reader to take what was sent to him
DRAIN_S = 8.0  # for requests under way when the service stops


class _OneLine(logging.Filter):
    """Lets at most one line a second through about malformed requests, of which aiohttp logs a traceback each.

    The traceback has the request line in it, which may hold a token; the line does not.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets a short line through, at most one a second."""
        if record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError):
            return True
        if record.created < self._next:
            return False
        self._next = record.created + 1.0
        record.msg, record.args = "a malformed request was refused: %s", (type(record.exc_info[1]).__name__,)
        record.exc_info = None
        return True


LONGEST_LINE = 32_768  # the names of a hundred pages fit into one URL; aiohttp's 8,190 are too few for them

# What aiohttp's protocol is told; a body with a Content-Encoding is refused, never inflated.
PROTOCOL: dict[str, Any] = {
    "access_log": None,
    "keepalive_timeout": IDLE_S,
    "lingering_time": 2.0,
    "auto_decompress": False,
    "max_line_size": LONGEST_LINE,
}


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Listens until left, then drains. Yields the port. Raises CannotListen."""
    runner = web.AppRunner(app, shutdown_timeout=DRAIN_S, handle_signals=False, **PROTOCOL)
    await runner.setup()
    quiet = _OneLine()
    logging.getLogger("aiohttp.server").addFilter(quiet)
    try:
        await _listen(web.TCPSite(runner, host, port, backlog=1024))
        async with _cutting_slow_readers(runner):
            yield runner.addresses[0][1]
            app[SERVING].draining = True
    finally:
        await runner.cleanup()
        logging.getLogger("aiohttp.server").removeFilter(quiet)


class CannotListen(Exception):
    """The address cannot be had, and why. `of_port`: another port would do; otherwise it is the host that is wrong."""

    def __init__(self, why: str, of_port: bool) -> None:
        super().__init__(why)
        self.of_port = of_port


async def _listen(site: web.TCPSite) -> None:
    try:
        await site.start()
    except OSError as error:
        of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        raise CannotListen(error.strerror or str(error), of_port) from error


def stop_asked() -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets; a second one ends the process at once.

    To be called before anything is acknowledged: until then a signal ends the process as it would any other.
    """
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def on_signal() -> None:
        asked.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return asked


@asynccontextmanager
async def _cutting_slow_readers(runner: web.AppRunner) -> AsyncIterator[None]:
    task = asyncio.create_task(_cut_slow_readers(runner))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _cut_slow_readers(runner: web.AppRunner) -> None:
    """Aborts connections whose reader has left the same bytes waiting for too long."""
    waiting: dict[asyncio.Transport, tuple[int, float]] = {}
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(1.0)
        assert runner.server is not None
        transports = [c.transport for c in runner.server.connections]
        full = {t: t.get_write_buffer_size() for t in transports if t is not None}
        now = loop.time()
        waiting = {
            t: waiting[t] if t in waiting and waiting[t][0] <= size else (size, now)
            for t, size in full.items()
            if size > 0
        }
        for transport, (size, since) in waiting.items():
            if now - since > WRITE_S:
                _LOG.info("cut a connection that left %d bytes unread", size)
                _reset(transport)


def _reset(transport: asyncio.Transport) -> None:
    """Aborts, and lets the peer know by a reset, since a full window would keep a plain end from him (SO_LINGER 0)."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
