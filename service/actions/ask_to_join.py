"""Asks for somebody who is known, and not a member yet, to be made one."""

from collections.abc import Callable
from typing import NamedTuple

from service.actions.replays import keep_apart
from service.actions.resources import Resources
from service.domain.errors import Banned, NotAllowedNow, StorageUnavailable, Suspended
from service.domain.invitation import DAY_MS, MembershipRequest, check_message
from service.domain.member import Member
from service.storage import members, outbox, requests
from service.storage.database import Outdated, Statement

_TRIES = 4
_REST_MS = 30 * DAY_MS  # after a request was declined


class Asked(NamedTuple):
    """The open request, and whether it was made just now."""

    request: MembershipRequest
    is_new: bool


Keep = Callable[[Asked], list[Statement]]  # the statements that keep the answer to this call


async def ask_to_join(res: Resources, asker: Member, message: str, keep: Keep = lambda _: []) -> Asked:
    """Keeps his request; who has asked already is answered with that one.

    Raises Invalid, Suspended, Banned, and NotAllowedNow for members and for those who were declined a short time ago.
    """
    message = check_message(message)
    for _ in range(_TRIES):
        member = await members.find(res.db, asker.site_id, asker.id) or asker
        _check(member, res.now_ms())
        last = await requests.latest_of(res.db, member.site_id, member.id)
        if last is not None and last.decided_at is None:
            asked = Asked(last, False)
            await keep_apart(res, keep(asked))
            return asked
        _check_rest(last, res.now_ms())
        try:
            return await _added(res, member, message, keep)
        except Outdated:
            continue
    raise StorageUnavailable


def _check(member: Member, now: int) -> None:
    standing = member.standing(now)
    if standing in ("suspended", "banned"):
        raise Suspended if standing == "suspended" else Banned
    if standing != "invited":
        raise NotAllowedNow("You are a member already.")


def _check_rest(last: MembershipRequest | None, now: int) -> None:
    if last is not None and last.outcome == "declined" and now - (last.decided_at or 0) < _REST_MS:
        raise NotAllowedNow("Your request was declined. You may ask again 30 days after that.")


async def _added(res: Resources, member: Member, message: str, keep: Keep) -> Asked:
    now = res.now_ms()
    new = MembershipRequest(res.ids.new(), member.site_id, member.id, member.name, message, now)
    letter = outbox.Event(res.ids.new(), member.site_id, "membership_request", new.id, now, now)
    asked = Asked(new, True)
    await res.db.write([requests.adding(new), outbox.adding(letter), *keep(asked)])
    return asked
