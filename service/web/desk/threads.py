"""The site's threads as a list, and one thread's page: open, closed or hidden, its words for its page, moving it."""

from typing import get_args

import msgspec
from aiohttp import web

from service.actions.identify import Who
from service.actions.move_thread import Moved, move_thread
from service.actions.set_thread import set_thread, thread_at, thread_of, threads_page
from service.domain.errors import Fault, Invalid, NotFound, Refusal
from service.domain.faults import fault
from service.domain.site import Moderation, ThreadState
from service.web.app_keys import RESOURCES
from service.web.bodies import Url
from service.web.desk.answers import Said, choice_in, faults_of, said_by, said_to, status_of
from service.web.pages.errors import as_page
from service.web.pages.forms import Form, read_form
from service.web.pages.rendering import desk_html, see_other
from service.web.pages.visitor import visitor
from service.web.paging import cursor_of, cursor_text

_PER_PAGE = 50
_SITES = "site"  # the site's policy speaks
_STATES: tuple[str, ...] = (_SITES, *get_args(ThreadState))
_MODERATIONS: tuple[str, ...] = (_SITES, *get_args(Moderation))
_SAID = {
    "saved": "Saved.",
    "moved": "Moved. The old path leads here from now on.",
    "merged": "Merged: all comments stand here now, and the old path leads here.",
    "same": "It stands there already.",
    "unknown": "Nobody has commented on that page yet.",
}


@as_page
async def get_threads(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/threads: the site's threads; ?key= leads to the one of this page."""
    who = await visitor(request)
    who.moderator()
    res, home = request.app[RESOURCES], f"/sites/{who.site.id}/desk/threads"
    key = request.query.get("key", "").strip()
    if key:
        try:
            return see_other(f"{home}/{(await thread_at(res, who.site, key)).id}")
        except NotFound:
            return see_other(said_to(home, "unknown"))
    cursor = cursor_of(request, "threads")
    found, next_id = await threads_page(res, who.site, cursor.id if cursor else None, _PER_PAGE)
    policy = who.site.policy
    told = {
        "who": who,
        "here": home,
        "section": "threads",
        "threads": [(one, one.state_now(policy, res.now_ms()), one.moderation_now(policy)) for one in found],
        "said": Said(said_by(request, _SAID)),
        "first": home if cursor else None,
        "next": f"{home}?cursor={cursor_text('threads', next_id)}" if next_id else None,
    }
    return desk_html("desk_threads.html", told)


@as_page
async def get_thread(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/threads/{id}: one thread, with what can be set."""
    who = await visitor(request)
    who.moderator()
    return await _page(request, who, Said(said_by(request, _SAID)))


@as_page
async def post_thread(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/threads/{id}: its state, moderation, title and address."""
    form = await read_form(request)
    who = await visitor(request)
    who.moderator()
    try:
        await set_thread(request.app[RESOURCES], who.site, request.match_info["id"], _changes(form))
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    return see_other(said_to(_home(who, request.match_info["id"]), "saved"))


def _changes(form: Form) -> dict[str, str | int | None]:
    state, moderation = choice_in(form, "state", _STATES), choice_in(form, "moderation", _MODERATIONS)
    return {
        "state": None if state == _SITES else state,
        "moderation": None if moderation == _SITES else moderation,
        "title": form.one("title").strip()[:1_000] or None,
        "url": _url(form.one("url").strip()),
    }


def _url(text: str) -> str | None:
    """An address in the shape that the API takes. Raises Invalid."""
    try:
        return msgspec.convert(text, Url) if text else None
    except msgspec.ValidationError as error:
        raise Invalid([Fault("/url", fault(error, Url).detail)]) from None


@as_page
async def post_move(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/threads/{id}/move: to another path; without `sure` it only tells what would happen."""
    form = await read_form(request)
    who = await visitor(request)
    who.moderator()
    res, thread_id, key = request.app[RESOURCES], request.match_info["id"], form.one("key").strip()
    sure = form.one("sure") == "1"
    try:
        moved = await move_thread(res, who.site, thread_id, key, dry_run=not sure)
    except Refusal as refusal:
        kept = {"key": key}
        return await _page(request, who, Said(faults=faults_of(refusal), kept=kept, status=status_of(refusal)))
    if sure or moved.outcome == "same":
        return see_other(said_to(_home(who, moved.thread.id), moved.outcome))
    return await _page(request, who, Said(kept={"key": key}), moved)


async def _page(request: web.Request, who: Who, said: Said, foreseen: Moved | None = None) -> web.Response:
    res, policy = request.app[RESOURCES], who.site.policy
    thread = await thread_of(res, who.site, request.match_info["id"])
    told = {
        "who": who,
        "here": _home(who, thread.id),
        "section": "threads",
        "thread": thread,
        "state": thread.state_now(policy, res.now_ms()),
        "moderation": thread.moderation_now(policy),
        "states": _STATES,
        "moderations": _MODERATIONS,
        "said": said,
        "foreseen": foreseen,
    }
    return desk_html("desk_thread.html", told, said.status)


def _home(who: Who, thread_id: str) -> str:
    return f"/sites/{who.site.id}/desk/threads/{thread_id}"
