"""The Atom feed (RFC 4287, replies as in RFC 4685) of a site or of one thread: what readers see."""

from urllib.parse import quote
from xml.etree import ElementTree

from aiohttp import web

from service.actions.identify import Who
from service.actions.thread_page import PageRequest, recent, thread_page
from service.domain.comment import Comment
from service.domain.site import Site
from service.domain.thread import Thread, canonical_key
from service.web.access import serving_of, site_of
from service.web.app_keys import PAGES, RESOURCES
from service.web.contract import IF_NONE_MATCH, Ask, Content, Contract
from service.web.page_cache import answer, lists_tag, page, site_tag
from service.web.parameters import LIMIT, Choice, Text
from service.web.times import rfc3339

_ATOM = "http://www.w3.org/2005/Atom"
_THREADING = "http://purl.org/syndication/thread/1.0"
ElementTree.register_namespace("thr", _THREADING)
_SHORT = 250  # characters
THREAD = Text("thread", "Only the comments of this page.")
SHORT = Choice("short", "1 gives the beginning of each text, as plain text.", ("0", "1"))
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
    query=(THREAD, LIMIT, SHORT),
    takes=(IF_NONE_MATCH,),
)
async def get_feed(request: web.Request) -> web.Response:
    """GET S/feed.atom?thread=: the newest comments of the site, or of one page."""
    pages = request.app[PAGES]
    ready = pages.get(request.raw_path)
    if ready is None:
        since = pages.now()
        site = await site_of(request)
        sent = THREAD.of(request)
        key = None if sent is None else canonical_key(sent)
        newest = await _newest(request, site, key, LIMIT.of(request))
        ready = page(_feed(request, site, key, newest, SHORT.of(request) == "1"), _HEADERS)
        if sent == key and len(request.query) == (key is not None):  # of endless other spellings none is kept
            pages.put(request.raw_path, ready, (site_tag(site.id), lists_tag(site.id)), since)
    return answer(ready, request)


async def _newest(request: web.Request, site: Site, key: str | None, limit: int) -> list[tuple[Comment, Thread]]:
    """Newest first, each with its thread. Raises NotFound for a hidden thread."""
    if key is None:
        return await recent(request.app[RESOURCES], site, limit)
    found = await thread_page(request.app[RESOURCES], Who(site, ""), PageRequest(key, "newest", None, limit))
    return [(c, found.thread) for c in found.comments if found.thread is not None and c.status == "approved"]


def _feed(
    request: web.Request, site: Site, key: str | None, newest: list[tuple[Comment, Thread]], short: bool
) -> bytes:
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    about = key or site.id
    if key is not None and newest:
        about = newest[0][1].title or key
    _add(feed, "id", f"urn:greenroom:{site.id}:comments{':' + quote(key) if key else ''}")
    _add(feed, "title", f"Comments on {about}")
    _add(feed, "updated", rfc3339(max((c.edited_at or c.created_at for c, _ in newest), default=site.created_at)))
    own_url = serving_of(request).public_url + str(request.rel_url)
    _link(feed, "self", own_url, "application/atom+xml")
    if key is not None:
        _link(feed, "alternate", _page_url(request, site.id, key, newest[0][1].url if newest else None), "text/html")
    for comment, thread in newest:
        feed.append(_entry(request, comment, thread, short))
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(request: web.Request, comment: Comment, thread: Thread, short: bool) -> ElementTree.Element:
    entry = ElementTree.Element("entry")
    page_url = _page_url(request, comment.site_id, thread.key, thread.url)
    _add(entry, "id", _id(comment.site_id, comment.id))
    _add(entry, "title", f"{comment.author.name} on {thread.title or thread.key}")
    _add(entry, "updated", rfc3339(comment.edited_at or comment.created_at))
    _add(entry, "published", rfc3339(comment.created_at))
    _add(ElementTree.SubElement(entry, "author"), "name", comment.author.name)
    _link(entry, "alternate", f"{page_url}#comment-{comment.id}", "text/html")
    if comment.parent_id is not None:
        answered = {"ref": _id(comment.site_id, comment.parent_id), "href": f"{page_url}#comment-{comment.parent_id}"}
        ElementTree.SubElement(entry, f"{{{_THREADING}}}in-reply-to", answered)
    if short:
        _add(entry, "summary", _beginning(comment.text))
    else:
        _add(entry, "content", comment.html).set("type", "html")
    return entry


def _beginning(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1].rstrip() + "…"


def _id(site_id: str, comment_id: str) -> str:
    return f"urn:greenroom:{site_id}:comment:{comment_id}"


def _page_url(request: web.Request, site_id: str, key: str, url: str | None) -> str:
    """Where the page is: on the blog, if that is known, else with us. Without a fragment of its own."""
    if url is not None:
        return quote(url.partition("#")[0], safe="%/:?=&@!$'()*+,;~[]")
    return f"{serving_of(request).public_url}/sites/{site_id}/thread?key={quote(key)}"


def _link(parent: ElementTree.Element, rel: str, href: str, media_type: str) -> None:
    ElementTree.SubElement(parent, "link", rel=rel, type=media_type, href=_writable(href))


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = _writable(text)
    return child


def _writable(text: str) -> str:
    """The text without the characters that XML 1.0 (section 2.2) has no way to write."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
