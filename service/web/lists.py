"""A site's public lists: the counts of many pages at once, the newest comments."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from service.actions.thread_page import counts, recent
from service.domain.site import Site
from service.web.access import site_of
from service.web.app_keys import PAGES, RESOURCES
from service.web.bodies import PUBLIC, encode
from service.web.contract import IF_NONE_MATCH, Ask, Contract
from service.web.page_cache import answer, lists_tag, page, site_tag
from service.web.parameters import LIMIT, Texts
from service.web.shapes.threads import CountsTold, RecentTold, recent_told

THREADS = Texts("thread", "Name 1 to 100 pages: thread=/a&thread=/b.", 100)
Read = Callable[[web.Request, Site], Awaitable[msgspec.Struct]]


@Contract(Ask.ALL, {200: CountsTold}, query=(THREADS,), takes=(IF_NONE_MATCH,))
async def get_counts(request: web.Request) -> web.Response:
    """GET S/counts?thread=A&thread=B: how many approved comments each page has, by the keys as sent."""
    return await _from_memory(request, _counts)


async def _counts(request: web.Request, site: Site) -> CountsTold:
    return CountsTold(await counts(request.app[RESOURCES], site, THREADS.of(request)))


@Contract(Ask.ALL, {200: RecentTold}, query=(LIMIT,), takes=(IF_NONE_MATCH,))
async def get_recent(request: web.Request) -> web.Response:
    """GET S/recent: the newest approved comments of the site, each with its thread."""
    return await _from_memory(request, _recent)


async def _recent(request: web.Request, site: Site) -> RecentTold:
    return recent_told(await recent(request.app[RESOURCES], site, LIMIT.of(request)), site.policy)


async def _from_memory(request: web.Request, read: Read) -> web.Response:
    pages = request.app[PAGES]
    ready = pages.get(request.raw_path)
    if ready is None:
        since = pages.now()
        site = await site_of(request)
        ready = page(encode(await read(request, site)), PUBLIC)
        pages.put(request.raw_path, ready, (site_tag(site.id), lists_tag(site.id)), since)
    return answer(ready, request)
