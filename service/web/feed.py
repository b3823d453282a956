"""The Atom feed (RFC 4287) of a site or of one thread: approved comments only, as readers see them."""

from xml.etree import ElementTree

from aiohttp import web

from service.actions.identify import Who
from service.actions.thread_page import PageRequest, recent, thread_page
from service.domain.comment import Comment
from service.domain.site import Site
from service.domain.thread import Thread
from service.web.access import serving_of, site_of
from service.web.app_keys import PAGES, RESOURCES
from service.web.contract import IF_NONE_MATCH, Ask, Content, Contract
from service.web.page_cache import answer, lists_tag, page, site_tag
from service.web.parameters import Text
from service.web.times import rfc3339

_ATOM = "http://www.w3.org/2005/Atom"
_ENTRIES = 50
THREAD = Text("thread", "Only the comments of this page.")
_HEADERS = {
    "Content-Type": "application/atom+xml; charset=utf-8",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Origin",
    "Server": "greenroom",
}


@Contract(
    Ask.ALL,
    {200: Content("application/atom+xml", "The feed (RFC 4287), newest first.")},
    query=(THREAD,),
    takes=(IF_NONE_MATCH,),
)
async def get_feed(request: web.Request) -> web.Response:
    """GET S/feed.atom?thread=: the newest comments of the site, or of one page."""
    pages = request.app[PAGES]
    ready = pages.get(request.raw_path)
    if ready is None:
        since = pages.now()
        site = await site_of(request)
        ready = page(_feed(request, site, await _newest(request, site)), _HEADERS)
        if set(request.query) <= {"thread"}:
            pages.put(request.raw_path, ready, (site_tag(site.id), lists_tag(site.id)), since)
    return answer(ready, request)


async def _newest(request: web.Request, site: Site) -> list[tuple[Comment, Thread]]:
    """Newest first, each with its thread. Raises NotFound for a hidden thread, Invalid for what is no path."""
    key = THREAD.of(request)
    if key is None:
        return await recent(request.app[RESOURCES], site, _ENTRIES)
    found = await thread_page(request.app[RESOURCES], Who(site, ""), PageRequest(key, "newest", None, _ENTRIES))
    return [(c, found.thread) for c in found.comments if found.thread is not None and c.status == "approved"]


def _feed(request: web.Request, site: Site, newest: list[tuple[Comment, Thread]]) -> bytes:
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    own_url = serving_of(request).public_url + request.path_qs
    key = THREAD.of(request)
    _add(feed, "id", f"urn:greenroom:{site.id}:comments{':' + key if key else ''}")
    _add(
        feed, "title", f"Comments on {newest[0][1].title or key}" if key and newest else f"Comments on {key or site.id}"
    )
    _add(feed, "updated", rfc3339(newest[0][0].created_at if newest else site.created_at))
    ElementTree.SubElement(feed, "link", rel="self", href=own_url)
    for comment, thread in newest:
        feed.append(_entry(request, comment, thread))
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(request: web.Request, comment: Comment, thread: Thread) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    plain = f"{serving_of(request).public_url}/sites/{comment.site_id}/thread?key={thread.key}"
    _add(entry, "id", f"urn:greenroom:{comment.site_id}:comment:{comment.id}")
    _add(entry, "title", f"{comment.author.name} on {thread.title or thread.key}")
    _add(entry, "updated", rfc3339(comment.edited_at or comment.created_at))
    _add(entry, "published", rfc3339(comment.created_at))
    _add(ElementTree.SubElement(entry, "author"), "name", comment.author.name)
    ElementTree.SubElement(entry, "link", rel="alternate", href=f"{thread.url or plain}#comment-{comment.id}")
    content = _add(entry, "content", comment.html)
    content.set("type", "html")
    return entry


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    """A child with this text, without the characters that XML 1.0 (section 2.2) has no way to write."""
    child = ElementTree.SubElement(parent, name)
    child.text = "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
    return child
