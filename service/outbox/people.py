"""Letters about who belongs to a site: sign-in links, invitations, requests to be let in and what became of them."""

from collections.abc import Sequence
from urllib.parse import urlencode

from service.actions.letter_links import request_deciding_link
from service.actions.make_letter_link import letter_of
from service.actions.renew_code import renew_code
from service.outbox.kinds import Draft, Spread, Writing
from service.outbox.mail import one_line
from service.outbox.rendering import disarmed
from service.storage import invitations, members, requests
from service.storage.outbox import MEMBER, Event


async def compose_sign_in(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """The link that was asked for, made now; to an address without a membership, that there is none."""
    letter = await letter_of(writing.res, writing.public_url, events[0].about_id)
    if letter is None:
        return None
    told = {"site": letter.site_id, "kind": letter.kind, "url": letter.url, "name": letter.name}
    subject = "Your link to sign in" if letter.url is not None else "There is no membership for this address"
    return Draft(letter.email, f"[{letter.site_id}] {subject}", "sign_in", told)


async def compose_invitation(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """An invitation that is still open, with a code made now: the one of an earlier attempt works no more."""
    res, site = writing.res, writing.site
    found = await invitations.find(res.db, site.id, events[0].about_id)
    if found is None or found.email is None or found.state(res.now_ms()) != "open":
        return None
    code = await renew_code(res, site, found.id)
    url = f"{writing.public_url}/sites/{site.id}/invitation?{urlencode({'code': code})}"
    inviter = await members.find(res.db, site.id, found.invited_by) if found.invited_by else None
    told = {
        "site": site.id,
        "blog": site.policy.origins[0] if site.policy.origins else None,
        "name": disarmed(one_line(found.name or "")),
        "inviter": disarmed(one_line(inviter.name)) if inviter is not None else None,
        "role": found.role,
        "url": url,
        "until": found.expires_at,
    }
    return Draft(found.email, f"[{site.id}] You are invited", "invitation", told)


async def spread_request(writing: Writing, event: Event) -> Spread:
    """To every owner who has an address."""
    found = await members.owners(writing.res.db, writing.site.id)
    return Spread([f"{MEMBER}{one.id}" for one in found if one.email is not None])


async def compose_request(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """A request that nobody has decided yet, to an owner."""
    res, site = writing.res, writing.site
    owner = await members.find(res.db, site.id, recipient.removeprefix(MEMBER))
    found = await requests.find(res.db, site.id, events[0].about_id)
    if owner is None or owner.email is None or owner.role != "owner" or not owner.moderates(res.now_ms()):
        return None
    if found is None or found.decided_at is not None:
        return None
    told = {
        "site": site.id,
        "name": disarmed(one_line(found.member_name)),
        "message": disarmed(found.message),
        "owner": owner.name,
        "url": writing.public_url + request_deciding_link(res, found, owner),
    }
    return Draft(owner.email, f"[{site.id}] Somebody asks to become a member", "membership_request", told)


async def compose_accepted(writing: Writing, recipient: str, events: Sequence[Event]) -> Draft | None:
    """To somebody whose request was accepted, while it is so."""
    res, site = writing.res, writing.site
    member = await members.find(res.db, site.id, events[0].about_id)
    if member is None or member.email is None or member.standing(res.now_ms()) != "active":
        return None
    origin = site.policy.origins[0] if site.policy.origins else writing.public_url
    told = {"site": site.id, "name": member.name, "blog": origin}
    return Draft(member.email, f"[{site.id}] You are a member now", "membership_accepted", told)
