"""A comment's own page: its card, and everything that happened to it since it was written."""

from aiohttp import web

from service.actions.comment_record import comment_record
from service.web.app_keys import RESOURCES
from service.web.desk.cards import BUTTONS, DID, REASONS, card
from service.web.desk.history import timeline
from service.web.desk.notices import done, named, refused
from service.web.desk.view import View
from service.web.pages.errors import as_page
from service.web.pages.rendering import desk_html
from service.web.pages.visitor import visitor


@as_page
async def get_comment(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/comments/{id}: one comment with its whole history, edits as what they changed."""
    who = await visitor(request)
    actor, res = who.moderator(), request.app[RESOURCES]
    record = await comment_record(res, who.site, request.match_info["id"])
    here = f"/sites/{who.site.id}/desk/comments/{record.item.comment.id}"
    told = {
        "who": who,
        "here": here,
        "section": "",
        "view": View(who.site.id, record.item.comment.status, "newest", to=here),
        "card": card(record.item),
        "events": timeline(record),
        "done": await done(res, actor, request.query.get("done")),
        "refused": await refused(res, who.site, named(request)),
        "buttons": BUTTONS,
        "did": DID,
        "reasons": REASONS,
    }
    return desk_html("desk_comment.html", told)
