"""The moderators' API: the queue, decisions and their undoing, the log, a comment's history."""

from typing import Any

from aiohttp import web

from service.actions.decide_comments import Choice, Result, decide_comments
from service.actions.queue import LogFilter, Position, QueueRequest, history, log_page, queue_page, thread_id_of
from service.actions.undo_decision import undo_decision
from service.domain.comment import STATUSES
from service.domain.errors import Fault, Invalid
from service.domain.moderation import ACTIONS
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import DecisionBody, json_response, read_body
from service.web.paging import choice_of, cursor_of, cursor_text, limit_of, link_header, listed
from service.web.problems import problem_json
from service.web.shapes import decision_json, item_json

_TABS = (*STATUSES, "reported", "audit")
_SORTS = ("oldest", "newest", "riskiest", "uncertain")


async def get_queue(request: web.Request) -> web.Response:
    """GET S/queue: comments of one status with all that a decision needs, and the numbers on the tabs."""
    who = await who_asks(request)
    who.moderator()
    status, sort = choice_of(request, "status", _TABS), choice_of(request, "sort", _SORTS)
    if status == "approved" and sort not in ("oldest", "newest"):
        sort = "newest"  # published comments are kept in the order of time only; the answer says so
    if request.query.get("q"):
        raise Invalid([Fault("/q", "Searching the queue is not offered yet; leave q out.")])
    of = f"{status} {sort}"
    cursor = cursor_of(request, of)
    after = Position(cursor.id, cursor.value) if cursor else None
    wanted = QueueRequest(status, sort, after, limit_of(request, 50))  # type: ignore[arg-type]
    found = await queue_page(request.app[RESOURCES], who.site, wanted)
    next_cursor = cursor_text(of, found.next.id, found.next.value) if found.next else None
    told = {
        "items": [item_json(item) for item in found.items],
        "counts": {"reported": 0, "audit": 0, **found.counts},
        "sort": sort,
        "next_cursor": next_cursor,
    }
    return json_response(told, headers=link_header(request, next_cursor))


async def post_decision(request: web.Request) -> web.Response:
    """POST S/decisions: one action on many comments, each with a result of its own."""
    who = await who_asks(request)
    actor = who.moderator()
    body, _ = await read_body(request, DecisionBody)
    choices = [Choice(one.id, one.version) for one in body.comments]
    decision_id, results = await decide_comments(request.app[RESOURCES], actor, body.action, choices, body.reason)
    if len(results) == 1 and results[0].refusal is not None:
        raise results[0].refusal
    return json_response(_decided(decision_id, results))


async def post_undo(request: web.Request) -> web.Response:
    """POST S/decisions/{id}/undo: everything as it was before, where nothing newer stands."""
    who = await who_asks(request)
    actor = who.moderator()
    decision_id, results = await undo_decision(request.app[RESOURCES], actor, request.match_info["id"])
    if len(results) == 1 and results[0].refusal is not None:
        raise results[0].refusal
    return json_response(_decided(decision_id, results))


def _decided(decision_id: str, results: list[Result]) -> dict[str, Any]:
    return {"decision_id": decision_id, "results": [_result(one) for one in results]}


def _result(result: Result) -> dict[str, Any]:
    if result.refusal is not None:
        return {"id": result.id, "problem": problem_json(result.refusal)}
    assert result.comment is not None
    return {"id": result.id, "status": result.comment.status, "version": result.comment.version}


async def get_log(request: web.Request) -> web.Response:
    """GET S/log: who decided what, newest first; filtered by who (a member's id), action, thread (key or id)."""
    who = await who_asks(request)
    who.moderator()
    if "action" in request.query:
        choice_of(request, "action", (*ACTIONS, "undo"))
    thread_id = await thread_id_of(request.app[RESOURCES], who.site, request.query.get("thread"))
    wanted = LogFilter(request.query.get("who"), request.query.get("action"), thread_id)
    res = request.app[RESOURCES]
    return await listed(
        request, "decisions", lambda before, limit: log_page(res, who.site, wanted, before, limit), decision_json
    )


async def get_history(request: web.Request) -> web.Response:
    """GET S/comments/{id}/history: every decision about a comment, oldest first."""
    who = await who_asks(request)
    who.moderator()
    found = await history(request.app[RESOURCES], who.site, request.match_info["id"])
    return json_response({"decisions": [decision_json(one) for one in found]})
