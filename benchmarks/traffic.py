"""Hand-built HTTP/1.1 requests, ready to send: one fixed GET over and over, or comments of which no two are equal."""

import itertools
import json
import random
from collections.abc import Callable, Mapping, Sequence

from benchmarks.load import NextRequest
from benchmarks.texts import SERIAL, serial

_POOL = 1_000  # different texts in turn; a serial number makes each request unique
_serials = itertools.count(1)


def fixed(path: str, headers: Mapping[str, str] | None = None) -> NextRequest:
    """The same GET over and over."""
    request = _head("GET", path, headers or {}).encode() + b"\r\n"
    return lambda: request


def comments(path: str, tokens: Sequence[str], write: Callable[[random.Random], str], threads: int = 50) -> NextRequest:
    """POSTs of unique comments by these members to so many threads, all equally often."""
    chance = random.Random(20260614)
    pool = [_halves(path, chance.choice(tokens), f"/post-{i % threads}.html", write(chance)) for i in range(_POOL)]
    turns = itertools.cycle(pool)

    def next_request() -> bytes:
        before, after = next(turns)
        return before + serial(next(_serials)).encode() + after

    return next_request


def _halves(path: str, token: str, thread: str, text: str) -> tuple[bytes, bytes]:
    """A request, cut where its serial number belongs."""
    body = json.dumps({"thread": thread, "text": text})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Length": str(len(body))}
    before, _, after = f"{_head('POST', path, headers)}\r\n{body}".partition(SERIAL)
    return before.encode(), after.encode()


def _head(method: str, path: str, headers: Mapping[str, str]) -> str:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *[f"{name}: {value}" for name, value in headers.items()]]
    return "".join(f"{line}\r\n" for line in lines)
