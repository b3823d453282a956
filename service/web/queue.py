"""The moderators' API: the queue, decisions and their undoing, the log, a comment's history."""

import logging
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import get_args

from aiohttp import web
from msgspec import structs

from service.actions.decide_comments import Choice as Chosen
from service.actions.decide_comments import Keep as KeepDecided
from service.actions.decide_comments import Result, decide_comments
from service.actions.queue import (
    LogFilter,
    Position,
    QueueRequest,
    Sort,
    history,
    log_page,
    order_of,
    queue_page,
    thread_id_of,
)
from service.actions.remove_comments import Removed, remove_comments
from service.actions.replays import Statement
from service.actions.undo_decision import undo_decision
from service.domain.comment import STATUSES
from service.domain.errors import NotAllowedNow, StaleDecision
from service.domain.moderation import LOGGED_ACTIONS, LoggedAction
from service.domain.search import parse
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.paging import cursor_of, cursor_text, link_header, listed
from service.web.parameters import CURSOR, LIMIT, Choice, Filter, Text
from service.web.problems import new_request_id
from service.web.shapes.log import HistoryTold, LogTold, history_told, log_told
from service.web.shapes.moderation import (
    DecidedTold,
    DecisionBody,
    QueueTold,
    RemovalBody,
    RemovedTold,
    decided_told,
    queue_told,
    removed_told,
)

_LOG = logging.getLogger("greenroom.web")
STATUS = Choice("status", "The tab.", (*STATUSES, "reported", "audit"))
SORT: Choice[Sort] = Choice("sort", "The order; published comments have that of time only.", get_args(Sort))
SEARCH = Text(
    "q",
    'Words that the text has, all of them; "a phrase"; begin*; -without; author:ada thread:/post.html status:spam'
    " score:>0.8 link:casino.example. Statuses named here count in place of the tab.",
)
BY = Text("who", "Only what this member decided: his id.")
ACTION: Filter[LoggedAction] = Filter("action", "Only this action.", LOGGED_ACTIONS)
THREAD = Text("thread", "Only what was decided in this thread: its page's key, or its id.")


@Contract(Ask.MODERATORS, {200: QueueTold}, query=(STATUS, SORT, SEARCH, LIMIT, CURSOR))
async def get_queue(request: web.Request) -> web.Response:
    """GET S/queue: comments of one status with all that a decision needs, and the numbers on the tabs."""
    who = await who_asks(request)
    who.moderator()
    line = SEARCH.of(request) or ""
    search = parse(line) if line.strip() else None
    wanted = QueueRequest(STATUS.of(request), SORT.of(request), None, LIMIT.of(request), search)  # type: ignore[arg-type]
    sort = order_of(wanted)
    of = list_of(wanted.status, sort, line)
    cursor = cursor_of(request, of)
    if cursor:
        wanted = structs.replace(wanted, after=Position(cursor.id, cursor.value))
    found = await queue_page(request.app[RESOURCES], who.site, wanted)
    next_cursor = cursor_text(of, found.next.id, found.next.value) if found.next else None
    told = queue_told(found, who.site.policy, sort, next_cursor)
    return json_response(told, headers=link_header(request, next_cursor))


def list_of(status: str, sort: str, line: str = "") -> str:
    """The list that a cursor belongs to: a tab in an order, perhaps searched by a line."""
    return (
        f"{status} {sort} {blake2b(line.encode(), digest_size=6).hexdigest()}" if line.strip() else f"{status} {sort}"
    )


@Contract(
    Ask.MODERATORS,
    {200: DecidedTold},
    body=DecisionBody,
    takes=(IDEMPOTENCY_KEY,),
    problems=(NotAllowedNow, StaleDecision),
)
async def post_decision(request: web.Request) -> web.Response:
    """POST S/decisions: one action on many comments, each with a result of its own."""
    who = await who_asks(request)
    actor = who.moderator()
    body, raw = await read_body(request, DecisionBody)
    choices = [Chosen(one.id, one.version) for one in body.comments]
    res = request.app[RESOURCES]

    async def decide(keep: KeepDecided) -> tuple[str, list[Result]]:
        return await decide_comments(res, actor, body.action, choices, body.reason, keep)

    return await once(request, who, raw, lambda keep: _decided(keep, decide))


async def _decided(
    keep: Keep | None, decide: Callable[[KeepDecided], Awaitable[tuple[str, list[Result]]]]
) -> web.Response:
    """What was decided, told; where it was about one comment that could not be, the call is refused."""
    request_id = new_request_id()
    decision_id, results = await decide(
        lambda decision_id, results: kept_as(keep, decided_told(decision_id, results, request_id))
    )
    if len(results) == 1 and results[0].refusal is not None:
        raise results[0].refusal
    _log_refused(request_id, decision_id, [one for one in results if one.refusal is not None])
    return json_response(decided_told(decision_id, results, request_id))


def _log_refused(request_id: str, decision_id: str, refused: list[Result]) -> None:
    if refused:
        _LOG.info("%s decision %s: %d comments were left as they were", request_id, decision_id, len(refused))


@Contract(Ask.MODERATORS, {200: DecidedTold}, takes=(IDEMPOTENCY_KEY,), problems=(NotAllowedNow, StaleDecision))
async def post_undo(request: web.Request) -> web.Response:
    """POST S/decisions/{id}/undo: everything as it was before, where nothing newer stands."""
    who = await who_asks(request)
    actor = who.moderator()
    res, undone = request.app[RESOURCES], request.match_info["id"]
    return await once(
        request, who, b"", lambda keep: _decided(keep, lambda kept: undo_decision(res, actor, undone, kept))
    )


@Contract(Ask.MODERATORS, {200: RemovedTold}, body=RemovalBody, takes=(IDEMPOTENCY_KEY,))
async def post_removal(request: web.Request) -> web.Response:
    """POST S/members/{id}/remove-comments: all of a member's comments at once, as one decision that can be undone."""
    who = await who_asks(request)
    actor = who.moderator()
    body, raw = await read_body(request, RemovalBody)
    res, member_id = request.app[RESOURCES], request.match_info["id"]

    async def work(keep: Keep | None) -> web.Response:
        request_id = new_request_id()

        def kept(done: Removed) -> list[Statement]:
            return kept_as(keep, removed_told(done, request_id))

        done = await remove_comments(res, actor, member_id, body.action, body.reason, kept)
        _log_refused(request_id, done.decision_id, done.skipped)
        return json_response(removed_told(done, request_id))

    return await once(request, who, raw, work)


@Contract(Ask.MODERATORS, {200: LogTold}, query=(BY, ACTION, THREAD, LIMIT, CURSOR))
async def get_log(request: web.Request) -> web.Response:
    """GET S/log: who decided what, newest first; filtered by who (a member's id), action, thread (key or id)."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    thread_id = await thread_id_of(res, who.site, THREAD.of(request))
    wanted = LogFilter(BY.of(request), ACTION.of(request), thread_id)
    return await listed(
        request, "decisions", lambda before, limit: log_page(res, who.site, wanted, before, limit), log_told
    )


@Contract(Ask.MODERATORS, {200: HistoryTold})
async def get_history(request: web.Request) -> web.Response:
    """GET S/comments/{id}/history: every decision about a comment and every text it had before, oldest first."""
    who = await who_asks(request)
    who.moderator()
    found = await history(request.app[RESOURCES], who.site, request.match_info["id"])
    return json_response(history_told(*found))
