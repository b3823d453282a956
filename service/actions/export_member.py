"""Everything that is kept of a member, in sections, in portions: nothing of it is ever whole in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

from service.actions.resources import Resources
from service.domain.member import Member
from service.storage import (
    decisions,
    identities,
    invitations,
    keys,
    members,
    reports,
    requests,
    revisions,
    sessions,
    subscriptions,
    texts,
    tokens,
)
from service.storage.database import Database, Portion


class Section(NamedTuple):
    """One part of the document: its name, and where its rows come from (after what the last portion said)."""

    name: str
    read: Callable[[Database, Member, str], Awaitable[Portion]]
    is_one: bool = False  # a thing, not a list of things


# Whoever keeps something of members adds a row.
SECTIONS: tuple[Section, ...] = (
    Section("member", members.exported, is_one=True),
    Section("sessions", sessions.exported),
    Section("tokens", tokens.exported),
    Section("comments", texts.exported),
    Section("earlier_texts", revisions.exported),
    Section("decisions", decisions.exported),
    Section("subscriptions", subscriptions.exported),
    Section("reports", reports.exported),
    Section("keys", keys.exported),
    Section("identities", identities.exported),
    Section("invitations", invitations.exported),
    Section("membership_requests", requests.exported),
)


async def export_member(res: Resources, member: Member) -> AsyncIterator[tuple[Section, list[dict[str, Any]]]]:
    """Portions of rows, each with its section; every section comes at least once, in order."""
    for section in SECTIONS:
        after: str | None = ""
        while after is not None:
            portion = await section.read(res.db, member, after)
            yield section, portion.rows
            after = portion.next
