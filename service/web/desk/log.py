"""The log of the site's decisions, filtered by who, what, when and where; each can be taken back from here."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from aiohttp import web

from service.actions.add_member import find_member
from service.actions.identify import Who
from service.actions.queue import LogFilter, decided_about, log_page, thread_id_of
from service.domain.comment import Comment
from service.domain.errors import Fault, Invalid
from service.domain.ids import first_id_at
from service.domain.moderation import LOGGED_ACTIONS, Decision, stands
from service.web.app_keys import RESOURCES
from service.web.desk.cards import DID, DONE
from service.web.desk.notices import done, named, refused
from service.web.pages.errors import as_page
from service.web.pages.rendering import desk_html
from service.web.pages.visitor import visitor
from service.web.paging import cursor_of, cursor_text

_PER_PAGE = 50
_EXCERPT = 120
_DAY_MS = 86_400_000
_NOBODY = "-"  # no id: what somebody unknown did is nothing
_FILTERS = ("who", "action", "thread", "since", "until")
_LAST = "until"


class Row(NamedTuple):
    """A decision, how many more of the list were taken together with it, and whether any of them can be taken back."""

    decision: Decision
    together: int
    can_be_undone: bool


@as_page
async def get_log(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/log: who decided what, newest first; by who, action, thread, since and until."""
    who = await visitor(request)
    actor = who.moderator()
    res, asked = request.app[RESOURCES], {name: request.query.get(name, "").strip() for name in _FILTERS}
    cursor = cursor_of(request, "decisions")
    before = cursor.id if cursor else _end(asked[_LAST])
    found, next_id = await log_page(res, who.site, await _wanted(request, who, asked), before, _PER_PAGE)
    now = await decided_about(res, who.site, found)
    query = urlencode({name: value for name, value in asked.items() if value})
    home = f"/sites/{who.site.id}/desk/log"
    told = {
        "who": who,
        "here": f"{home}?{query}",
        "section": "log",
        "asked": asked,
        "rows": rows(found, now),
        "texts": {one.id: one.text[:_EXCERPT] for one in now.values()},
        "actions": LOGGED_ACTIONS,
        "words": DONE,
        "did": DID,
        "done": await done(res, actor, request.query.get("done")),
        "refused": await refused(res, who.site, named(request)),
        "first": f"{home}?{query}" if cursor else None,
        "next": f"{home}?{query}&cursor={cursor_text('decisions', next_id)}" if next_id else None,
    }
    return desk_html("desk_log.html", told)


async def _wanted(request: web.Request, who: Who, asked: dict[str, str]) -> LogFilter:
    res, actor_id = request.app[RESOURCES], None
    if asked["who"]:
        member = await find_member(res, who.site, asked["who"])
        actor_id = member.id if member else _NOBODY
    action = asked["action"] if asked["action"] in LOGGED_ACTIONS else None
    thread_id = await thread_id_of(res, who.site, asked["thread"] or None)
    since = first_id_at(_day(asked["since"], "/since")) if asked["since"] else None
    return LogFilter(actor_id, action, thread_id, since)


def _end(until: str) -> str | None:
    return first_id_at(_day(until, "/until") + _DAY_MS) if until else None


def _day(text: str, pointer: str) -> int:
    """The beginning of a day, as a date field sends it. Raises Invalid."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * 1000
    except (ValueError, OverflowError):
        raise Invalid([Fault(pointer, "A day is needed, like 2026-11-23.")]) from None


def rows(found: list[Decision], now: dict[str, Comment]) -> list[Row]:
    """Decisions as rows, given their comments as they stand; what one call took and what stands together is one row."""
    made: list[Row] = []
    for one in found:
        last, open_ = made[-1] if made else None, one.action != "undo" and stands(one, now.get(one.comment_id))
        if last is not None and last.decision.decision_id == one.decision_id:
            made[-1] = last._replace(together=last.together + 1, can_be_undone=last.can_be_undone or open_)
        else:
            made.append(Row(one, 0, open_))
    return made
