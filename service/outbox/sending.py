"""One letter on its way: from events to a draft, from the draft to a message, and over to the transport."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from service.actions.resources import Resources
from service.domain.capability import LETTERS, address_hash
from service.outbox.kinds import Kind, Writing
from service.outbox.mail import Envelope, Letter, Unmailable, host_of, message, sender_of
from service.outbox.rendering import both_forms
from service.outbox.transport import GivenUp, Transport, TryLater
from service.storage import sent_letters
from service.storage.database import Statement
from service.storage.outbox import Event

_SEND_S = 30.0


class Office(NamedTuple):
    """What sending needs. The public URL is known only when the service listens; empty until then."""

    res: Resources
    transport: Transport
    public_url: Callable[[], str]
    mail_from: str | None = None

    async def writing(self, site_id: str) -> Writing:
        """What composing for this site needs. Raises GivenUp where the site is no more."""
        site = await self.res.cache.site(site_id)
        if site is None:
            raise GivenUp("the site is gone")
        return Writing(self.res, self.public_url(), site)


async def compose(office: Office, kind: Kind, events: Sequence[Event]) -> Letter | None:
    """The letter that these events make now; None where there is nothing to tell any more."""
    writing = await office.writing(events[0].site_id)
    draft = await kind.compose(writing, events[0].recipient or "", events)
    if draft is None:
        return None
    text, html = both_forms(draft.template, draft.told)
    return Letter(draft.to, draft.subject, text, html, draft.unsubscribe)


async def hand_over(office: Office, letter: Letter, first: Event) -> Statement:
    """Hands the letter over and returns what notes that. Raises NotSent."""
    res, url = office.res, office.public_url()
    sender = sender_of(office.mail_from, url)
    envelope = Envelope(sender, f"Comments on {first.site_id}", f"{first.id}@{host_of(url)}", res.now_ms())
    try:
        made = message(letter, envelope)
    except Unmailable:
        raise GivenUp("not a plain mail address") from None
    try:
        async with asyncio.timeout(_SEND_S):
            await office.transport.send(made, sender, letter.to)
    except TimeoutError:
        await office.transport.rest()
        raise TryLater("no answer in time") from None
    return sent_letters.adding(res.ids.new(), address_hash(res.seal.key(LETTERS), letter.to), first.kind, res.now_ms())
