"""Reads what moderators see of one member: the member as he stands now, and what he wrote lately."""

from typing import NamedTuple

from service.actions.resources import Resources
from service.domain.comment import Comment
from service.domain.errors import NotFound
from service.domain.member import Member
from service.domain.site import Site
from service.storage import members, queue

_LATEST = 20


class MemberRecord(NamedTuple):
    """A member, and his newest comments in any status."""

    member: Member
    latest: list[Comment]


async def member_record(res: Resources, site: Site, member_id: str) -> MemberRecord:
    """The record of this member. Raises NotFound."""
    member = await members.find(res.db, site.id, member_id)
    if member is None:
        raise NotFound
    latest = await queue.latest_of_authors(res.db, [member.id], _LATEST)
    return MemberRecord(member.at(res.now_ms()), latest[member.id])
