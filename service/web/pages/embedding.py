"""A page of ours that embeds the widget, as a blog would: what it may run, and how it signs in whoever is signed in."""

from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp import web

from service.actions.hand_over_code import hand_over_code
from service.actions.identify import Who
from service.domain.code import challenge_of
from service.domain.errors import RateLimited
from service.web.access import serving_of
from service.web.app_keys import RESOURCES
from service.web.pages.rendering import HEADERS

# What docs/embedding.md tells blogs, for our own origin.
EMBEDDING = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"]
    + "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
}


class Handed(NamedTuple):
    """A code that the widget trades for a session at once, with its verifier. The page goes to nobody else."""

    code: str
    verifier: str


async def handed(request: web.Request, who: Who) -> Handed | None:
    """The code for whoever is signed in by the page's cookie: no window has to ask him on our own page."""
    if who.member is None:
        return None
    res = request.app[RESOURCES]
    verifier = res.new_secret()
    challenge = challenge_of(verifier)
    assert challenge is not None
    at = urlsplit(serving_of(request).public_url)
    try:
        return Handed(await hand_over_code(res, who, f"{at.scheme}://{at.netloc}", challenge), verifier)
    except RateLimited:  # then the widget asks by its window
        return None
