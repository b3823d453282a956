"""The desk's forms: decisions about one comment or many, taking them back, dismissing reports."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web
from msgspec import Struct

from service.actions.decide_comments import Choice, Result, decide_comments
from service.actions.dismiss_reports import dismiss_reports
from service.actions.identify import Who
from service.actions.pass_audit import pass_audit
from service.actions.queue import tabs
from service.actions.resources import Resources
from service.actions.undo_decision import undo_decision
from service.domain.errors import Fault, Invalid, NotAllowedNow, StaleDecision
from service.domain.member import Member
from service.domain.moderation import ACTIONS, Action, Decision
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response
from service.web.desk.desk import Answer, show
from service.web.desk.notices import done
from service.web.desk.view import View, view_of
from service.web.pages.errors import as_page, asks_for_json
from service.web.pages.forms import Form, read_form
from service.web.pages.rendering import see_other
from service.web.pages.visitor import visitor
from service.web.pages.ways import header_path, is_own_path
from service.web.problems import new_request_id
from service.web.shapes.moderation import ResultTold, TabsTold, result_told

_CHOICE = re.compile(r"([0-9a-f]{1,64}):([1-9][0-9]{0,14})")
_MOST = 500
_MOST_NAMED = 20  # of the refused, in the URL
_LONGEST_REASON = 500
_CONFLICT, _UNCLEAR = 409, 422


class DecidedHere(Struct, frozen=True):
    """The same answer for the page's own script: what to say, what can be undone, each comment's result."""

    words: str
    taught: str | None
    undo: str | None  # the decision that can be taken back
    counts: TabsTold
    results: list[ResultTold]


@as_page
async def post_decisions(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/decisions: one action on the comments named, each by itself."""
    form = await read_form(request)
    who = await visitor(request)
    actor = who.moderator()
    action, choices, reason = action_of(form), _choices(form), reason_of(form)
    missing = "Tick some comments first." if not choices else "Choose what is to be done." if action is None else ""
    if action is None or not choices:
        ticked = frozenset(form.every("comment"))
        answer = Answer(missing=f"Nothing was decided yet. {missing}", ticked=ticked, status=_UNCLEAR)
        return await show(request, who, view_of(request, who.site.id), answer)
    name, results = await decide_comments(request.app[RESOURCES], actor, action, choices, reason)
    return await _back(request, who, name, results)


@as_page
async def post_undo(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/undo: everything as it was before the decision, where nothing newer stands."""
    form = await read_form(request)
    who = await visitor(request)
    name, results = await undo_decision(request.app[RESOURCES], who.moderator(), form.one("decision"))
    return await _back(request, who, name, results)


@as_page
async def post_dismissal(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/dismissals: closes the reports of a comment that stays as it is."""
    return await _kept(request, dismiss_reports)


@as_page
async def post_audit(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/audits: says of a comment of the sample that it is right where it is."""
    return await _kept(request, pass_audit)


Keep = Callable[[Resources, Member, str, int], Awaitable[Decision]]


async def _kept(request: web.Request, keep: Keep) -> web.Response:
    """What leaves the comment as it was looked at, and its tab all the same."""
    form = await read_form(request)
    who = await visitor(request)
    actor, view, choices = who.moderator(), view_of(request, who.site.id), _choices(form)
    if len(choices) != 1:
        raise Invalid([Fault("/comment", "comment is ID:VERSION, of one comment.")])
    try:
        decision = await keep(request.app[RESOURCES], actor, choices[0].id, choices[0].version)
    except (NotAllowedNow, StaleDecision):
        if asks_for_json(request):
            raise
        return await show(request, who, view, Answer([choices[0].id], status=_CONFLICT))
    if asks_for_json(request):
        return json_response(await _told_here(request, who, decision.decision_id, []))
    return see_other(_told(view, decision.decision_id, []))


async def _back(request: web.Request, who: Who, name: str, results: list[Result]) -> web.Response:
    """To the queue, which tells what was done; if nothing was, the queue with what stood in the way."""
    if asks_for_json(request):
        return json_response(await _told_here(request, who, name, results))
    refused = [one.id for one in results if one.refusal is not None]
    to = request.query.get("to", "")
    if is_own_path(to):
        told = urlencode({"done": name, "refused": ".".join(refused[:_MOST_NAMED])})
        return see_other(header_path(f"{to}{'&' if '?' in to else '?'}{told}"))
    view = view_of(request, who.site.id)
    if len(refused) == len(results):
        return await show(request, who, view, Answer(refused, status=_CONFLICT))
    return see_other(_told(view, name, refused))


async def _told_here(request: web.Request, who: Who, name: str, results: list[Result]) -> DecidedHere:
    res = request.app[RESOURCES]
    said = await done(res, who.moderator(), name)
    counts = TabsTold(**await tabs(res, who.site))
    request_id = new_request_id()
    told = [result_told(one, request_id) for one in results]
    if said is None:
        return DecidedHere("", None, None, counts, told)
    return DecidedHere(said.words, said.taught, said.decision_id, counts, told)


def _told(view: View, name: str, refused: list[str]) -> str:
    return view.link(cursor=view.cursor, done=name, refused=".".join(refused[:_MOST_NAMED]))


def action_of(form: Form) -> Action | None:
    """The action chosen; None if none was, as when somebody presses Enter in a form."""
    name = form.one("action")
    for action in ACTIONS:
        if name == action:
            return action
    if name:
        raise Invalid([Fault("/action", f"action is one of {', '.join(ACTIONS)}.")])
    return None


def _choices(form: Form) -> list[Choice]:
    named = dict.fromkeys(one for value in form.every("comment") for one in value.split(" "))
    found = [_CHOICE.fullmatch(text) for text in named]
    choices = [Choice(match[1], int(match[2])) for match in found if match is not None]
    if len(choices) < len(found) or len(choices) > _MOST:
        raise Invalid([Fault("/comment", f"comment is ID:VERSION, at most {_MOST} times.")])
    return choices


def reason_of(form: Form) -> str | None:
    """The reason given, if any. Raises Invalid."""
    reason = form.one("reason").strip()
    if len(reason) > _LONGEST_REASON:
        raise Invalid([Fault("/reason", f"A reason has at most {_LONGEST_REASON} characters.")])
    return reason or None
