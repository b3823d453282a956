"""Takes a list of people in: as members, or by inviting each by letter. Running it again does no harm."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from service.actions.invite import Invite, inviting, new_invitation
from service.actions.resources import Resources
from service.domain.invitation import Invitation
from service.domain.member import Member
from service.domain.member_list import Entry
from service.domain.membership import names_like
from service.domain.names import name_key
from service.domain.site import Site
from service.storage import invitations, members
from service.storage.database import Statement

_PORTION = 200
_MILLION = 1_000_000
Became = Literal["member", "invited", "known", "invited before"]


class Taken(NamedTuple):
    """What became of one line, and the name that he got, which may have a number behind it."""

    entry: Entry
    became: Became
    name: str | None


class _Known(NamedTuple):
    """What the site knows already of the people of a portion."""

    emails: set[str]
    names: set[str]
    waiting: dict[str, Invitation]


async def import_members(
    res: Resources, site: Site, entries: Sequence[Entry], by_letter: bool, dry_run: bool
) -> list[Taken]:
    """Takes everybody in who is not known by his address (or, without one, by his name), in portions.

    A name that is another's gets a number. `by_letter` invites instead of making members at once; `dry_run` writes
    nothing. Raises NameTaken or InvitedAlready where somebody else does the same at this moment: run it again.
    """
    taken: list[Taken] = []
    given: set[str] = set()
    for start in range(0, len(entries), _PORTION):
        portion = entries[start : start + _PORTION]
        known = await _look_up(res, site, portion, by_letter)
        planned = [await _planned(res, site, one, known, given, by_letter) for one in portion]
        unit = [statement for one in planned for statement in _unit(res, site, one, known)]
        if unit and not dry_run:
            await res.db.write(unit)
        taken.extend(planned)
    return taken


async def _look_up(res: Resources, site: Site, portion: Sequence[Entry], by_letter: bool) -> _Known:
    emails = [one.email for one in portion if one.email is not None]
    names = [one.name for one in portion if one.name is not None]
    return _Known(
        await members.taken_emails(res.db, site.id, emails) if emails else set(),
        await members.taken_names(res.db, site.id, names) if names else set(),
        await invitations.waiting_for_many(res.db, site.id, emails) if emails and by_letter else {},
    )


async def _planned(res: Resources, site: Site, one: Entry, known: _Known, given: set[str], by_letter: bool) -> Taken:
    if one.email in known.emails or (one.email is None and one.name in known.names):
        return Taken(one, "known", one.name)
    if by_letter:
        earlier = known.waiting.get(one.email or "")
        is_open = earlier is not None and earlier.state(res.now_ms()) == "open"
        return Taken(one, "invited before" if is_open else "invited", one.name)
    name = await _name(res, site, one.name or "", known, given)
    given.add(name_key(name))
    return Taken(one, "member", name)


async def _name(res: Resources, site: Site, name: str, known: _Known, given: set[str]) -> str:
    """The name, or with a number where it is another's: on the site, or higher up in the list."""
    if name not in known.names and name_key(name) not in given:
        return name
    candidates = list(names_like(name, int(res.ids.new(), 16) % _MILLION))
    taken = await members.taken_names(res.db, site.id, candidates)
    return next((c for c in candidates if c not in taken and name_key(c) not in given), candidates[-1])


def _unit(res: Resources, site: Site, one: Taken, known: _Known) -> list[Statement]:
    entry, now = one.entry, res.now_ms()
    if one.became == "member":
        member = Member(
            res.ids.new(), site.id, one.name or "", entry.email, entry.role, "active", None, 0, 0, 0, now, 1
        )
        return list(members.adding(member))
    if one.became == "invited":
        over = known.waiting.get(entry.email or "")
        new = new_invitation(res, site, None, Invite(entry.email, entry.name, entry.role))
        return [*([invitations.revoking(over, now)] if over else []), *inviting(new, None)]
    return []
