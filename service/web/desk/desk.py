"""The desk: its entrance, and the queue of one site as cards. Deciding is in deciding.py."""

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from service.actions.identify import Who
from service.actions.queue import QueuePage, queue_page, tabs
from service.domain.errors import Invalid
from service.web.app_keys import RESOURCES
from service.web.desk.cards import BUTTONS, DID, REASONS, card
from service.web.desk.notices import done, named, refused
from service.web.desk.view import NAMES, TABS, View, cursor_kind, view_of, wanted
from service.web.pages.errors import as_page
from service.web.pages.rendering import desk_html, html, see_other
from service.web.pages.visitor import sessions, visitor, visitor_of
from service.web.paging import cursor_text

_UNCLEAR = 422


@as_page
async def get_entrance(request: web.Request) -> web.Response:
    """GET /desk: to the site that the visitor moderates; a choice among several; or how to sign in (?site=)."""
    sites = [who.site.id for who in await sessions(request) if who.moderates]
    named = request.query.get("site", "").strip().lower()
    if named:
        return await _to_sign_in(request, named)
    if len(sites) == 1:
        return see_other(f"/sites/{sites[0]}/desk")
    return html("desk_entrance.html", {"who": None, "here": "/desk", "sites": sorted(sites)})


async def _to_sign_in(request: web.Request, named: str) -> web.Response:
    """To the desk of the site that was named, by way of signing in. Raises NotFound."""
    site = (await visitor_of(request, named)).site
    return see_other(f"/sites/{site.id}/sign-in?to=/sites/{site.id}/desk")


@as_page
async def get_desk(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk: the queue."""
    who = await visitor(request)
    who.moderator()
    return await show(request, who, view_of(request, who.site.id), Answer(named(request)))


class Answer(NamedTuple):
    """What the queue has to say to the form that was just sent."""

    refused: Sequence[str] = ()  # ids of comments that were left alone
    missing: str = ""  # what the form does not say yet
    ticked: frozenset[str] = frozenset()
    status: int = 200


async def show(request: web.Request, who: Who, view: View, answer: Answer) -> web.Response:
    """The queue in this view, with what became of the last decision."""
    res = request.app[RESOURCES]
    try:
        found = await queue_page(res, who.site, wanted(request, view))
    except Invalid as refusal:  # of the search: the rest of the page is as always
        found = QueuePage([], await tabs(res, who.site), None)
        answer = answer._replace(missing=refusal.detail, status=_UNCLEAR)
    told = {
        "who": who,
        "here": view.link(),
        "section": "queue",
        "view": view,
        "names": NAMES,
        "tabs": [(tab, found.counts.get(tab, 0)) for tab in TABS],
        "counts_any": any(found.counts.values()),
        "cards": [card(item) for item in found.items],
        "next": cursor_text(cursor_kind(view), found.next.id, found.next.value) if found.next else None,
        "done": await done(res, who.moderator(), request.query.get("done")),
        "refused": await refused(res, who.site, answer.refused),
        "missing": answer.missing,
        "ticked": answer.ticked,
        "buttons": BUTTONS,
        "did": DID,
        "reasons": REASONS,
    }
    return desk_html("desk.html", told, answer.status)
