"""Carries out moderators' decisions, each comment a unit of work of its own. The table is domain/moderation.py's."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from service.actions.changes import Change, Changed
from service.actions.notices import of_change
from service.actions.replays import KeyTaken, keep_apart
from service.actions.resources import Resources
from service.domain.audit import outcome_of
from service.domain.comment import Comment
from service.domain.editing import check_in_time
from service.domain.errors import Current, NotFound, Refusal, StaleDecision
from service.domain.member import Member
from service.domain.moderation import ACTIONS, Action, Decision, Label, LoggedAction, Outcome, Remover, apply, upheld
from service.storage import audits, comments, counts, decisions, reports
from service.storage.database import Statement


class Choice(msgspec.Struct, frozen=True):
    """A comment at the version that the moderator saw."""

    id: str
    version: int


class Result(msgspec.Struct, frozen=True):
    """What became of one comment: its new state, or why nothing was changed."""

    id: str
    comment: Comment | None
    refusal: Refusal | None


# Given a decision's id and its results, the statements that keep the answer to this call.
Keep = Callable[[str, list[Result]], list[Statement]]


def keep_nothing(_id: str, _results: list[Result]) -> list[Statement]:
    """For calls whose answer need not be kept."""
    return []


class Call(msgspec.Struct, frozen=True):
    """What the decisions of one call share. `keep`: of a call about one comment only, to be part of its unit."""

    decision_id: str
    actor: Member
    action: LoggedAction
    reason: str | None
    remover: Remover = "moderator"
    keep: Keep = keep_nothing


async def decide_comments(
    res: Resources,
    actor: Member,
    action: Action,
    choices: Sequence[Choice],
    reason: str | None,
    keep: Keep = keep_nothing,
) -> tuple[str, list[Result]]:
    """Decides about each comment by itself and returns the decision's id with a result for each, in order.

    The answer is kept in the unit of a single comment, after the last of many. Raises KeyTaken.
    """
    alone = len(choices) == 1
    call = Call(res.ids.new(), actor, action, reason, keep=keep if alone else keep_nothing)
    seen = await comments.many(res.db, actor.site_id, [choice.id for choice in choices])
    known = await _known(res, call, list(seen))
    results = await asyncio.gather(*[_decide_one(res, call, choice, seen.get(choice.id), known) for choice in choices])
    if not alone:
        await keep_apart(res, keep(call.decision_id, results))
    return call.decision_id, results


async def decide_seen(res: Resources, call: Call, action: Action, seen: Sequence[Comment]) -> list[Result]:
    """Decides about comments as they were read a moment ago, within this call; a result for each, in order."""
    known = await _known(res, call, [one.id for one in seen])
    decided = [_decide_one(res, call, Choice(one.id, one.version), one, known) for one in seen]
    return list(await asyncio.gather(*decided))


class _Known(NamedTuple):
    """What is known of the comments of one call: the action, their labels, and which have open reports."""

    action: Action
    labels: dict[str, Label]
    reported: frozenset[str]


async def _known(res: Resources, call: Call, ids: list[str]) -> _Known:
    assert call.action in ACTIONS
    labels = await decisions.labels(res.db, call.actor.site_id, ids)
    reported = await reports.open_of(res.db, ids, 1) if call.action == "remove" else {}
    return _Known(call.action, labels, frozenset(reported))


async def _decide_one(res: Resources, call: Call, choice: Choice, comment: Comment | None, known: _Known) -> Result:
    try:
        if comment is None:
            raise NotFound
        if comment.version != choice.version:
            raise StaleDecision
        label = known.labels.get(choice.id)
        outcome = apply(known.action, comment, call.remover)
        if choice.id in known.reported:
            outcome = upheld(outcome, label)
        return Result(choice.id, await carry_out(res, call, comment, outcome, label), None)
    except KeyTaken:
        raise
    except StaleDecision:
        return Result(choice.id, None, await stale(res, call.actor.site_id, choice.id))
    except Refusal as refusal:
        return Result(choice.id, None, refusal)


async def take_down(res: Resources, actor: Member, comment: Comment) -> Comment:
    """An author deletes his own comment within the time for editing, a moderator removes another's.

    Raises EditWindowOver, and NotAllowedNow if it is down already.
    """
    by: Remover = "author" if comment.author.id == actor.id else "moderator"
    site = await res.cache.site(comment.site_id)
    if site is not None and not actor.moderates(res.now_ms()) and comment.status != "removed":
        check_in_time(comment, site.policy.edit_window_s, res.now_ms())
    call = Call(res.ids.new(), actor, "remove", None, by)
    known = await _known(res, call, [comment.id])
    outcome, label = apply("remove", comment, by), known.labels.get(comment.id)
    if by == "moderator" and known.reported:
        outcome = upheld(outcome, label)
    return await carry_out(res, call, comment, outcome, label)


async def carry_out(
    res: Resources,
    call: Call,
    seen: Comment,
    outcome: Outcome,
    label: Label | None,
    undoes: Decision | None = None,
) -> Comment:
    """Writes one outcome with its log row, label and numbers. Raises StaleDecision if the comment has moved on."""
    decision = _decision(res, call, seen, outcome, label, undoes)
    # Whether a removed comment above stands as a tombstone may change with this one, and their states may change
    # at the same moment: so all of them are looked at again within the unit.
    above = await comments.ancestors(res.db, seen.parent_id)
    after = msgspec.structs.replace(
        seen,
        status=outcome.status,
        version=seen.version + 1,
        removed_from=outcome.removed_from,
        removed_by=outcome.removed_by,
    )
    site = await res.cache.site(seen.site_id)
    notices = await of_change(res, site, after, seen) if site is not None else []
    back = _taken_back(undoes) if undoes else []
    kept = call.keep(call.decision_id, [Result(seen.id, after, None)])
    await res.db.write([*_unit(seen, outcome, after, decision, above), *back, *notices, *kept])
    if notices:
        res.changes.announce_queued()
    res.changes.announce(Change(seen.site_id, seen.thread_id, Changed(seen.id, outcome.status, after.version)))
    if seen.author.id is not None:
        res.cache.forget_member(seen.site_id, seen.author.id)
    return after


def _decision(
    res: Resources, call: Call, seen: Comment, outcome: Outcome, label: Label | None, undoes: Decision | None
) -> Decision:
    """The log row of this outcome. Without a label of its own it leaves the one that is there."""
    return Decision(
        id=res.ids.new(),
        decision_id=call.decision_id,
        site_id=seen.site_id,
        comment_id=seen.id,
        thread_id=seen.thread_id,
        actor_id=call.actor.id,
        actor_name=call.actor.name,
        action=call.action,
        from_status=seen.status,
        to_status=outcome.status,
        from_label=label,
        to_label=outcome.label if undoes else outcome.label or label,
        reason=call.reason,
        version=seen.version + 1,
        undoes=undoes.id if undoes else None,
        created_at=res.now_ms(),
    )


def _unit(seen: Comment, outcome: Outcome, after: Comment, decision: Decision, above: Sequence[str]) -> list[Statement]:
    shown = [comments.showing(one) for one in (seen.id, *above)]
    taught = [decisions.labelling(decision)] if decision.to_label != decision.from_label else []
    return [
        comments.changing_status(seen, outcome),
        *shown,
        *counts.moving(seen, after),
        decisions.adding(decision),
        *taught,
        *_closing(seen, decision),
    ]


def _closing(seen: Comment, decision: Decision) -> list[Statement]:
    """Only a published comment can be reported, or picked for a look, so only one of these can have such to close."""
    if not seen.is_public:
        return []
    found = outcome_of(decision.action, decision.to_status)
    return [
        *reports.resolving(seen.site_id, seen.id, decision.action, decision.created_at),
        *audits.looking(seen.site_id, seen.id, found, decision.created_at),
    ]


def _taken_back(undone: Decision) -> list[Statement]:
    """What the decision that is undone had replaced and closed, beside the comment's status and label."""
    found = outcome_of(undone.action, undone.to_status)
    opened = audits.reopening(undone.site_id, undone.comment_id, found, undone.created_at)
    return [*opened, decisions.relabelling(undone)] if undone.from_label != undone.to_label else opened


async def stale(res: Resources, site_id: str, comment_id: str) -> StaleDecision:
    """The refusal, with how the comment stands now."""
    return StaleDecision(await _current(res, site_id, comment_id))


async def _current(res: Resources, site_id: str, comment_id: str) -> Current | None:
    """How the comment stands now, and who made it so."""
    now = await comments.find(res.db, site_id, comment_id)
    if now is None:
        return None
    history = await decisions.history(res.db, site_id, comment_id)
    if not history:
        return Current(now.status, now.version, None, None, None)
    last = next((one for one in reversed(history) if one.action != "dismiss"), history[-1])
    who = {"id": last.actor_id, "name": last.actor_name} if last.actor_id else None
    return Current(now.status, now.version, who, last.created_at, last.action)
