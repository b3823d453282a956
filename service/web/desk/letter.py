"""Where the links in letters to moderators lead: one comment and the buttons. Opening the page decides nothing."""

from aiohttp import web

from service.actions.decide_by_letter import Asked, asked, decide_by_letter
from service.domain.errors import NotFound
from service.domain.moderation import Action
from service.web.app_keys import RESOURCES
from service.web.desk.cards import BUTTONS, DID, DONE, card
from service.web.desk.deciding import action_of, reason_of
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html
from service.web.pages.visitor import visitor

_OFFERED: tuple[Action, ...] = ("approve", "reject", "mark_spam")
_FORBIDDEN, _CONFLICT, _GONE, _UNCLEAR = 403, 409, 410, 422


@as_page
async def get_letter(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/letter: the comment that a letter told of, and what may be done with it."""
    return await _show(request)


@as_page
async def post_letter(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/letter: decides, as the moderator whom the letter went to."""
    form = await read_form(request)
    who, res = await visitor(request), request.app[RESOURCES]
    try:
        found = await asked(res, who, _token(request))
    except NotFound:
        return await _show(request)
    action = action_of(form)
    if action is None or found.actor is None:
        return await _show(request, status=_UNCLEAR)
    result = await decide_by_letter(res, found, action, reason_of(form))
    if result.refusal is not None:
        return await _show(request, status=_CONFLICT)
    return await _show(request, done=DONE[action])


async def _show(request: web.Request, done: str | None = None, status: int = 200) -> web.Response:
    who = await visitor(request)
    told: dict[str, object] = {"who": who, "here": request.path_qs, "token": _token(request)}
    try:
        found = await asked(request.app[RESOURCES], who, _token(request))
    except NotFound:
        return html("link_gone.html", {**told, "here": f"/sites/{who.site.id}/desk"}, _GONE)
    if found.actor is None or found.item is None:
        return html("letter_sign_in.html", told, _FORBIDDEN)
    told |= {"actor": found.actor, "card": card(found.item), "buttons": BUTTONS, "did": DID, "done": done}
    return html("letter.html", {**told, "as_it_was": found.is_as_it_was, "actions": _actions(request, found)}, status)


def _actions(request: web.Request, found: Asked) -> list[Action]:
    """What may be done, first what the link says."""
    assert found.item is not None
    allowed = [one for one in _OFFERED if one in found.item.allowed_actions]
    return sorted(allowed, key=lambda one: one != request.query.get("do"))


def _token(request: web.Request) -> str:
    return request.query.get("token", "")
