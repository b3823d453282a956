"""The comments section of a page, for reading and posting: one partial, told the same under a post and on its own."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from service.actions.decide_comments import take_down
from service.actions.draft import Draft, Guest, check_author
from service.actions.identify import Who
from service.actions.submit_comment import submit_comment
from service.actions.thread_page import PageRequest, ThreadPage, one_comment, thread_page
from service.domain.comment import Comment
from service.domain.editing import in_time as in_time_to_edit
from service.domain.errors import NotFound, Refusal
from service.domain.member import why_not
from service.domain.names import clean_name
from service.web.access import serving_of
from service.web.app_keys import PAGES, RESOURCES
from service.web.page_cache import answer, lists_tag, page, site_tag
from service.web.pages.embedding import EMBEDDING, handed
from service.web.pages.errors import with_problem_headers
from service.web.pages.forms import Form
from service.web.pages.nesting import nested
from service.web.pages.rendering import HEADERS, PUBLIC, render, see_other
from service.web.pages.turning import cursor_at, in_time, turns, wanted
from service.web.pages.visitor import has_cookie, visitor_of
from service.web.problems import code_of, problem_response


@dataclass(frozen=True, slots=True)
class Place:
    """The page that a discussion stands on: its template, its site and thread, its path and query."""

    template: str
    site_id: str
    key: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    url: str | None = None  # what the thread is to remember of the page, where we know it
    title: str | None = None
    embeds: bool = False  # the widget stands in its place where scripts run

    def link(self, fragment: str = "", **more: str | None) -> str:
        """This page, with something more in its query."""
        query = urlencode([*self.query, *[(name, value) for name, value in more.items() if value]], safe="/")
        return f"{self.path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"


@dataclass(frozen=True, slots=True)
class Editor:
    """What stands in the form: a draft that was refused is kept, with the reason beside it."""

    text: str = ""
    name: str = ""
    reply_id: str = ""
    refusal: Refusal | None = None


async def get_discussion(request: web.Request, place: Place) -> web.Response:
    """The page; for visitors without a session it is kept in memory until something in it changes."""
    if has_cookie(request, place.site_id):
        told, _ = await _told(request, await visitor_of(request, place.site_id), place, _asked(request))
        return web.Response(body=render(place.template, told), headers=_headers(place, HEADERS))
    pages = request.app[PAGES]
    ready = pages.get(request.raw_path)
    if ready is None:
        since = pages.now()
        told, found = await _told(request, await visitor_of(request, place.site_id), place, _asked(request))
        ready = page(render(place.template, told), _headers(place, PUBLIC))
        if request.raw_path == place.link():  # of other spellings anybody could make any number
            tag = found.thread.id if found.thread else lists_tag(place.site_id)
            pages.put(request.raw_path, ready, (site_tag(place.site_id), tag), since)
    return answer(ready, request)


def _headers(place: Place, headers: dict[str, str]) -> dict[str, str]:
    return {**headers, **EMBEDDING} if place.embeds else headers


def _asked(request: web.Request) -> Editor:
    return Editor(reply_id=request.query.get("reply", ""))


async def post_discussion(request: web.Request, place: Place, form: Form) -> web.Response:
    """Takes a comment from the form: on to where it stands, or the page again with the draft and what to mend.

    The same form's other use is to delete a comment of one's own.
    """
    who = await visitor_of(request, place.site_id)
    if form.one("delete"):
        return await _delete(request, who, place, form.one("delete"))
    editor = Editor(form.one("text"), form.one("name"), form.one("parent_id"))
    try:
        check_author(request.app[RESOURCES], who)
        done = await submit_comment(request.app[RESOURCES], who, _draft(who, place, editor), lambda _: [])
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, who, place, replace(editor, refusal=refusal))
    if who.member is None and done.comment.status != "approved":
        return see_other(place.link("posted", posted="held"))
    return see_other(place.link(f"comment-{done.comment.id}", posted=done.comment.id))


async def _delete(request: web.Request, who: Who, place: Place, comment_id: str) -> web.Response:
    """An author takes his own comment down. Raises NotSignedIn, NotFound, NotAllowedNow."""
    member, res = who.signed_in(), request.app[RESOURCES]
    comment = await one_comment(res, who, comment_id)
    if comment.author.id != member.id:
        raise NotFound
    await take_down(res, member, comment)
    return see_other(place.link("posted", posted="deleted", cursor=request.query.get("cursor")))


def _draft(who: Who, place: Place, editor: Editor) -> Draft:
    return Draft(place.key, editor.text, editor.reply_id or None, place.url, place.title, guest=_guest(who, editor))


def _guest(who: Who, editor: Editor) -> Guest | None:
    """Who a visitor says he is, where that is enough. Raises Invalid for a name that nobody could read."""
    if who.member is not None or who.site.policy.who_may_comment != "anyone":
        return None
    return Guest(clean_name(editor.name))


async def _again(request: web.Request, who: Who, place: Place, editor: Editor) -> web.Response:
    assert editor.refusal is not None
    told, _ = await _told(request, who, place, editor)
    problem, _ = problem_response(editor.refusal)
    body = render(place.template, {**told, "handed": None})  # the form that was sent stays as it is
    response = web.Response(status=problem.status, body=body, headers=_headers(place, HEADERS))
    return with_problem_headers(response, problem)


async def _told(request: web.Request, who: Who, place: Place, editor: Editor) -> tuple[dict[str, Any], ThreadPage]:
    """All that the partial is told. Raises NotFound for a hidden thread, BadCursor, Invalid."""
    res, posted = request.app[RESOURCES], request.query.get("posted", "")
    page_wanted = wanted(request, place.key, at_end=bool(posted))
    found = await thread_page(res, who, page_wanted)
    why = why_not(who.site.policy, who.member, res.now_ms())
    told = {
        **_list(found, page_wanted),
        "who": who,
        "place": place,
        "here": place.link(),
        "posted": posted,
        "cursor": request.query.get("cursor", ""),
        "deleting": request.query.get("delete", ""),
        "may_delete": lambda comment: (
            in_time_to_edit(comment, who.site.policy.edit_window_s, res.now_ms()) or who.moderates
        ),
        "editor": editor,
        "replying": await _answered(request, who, found, editor.reply_id),
        "why_not": code_of(why) if why else None,
        "is_demo": who.site.id == serving_of(request).demo_site,
        "handed": await handed(request, who) if place.embeds else None,
    }
    return told, found


def _list(found: ThreadPage, page_wanted: PageRequest) -> dict[str, Any]:
    return {
        "thread": found.thread,
        "state": found.state,
        "count": found.thread.count if found.thread else 0,
        "entries": nested(in_time(found, page_wanted)),
        "turns": turns(found, page_wanted),
        "cursor_at": cursor_at,
    }


async def _answered(request: web.Request, who: Who, found: ThreadPage, reply_id: str) -> Comment | None:
    """The comment that is being answered, if it stands in this thread."""
    if not reply_id or found.thread is None:
        return None
    try:
        one = (await one_comment(request.app[RESOURCES], who, reply_id)).as_published()
    except NotFound:
        return None
    return one if one.thread_id == found.thread.id and one.status == "approved" else None
