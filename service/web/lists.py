"""A site's public lists: the counts of many pages at once, the newest comments."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from service.actions.thread_page import counts, recent
from service.domain.errors import Fault, Invalid
from service.domain.site import Site
from service.web.access import site_of
from service.web.app_keys import PAGES, RESOURCES
from service.web.bodies import PUBLIC, encode
from service.web.page_cache import answer, lists_tag, page, site_tag
from service.web.paging import limit_of
from service.web.shapes import comment_json, thread_json

_MOST_COUNTS = 100
Read = Callable[[web.Request, Site], Awaitable[dict[str, Any]]]


async def get_counts(request: web.Request) -> web.Response:
    """GET S/counts?thread=A&thread=B: how many approved comments each page has, by the keys as sent."""
    return await _from_memory(request, _counts)


async def _counts(request: web.Request, site: Site) -> dict[str, Any]:
    keys = request.query.getall("thread", [])
    if not 1 <= len(keys) <= _MOST_COUNTS:
        raise Invalid([Fault("/thread", f"Name 1 to {_MOST_COUNTS} pages: thread=/a&thread=/b.")])
    return {"counts": await counts(request.app[RESOURCES], site, keys)}


async def get_recent(request: web.Request) -> web.Response:
    """GET S/recent: the newest approved comments of the site, each with its thread."""
    return await _from_memory(request, _recent)


async def _recent(request: web.Request, site: Site) -> dict[str, Any]:
    found = await recent(request.app[RESOURCES], site, limit_of(request, 50))
    return {
        "comments": [
            {**comment_json(c, "approved"), "thread": thread_json(t, t.state or site.policy.state)} for c, t in found
        ]
    }


async def _from_memory(request: web.Request, read: Read) -> web.Response:
    pages = request.app[PAGES]
    ready = pages.get(request.raw_path)
    if ready is None:
        since = pages.now()
        site = await site_of(request)
        ready = page(encode(await read(request, site)), PUBLIC)
        pages.put(request.raw_path, ready, (site_tag(site.id), lists_tag(site.id)), since)
    return answer(ready, request)
