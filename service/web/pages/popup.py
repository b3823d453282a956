"""The popup that the widget opens: whoever is signed in here lets a page of the blog comment in his name.

The page that opened it gets a one-time code by postMessage, at its exact origin; where it is cut off, a short code is
shown to be typed. What the code is good for is told in actions/trade_code.py.
"""

from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from service.actions.hand_over_code import hand_over_code, show_code
from service.actions.identify import Who
from service.domain.code import in_two, is_challenge
from service.domain.errors import Fault, Invalid
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.forms import guard
from service.web.pages.link_form import asking
from service.web.pages.rendering import html, scripted, see_other
from service.web.pages.visitor import visitor

_MOST_STATE = 200


class _Opener(NamedTuple):
    """What the page that opened the popup said of itself."""

    origin: str
    challenge: str
    state: str

    @property
    def query(self) -> str:
        return urlencode({"origin": self.origin, "code_challenge": self.challenge, "state": self.state})


@as_page
async def get_popup(request: web.Request) -> web.Response:
    """GET /sites/{site}/popup?origin=&code_challenge=&state=: the ways to sign in, or the question whether to go on."""
    who = await visitor(request)
    told = await _told(request, who, _opener(request, who))
    return html("popup_ask.html", told) if who.member else scripted(html("popup_sign_in.html", told))


@as_page
async def post_popup(request: web.Request) -> web.Response:
    """POST /sites/{site}/popup?origin=&code_challenge=&state=&by=: hands the code over; by=typing shows a short one."""
    guard(request)
    who = await visitor(request)
    opener = _opener(request, who)
    told = await _told(request, who, opener)
    if who.member is None:
        return see_other(str(told["to"]))
    res = request.app[RESOURCES]
    if request.query.get("by") == "typing":
        code = in_two(await show_code(res, who, opener.origin, opener.challenge))
        return html("popup_type.html", {**told, "code": code})
    code = await hand_over_code(res, who, opener.origin, opener.challenge)
    return scripted(html("popup_code.html", {**told, "code": code}))


def _opener(request: web.Request, who: Who) -> _Opener:
    """Raises Invalid for an origin that is not the site's, and for what is no challenge by S256 or no state."""
    query = request.query
    opener = _Opener(query.get("origin", ""), query.get("code_challenge", ""), query.get("state", ""))
    if not who.site.allows_origin(opener.origin):
        raise Invalid([Fault("/origin", f"The page that opened this window is none of {who.site.id}.")])
    if not is_challenge(opener.challenge) or query.get("code_challenge_method", "S256") != "S256":
        raise Invalid([Fault("/code_challenge", "A code_challenge of method S256 is needed (RFC 7636).")])
    if len(opener.state) > _MOST_STATE or not opener.state.isprintable():
        raise Invalid([Fault("/state", f"A state has at most {_MOST_STATE} characters that can be printed.")])
    return opener


async def _told(request: web.Request, who: Who, opener: _Opener) -> dict[str, object]:
    path = f"/sites/{who.site.id}/popup?{opener.query}"
    return await asking(request, who, path, opener=opener, host=urlsplit(opener.origin).netloc)
