"""Makes somebody a member of a site."""

from collections.abc import Callable

import msgspec

from service.actions.resources import Resources
from service.domain.member import Member, MemberStatus, Role
from service.domain.names import check_email, clean_name
from service.domain.site import Site
from service.storage import members
from service.storage.database import Statement


class NewMember(msgspec.Struct, frozen=True):
    """Who is to become a member."""

    name: str
    email: str | None = None
    role: Role = "member"
    status: MemberStatus = "active"


def _keep_nothing(_: Member) -> list[Statement]:
    return []


async def add_member(
    res: Resources, site: Site, new: NewMember, keep: Callable[[Member], list[Statement]] = _keep_nothing
) -> Member:
    """Adds a member. Raises NameTaken, or Invalid for a name that nobody could read or an address that is none."""
    name, email = clean_name(new.name), check_email(new.email)
    member = Member(res.ids.new(), site.id, name, email, new.role, new.status, None, 0, 0, 0, res.now_ms(), 1)
    await res.db.write([*members.adding(member), *keep(member)])
    return member


async def find_member(res: Resources, site: Site, name_or_id: str) -> Member | None:
    """The member of this id, or else of this name."""
    return await members.find(res.db, site.id, name_or_id) or await members.find_by_name(res.db, site.id, name_or_id)
