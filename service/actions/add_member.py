"""Makes somebody a member of a site."""

import msgspec

from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid
from service.domain.member import Member, MemberStatus, Role
from service.domain.names import clean_name
from service.domain.site import Site
from service.storage import members


class NewMember(msgspec.Struct, frozen=True):
    """Who is to become a member."""

    name: str
    email: str | None = None
    role: Role = "member"
    status: MemberStatus = "active"


async def add_member(res: Resources, site: Site, new: NewMember) -> Member:
    """Adds a member. Raises NameTaken, or Invalid for a name that nobody could read or an address that is none."""
    name, email = clean_name(new.name), check_email(new.email)
    member = Member(res.ids.new(), site.id, name, email, new.role, new.status, None, 0, 0, 0, res.now_ms(), 1)
    await res.db.write(members.adding(member))
    return member


def check_email(email: str | None) -> str | None:
    """The address in lower case. Only its shape is looked at: whether it works, a mail will tell. Raises Invalid."""
    if email is None:
        return None
    email = email.strip().lower()
    local, _, domain = email.rpartition("@")
    plain = all(c.isprintable() and not c.isspace() for c in email)
    if not local or "." not in domain.strip(".") or not plain or len(email) > 254:
        raise Invalid([Fault("/email", "This is no mail address; one looks like ada@example.org.")])
    return email


async def find_member(res: Resources, site: Site, name_or_id: str) -> Member | None:
    """The member of this id, or else of this name."""
    return await members.find(res.db, site.id, name_or_id) or await members.find_by_name(res.db, site.id, name_or_id)
