"""Clients that hold a connection and give nothing for it. Each says how long it was borne, in seconds."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from club import API

_DRIP_S = 0.5
_PIPELINED = 100  # requests whose answers nobody reads: more than all buffers on the way can hold
_GONE = (ConnectionError, asyncio.IncompleteReadError)

SlowClient = Callable[[str], Coroutine[None, None, float]]


async def idle(url: str) -> float:
    """Connects and says nothing."""
    async with _connection(url) as (reader, _):
        return await _borne(_until_cut(reader))


async def dripping_head(url: str) -> float:
    """Sends the head of a request letter by letter, and never its end."""
    async with _connection(url) as (reader, writer):
        writer.write(f"GET {API}/comments?thread=/a HTTP/1.1\r\nX-Slow: ".encode())
        return await _borne(_dripping(reader, writer))


async def dripping_body(url: str, token: str) -> float:
    """Announces a comment and sends it letter by letter."""
    async with _connection(url) as (reader, writer):
        head = f"POST {API}/comments HTTP/1.1\r\nHost: club\r\nAuthorization: Bearer {token}\r\n"
        writer.write(f'{head}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{{"text": "'.encode())
        return await _borne(_dripping(reader, writer))


async def deaf(url: str, path: str) -> float:
    """Asks for a large page again and again and reads nothing of it."""
    where = urlsplit(url)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, (where.hostname, where.port))
        await loop.sock_sendall(connection, f"GET {path} HTTP/1.1\r\nHost: club\r\n\r\n".encode() * _PIPELINED)
        return await _borne(_until_dropped(connection))


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _borne(cut: Coroutine[None, None, None]) -> float:
    """The seconds until the service cuts the connection."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await cut
    return loop.time() - began


async def _until_cut(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(4096):
            pass
    except _GONE:
        return


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    cut = asyncio.create_task(_until_cut(reader))
    while not cut.done():
        writer.write(b"x")
        await asyncio.wait([cut], timeout=_DRIP_S)
    await cut


async def _until_dropped(connection: socket.socket) -> None:
    """A reader with full buffers may never learn of the end, so we ask whether the service still holds its side."""
    mine, theirs = connection.getsockname()[1], connection.getpeername()[1]
    while _is_held(theirs, mine):  # noqa: ASYNC110 - nothing tells us; the kernel must be asked
        await asyncio.sleep(_DRIP_S)


def _is_held(local_port: int, remote_port: int) -> bool:
    """Is there an established connection with these ports? (proc(5): local and remote address, state 01)"""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:])
    wanted = (f":{local_port:04X}", f":{remote_port:04X}")
    return any(row[1].endswith(wanted[0]) and row[2].endswith(wanted[1]) and row[3] == "01" for row in rows)
