"""Takes all of a member's comments down (or to spam, or rejects them) as one decision, which can be undone as one."""

from collections.abc import AsyncIterator, Callable
from typing import Literal

import msgspec

from service.actions.decide_comments import Call, Result, decide_seen
from service.actions.replays import keep_apart
from service.actions.resources import Resources
from service.actions.set_member import check_actor
from service.domain.comment import Comment
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.moderation import TRANSITIONS
from service.storage import comments, members
from service.storage.database import Statement

Removal = Literal["remove", "mark_spam", "reject"]
_PORTION = 200


class Removed(msgspec.Struct, frozen=True):
    """What became of them: how many took the action, and the few that could not, with the refusal of each."""

    decision_id: str
    removed: int
    skipped: list[Result]


async def remove_comments(
    res: Resources,
    actor: Member,
    member_id: str,
    action: Removal = "remove",
    reason: str | None = None,
    keep: Callable[[Removed], list[Statement]] = lambda _: [],
) -> Removed:
    """Does this to every comment of the member that can take the action, in portions, however many there are.

    Each comment is a unit of work of its own with its row in the log. One that changes at the same moment is looked at
    once more; if it changes again it is told as skipped. The answer is kept after the last.
    Raises NotFound, NotModerator, KeyTaken.
    """
    member = await members.find(res.db, actor.site_id, member_id)
    if member is None:
        raise NotFound
    check_actor(actor, member, for_owners=False)
    call = Call(res.ids.new(), actor, action, reason)
    removed, skipped = 0, []
    async for portion in _portions(res, member, action):
        for result in await _decided(res, call, action, portion):
            removed += result.comment is not None
            if result.refusal is not None:
                skipped.append(result)
    done = Removed(call.decision_id, removed, skipped)
    await keep_apart(res, keep(done))
    return done


async def _portions(res: Resources, member: Member, action: Removal) -> AsyncIterator[list[Comment]]:
    sources, after = TRANSITIONS[action].sources, ""
    while found := await comments.of_author(res.db, member.site_id, member.id, sources, after, _PORTION):
        yield found
        after = found[-1].id


async def _decided(res: Resources, call: Call, action: Removal, portion: list[Comment]) -> list[Result]:
    results = await decide_seen(res, call, action, portion)
    again = [one.id for one in results if one.refusal is not None]
    if not again:
        return results
    fresh = await comments.many(res.db, call.actor.site_id, again)
    still = [one for one in fresh.values() if one.status in TRANSITIONS[action].sources]
    retried = await decide_seen(res, call, action, still)
    return [*[one for one in results if one.refusal is None], *retried]
