"""The yardstick: the least that aiohttp on uvloop can do. It parses JSON and answers 201, or answers bytes from memory.

Run as `python -m benchmarks.bare SIZE...`: GET /bytes/SIZE answers that many bytes.
"""

import asyncio
import sys

import msgspec
import uvloop
from aiohttp import web

_DECODER = msgspec.json.Decoder()
_CREATED = msgspec.json.encode({"id": "0" * 22, "status": "approved"})
_JSON = {"Content-Type": "application/json"}


async def post(request: web.Request) -> web.Response:
    """Parses and forgets."""
    _DECODER.decode(await request.read())
    return web.Response(status=201, body=_CREATED, headers=_JSON)


def bytes_route(size: int) -> web.RouteDef:
    """A URL that answers so many bytes from memory."""
    body = b'{"x":"' + b"x" * (size - 8) + b'"}'

    async def get(request: web.Request) -> web.Response:
        return web.Response(body=body, headers=_JSON)

    return web.get(f"/bytes/{size}", get)


async def serve(sizes: list[int]) -> None:
    """Serves until it is ended."""
    app = web.Application()
    app.add_routes([web.post("/comments", post), *[bytes_route(size) for size in sizes]])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve([int(one) for one in sys.argv[1:]]))
