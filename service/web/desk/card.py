"""One card of the queue as it stands now, with what happened to it since it was looked at; and who looks at which."""

from aiohttp import web
from msgspec import Struct

from service.actions.comment_record import CommentRecord, comment_record
from service.actions.identify import Who
from service.web.app_keys import FOLLOWING, PRESENCE, RESOURCES
from service.web.bodies import json_response
from service.web.desk.cards import BUTTONS, DID, card
from service.web.desk.history import meanwhile
from service.web.desk.view import view_of
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import html
from service.web.pages.visitor import visitor


class LookerHere(Struct, frozen=True):
    """A colleague at the desk, and the comment before his eyes."""

    name: str
    comment: str | None


class LookersHere(Struct, frozen=True):
    """Everybody else who is at this desk, in this process."""

    people: list[LookerHere]


@as_page
async def get_card(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/cards/{id}: one card as it stands now, for the desk's script (?seen=VERSION)."""
    who = await visitor(request)
    who.moderator()
    record = await comment_record(request.app[RESOURCES], who.site, request.match_info["id"])
    return html("desk_one_card.html", _told(request, who, record))


def _told(request: web.Request, who: Who, record: CommentRecord) -> dict[str, object]:
    return {
        "who": who,
        "view": view_of(request, who.site.id),
        "card": card(record.item),
        "meanwhile": meanwhile(record, _seen(request)),
        "buttons": BUTTONS,
        "did": DID,
    }


def _seen(request: web.Request) -> int | None:
    digits = request.query.get("seen", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


@as_page
async def post_looking(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/looking: notes which comment this moderator looks at; tells where the others look."""
    form = await read_form(request)
    who, presence = await visitor(request), request.app[PRESENCE]
    member = who.moderator()
    if form.one("leaving"):
        presence.leave(member)
        request.app[FOLLOWING].tell_looking(who.site.id)
        return json_response(LookersHere([]))
    if presence.look(member, form.one("comment")[:64] or None):
        request.app[FOLLOWING].tell_looking(who.site.id)
    here = [LookerHere(one.name, one.comment_id) for one in presence.others(member)]
    return json_response(LookersHere(here))
