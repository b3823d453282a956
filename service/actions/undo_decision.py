"""Takes decisions back: status and label as they were before, by new decisions, where nothing newer stands."""

import asyncio

from service.actions.decide_comments import Call, Keep, Result, carry_out, keep_nothing
from service.actions.replays import KeyTaken, keep_apart
from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import NotAllowedNow, NotFound, Refusal
from service.domain.member import Member
from service.domain.moderation import Decision, undone
from service.storage import comments, decisions

_PORTION = 200


async def undo_decision(
    res: Resources, actor: Member, decision_id: str, keep: Keep = keep_nothing
) -> tuple[str, list[Result]]:
    """Takes back what was decided in one call. Returns the new decision's id and a result for each comment.

    The answer is kept in the unit of a single comment, after the last of many.
    Raises NotFound for an unknown decision or another site's, KeyTaken.
    """
    taken = await decisions.of_call(res.db, actor.site_id, decision_id, "", _PORTION)
    if not taken:
        raise NotFound
    alone, results = len(taken) == 1, list[Result]()
    call = Call(res.ids.new(), actor, "undo", None, keep=keep if alone else keep_nothing)
    while taken:
        results += await _undo(res, call, taken)
        taken = await decisions.of_call(res.db, actor.site_id, decision_id, taken[-1].id, _PORTION)
    if not alone:
        await keep_apart(res, keep(call.decision_id, results))
    return call.decision_id, results


async def _undo(res: Resources, call: Call, taken: list[Decision]) -> list[Result]:
    now = await comments.many(res.db, call.actor.site_id, [one.comment_id for one in taken])
    return list(await asyncio.gather(*[_undo_one(res, call, one, now.get(one.comment_id)) for one in taken]))


async def _undo_one(res: Resources, call: Call, decision: Decision, comment: Comment | None) -> Result:
    try:
        if comment is None:
            raise NotFound
        if comment.removed_by == "author":
            raise NotAllowedNow("Its author deleted this comment; it stays deleted.")
        outcome = undone(decision, comment)
        after = await carry_out(res, call, comment, outcome, decision.to_label, undoes=decision)
        return Result(decision.comment_id, after, None)
    except KeyTaken:
        raise
    except Refusal as refusal:
        return Result(decision.comment_id, None, refusal)
