"""The one client for calls to other servers, against real sockets that do what they should not."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from service.domain.errors import Unreachable
from service.outward.client import MAX_ANSWER, Outward

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers every connection with these bytes, after reading the request's head; counts connections."""

    def __init__(self) -> None:
        self.connections = 0
        self.heads: list[bytes] = []
        self.answer = OK
        self.endless = b""
        self.silent = False
        self.port = 0
        self.done = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            if self.silent:
                await self.done.wait()
            writer.write(self.answer)
            while self.endless:
                writer.write(self.endless)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/x"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    serving = Server()
    listening = await asyncio.start_server(serving, "127.0.0.1", 0)
    serving.port = listening.sockets[0].getsockname()[1]
    yield serving
    serving.done.set()
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def inside() -> AsyncIterator[Outward]:
    """As an operator of an intranet has it."""
    client = Outward(private=True, total_s=0.5)
    yield client
    await client.close()


class Unchecked(Outward):
    """Lets every URL pass, so that only the check of the address itself is left."""

    def may_call(self, url: str) -> bool:
        return True


@pytest.fixture
async def outside() -> AsyncIterator[Outward]:
    client = Unchecked()
    yield client
    await client.close()


async def fails(asked: Any) -> None:
    with pytest.raises(Unreachable) as caught:
        await asked
    assert caught.value.args == Unreachable().args
    assert caught.value.__cause__ is None


async def test_a_body(inside: Outward, server: Server) -> None:
    assert await inside.get(server.url()) == b"{}"
    head = server.heads[0].decode().lower()
    assert "user-agent: greenroom\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    assert "cookie" not in head


async def test_a_form(inside: Outward, server: Server) -> None:
    assert await inside.post_form(server.url(), {"a": "b c"}, {"Authorization": "Basic eA=="}) == b"{}"
    head = server.heads[0].decode()
    assert head.startswith("POST /x ")
    assert "application/x-www-form-urlencoded" in head


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
async def test_an_address_inside_is_never_connected_to(outside: Outward, server: Server, host: str) -> None:
    await fails(outside.get(server.url(host)))
    assert server.connections == 0


async def test_a_name_that_comes_to_mean_an_address_inside(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the name passes every look at it, and resolves to our server inside when it is called."""
    asked: list[str] = []

    def resolved(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    client = Outward()
    assert client.may_call("https://rebind.example/")
    await fails(client.get("https://rebind.example/"))
    await client.close()
    assert (asked, server.connections) == (["rebind.example"], 0)
    open_to_all = Outward(private=True, total_s=0.2)
    await fails(open_to_all.get("https://rebind.example/"))
    await open_to_all.close()
    assert server.connections == 1  # so it was the check that stopped it


async def test_a_url_that_may_not_be_called_is_not(server: Server) -> None:
    client = Outward()
    await fails(client.get(server.url()))
    assert server.connections == 0


def _answers() -> dict[str, bytes]:
    bomb = gzip.compress(b"\0" * 50_000_000)
    return {
        "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "a server error": b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}",
        "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
        "a body too long": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MAX_ANSWER + 1),
        "something compressed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
        % (len(bomb), bomb),
        "a body cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
        "a header too long": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n{}",
        "nothing": b"",
    }


@pytest.mark.parametrize("what", _answers())
async def test_an_answer_that_is_none(inside: Outward, server: Server, what: str) -> None:
    server.answer = _answers()[what]
    await fails(inside.get(server.url()))
    assert server.connections <= 2  # aiohttp tries a connection that was closed once more; a redirect is not followed


async def test_an_answer_of_just_the_right_length(inside: Outward, server: Server) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (MAX_ANSWER, b"x" * MAX_ANSWER)
    assert len(await inside.get(server.url())) == MAX_ANSWER


async def test_an_endless_answer_is_cut(inside: Outward, server: Server) -> None:
    server.answer, server.endless = b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000
    await fails(inside.get(server.url()))


async def test_a_slow_answer_is_not_waited_for(inside: Outward, server: Server) -> None:
    server.silent = True
    await fails(inside.get(server.url()))
    assert server.connections == 1


async def test_nobody_listens(inside: Outward, free_port: Callable[[], int]) -> None:
    await fails(inside.get(f"http://127.0.0.1:{free_port()}/"))


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            return int(found.getsockname()[1])

    return find


async def test_no_proxy_is_taken_from_the_environment(
    inside: Outward, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert await inside.get(server.url()) == b"{}"
