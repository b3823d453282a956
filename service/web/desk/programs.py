"""Keys for programs as forms, for owners: made, shown once, revoked."""

from typing import get_args

from aiohttp import web

from service.actions.identify import Who
from service.actions.keys import keys_page
from service.actions.make_key import NewKey, make_key, revoke_key
from service.domain.errors import Refusal
from service.domain.key import KeyKind, KeyScope
from service.web.app_keys import RESOURCES
from service.web.desk.answers import Said, choice_in, faults_of, said_by, said_to, status_of
from service.web.pages.errors import as_page
from service.web.pages.forms import read_form
from service.web.pages.rendering import desk_html, see_other
from service.web.pages.visitor import visitor

_MOST = 200
_DAY_MS = 86_400_000
_SAID = {"revoked": "The key opens nothing any more."}
_KINDS: tuple[KeyKind, ...] = get_args(KeyKind)
_SCOPES: tuple[KeyScope, ...] = get_args(KeyScope)
_LASTS = ("", "30", "365")


@as_page
async def get_keys(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/keys: the keys of the site's programs."""
    who = await visitor(request)
    who.owner()
    return await _page(request, who, Said(said_by(request, _SAID)))


@as_page
async def post_key(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/keys: makes a key and shows it, this once."""
    form = await read_form(request)
    who = await visitor(request)
    maker, res = who.owner(), request.app[RESOURCES]
    kept = {"name": form.one("name")}
    try:
        kind, days = choice_in(form, "kind", _KINDS), choice_in(form, "days", _LASTS)
        scope = choice_in(form, "scope", _SCOPES) if kind == "api" else None
        ends = res.now_ms() + int(days) * _DAY_MS if days else None
        _, raw = await make_key(res, maker, NewKey(kept["name"], kind, scope, ends))
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), kept=kept, status=status_of(refusal)))
    return await _page(request, who, Said(link=raw))


@as_page
async def post_revocation(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/keys/{id}/revoke: ends a key at once."""
    await read_form(request)
    who = await visitor(request)
    who.owner()
    await revoke_key(request.app[RESOURCES], who.site.id, request.match_info["id"])
    return see_other(said_to(_home(who), "revoked"))


async def _page(request: web.Request, who: Who, said: Said) -> web.Response:
    found, _ = await keys_page(request.app[RESOURCES], who.site, None, _MOST)
    told = {"who": who, "here": _home(who), "section": "keys", "keys": found, "scopes": _SCOPES, "said": said}
    return desk_html("desk_keys.html", told, said.status)


def _home(who: Who) -> str:
    return f"/sites/{who.site.id}/desk/keys"
