"""Lists in pages: limit, opaque keyset cursors, the Link header (RFC 8288). Never offsets."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from service.domain.errors import Fault, Invalid
from service.web.bodies import json_response
from service.web.problems import BadCursor

MAX_LIMIT = 200
T = TypeVar("T")
Read = Callable[[str | None, int], Awaitable[tuple[list[T], str | None]]]  # after an id, so many: items, next id
_ID = re.compile(r"[0-9a-f]{22}")


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where the next page begins: of which list in which order, after which id (and sorting value)."""

    of: str
    id: str
    value: float = 0.0


def limit_of(request: web.Request, default: int) -> int:
    """The limit asked for, capped. Raises Invalid for what is no number from 1 on."""
    text = request.query.get("limit")
    if text is None:
        return default
    if not re.fullmatch(r"0*[1-9][0-9]*", text):
        raise Invalid([Fault("/limit", f"limit is a whole number from 1 to {MAX_LIMIT}.")])
    digits = text.lstrip("0")
    return min(int(digits), MAX_LIMIT) if len(digits) < 9 else MAX_LIMIT


def choice_of(request: web.Request, name: str, choices: tuple[str, ...]) -> str:
    """A query parameter that is one of these; the first if it is absent. Raises Invalid."""
    value = request.query.get(name, choices[0])
    if value not in choices:
        raise Invalid([Fault(f"/{name}", f"{name} is one of {', '.join(choices)}.")])
    return value


def cursor_of(request: web.Request, of: str) -> Cursor | None:
    """The cursor sent, if it is ours and of this list. Raises BadCursor."""
    text = request.query.get("cursor")
    if text is None:
        return None
    try:
        cursor = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Cursor)
    except (ValueError, msgspec.MsgspecError):
        raise BadCursor from None
    if cursor.of != of or not _ID.fullmatch(cursor.id):
        raise BadCursor
    return cursor


def cursor_text(of: str, after_id: str | None, value: float = 0.0) -> str | None:
    """A cursor as text; None at the end of the list."""
    if after_id is None:
        return None
    return urlsafe_b64encode(msgspec.json.encode(Cursor(of, after_id, value))).decode().rstrip("=")


async def listed(request: web.Request, of: str, read: Read[T], shape: Callable[[T], dict[str, Any]]) -> web.Response:
    """A page of a list that goes by ids alone: what `read` finds after an id, in this shape, under the list's name."""
    cursor = cursor_of(request, of)
    found, next_id = await read(cursor.id if cursor else None, limit_of(request, 50))
    next_cursor = cursor_text(of, next_id)
    told = {of: [shape(one) for one in found], "next_cursor": next_cursor}
    return json_response(told, headers=link_header(request, next_cursor))


def link_header(request: web.Request, next_cursor: str | None) -> dict[str, str]:
    """The Link header to the next page, if there is one."""
    if next_cursor is None:
        return {}
    query: list[tuple[str, Any]] = [(name, value) for name, value in request.query.items() if name != "cursor"]
    return {"Link": f'<{request.path}?{urlencode([*query, ("cursor", next_cursor)])}>; rel="next"'}
