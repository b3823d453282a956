"""Lists in pages: opaque keyset cursors, the Link header (RFC 8288). Never offsets."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from service.web.bodies import json_response
from service.web.parameters import CURSOR, LIMIT
from service.web.problems import BadCursor

T = TypeVar("T")
Read = Callable[[str | None, int], Awaitable[tuple[list[T], str | None]]]  # after an id, so many: items, next id
Told = Callable[[list[T], str | None], msgspec.Struct]  # items, next cursor: the answer
_ID = re.compile(r"[0-9a-f]{22}")


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where the next page begins: of which list in which order, after which id (and sorting value)."""

    of: str
    id: str
    value: float = 0.0


def cursor_of(request: web.Request, of: str) -> Cursor | None:
    """The cursor sent, if it is ours and of this list. Raises BadCursor."""
    if not request.query.get(CURSOR.name, "").isascii():
        raise BadCursor
    text = CURSOR.of(request)
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


async def listed(request: web.Request, of: str, read: Read[T], told: Told[T]) -> web.Response:
    """A page of a list that goes by ids alone: what `read` finds after an id, told with the cursor of the next page."""
    cursor = cursor_of(request, of)
    found, next_id = await read(cursor.id if cursor else None, LIMIT.of(request))
    next_cursor = cursor_text(of, next_id)
    return json_response(told(found, next_cursor), headers=link_header(request, next_cursor))


def link_header(request: web.Request, next_cursor: str | None) -> dict[str, str]:
    """The Link header to the next page, if there is one."""
    if next_cursor is None:
        return {}
    query: list[tuple[str, Any]] = [(name, value) for name, value in request.query.items() if name != "cursor"]
    return {"Link": f'<{request.path}?{urlencode([*query, ("cursor", next_cursor)])}>; rel="next"'}
