"""Takes the wish for a sign-in link by mail. Whose the address is, is not looked at: the work is the same for all."""

from service.actions.attempts import LETTERS, LINKS, SITE_LETTERS
from service.actions.resources import Resources
from service.domain.errors import RateLimited
from service.domain.names import check_email
from service.domain.site import Site
from service.storage import outbox, sign_in_requests
from service.storage.outbox import Event
from service.storage.sign_in_requests import SignInRequest


async def request_link(res: Resources, site: Site, email: str, way_on: str, caller: str) -> None:
    """Queues a letter to this address, to whomever it belongs. `caller`: the key of the caller's address.

    Raises Invalid for what is no address, RateLimited for a caller, or a site, with too many wishes. Of an address
    with too many letters nothing is told: those already sent will do.
    """
    address = check_email(email) or ""
    now = res.now_ms()
    if res.limits.on:
        res.attempts.spend(LINKS, caller, now)
    try:
        res.attempts.spend(LETTERS, f"{site.id} {address}", now)
    except RateLimited:
        return
    res.attempts.spend(SITE_LETTERS, site.id, now)
    request = SignInRequest(res.ids.new(), site.id, address, way_on, now)
    event = Event(res.ids.new(), site.id, "sign_in", request.id, now, now)
    await res.db.write([sign_in_requests.adding(request), outbox.adding(event)])
