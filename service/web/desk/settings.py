"""The settings page: nothing is saved that was not tried on the last comments before."""

from typing import Any

import msgspec
from aiohttp import web

from service.actions.evidence import told_thresholds
from service.actions.identify import Who
from service.actions.preview_policy import preview_policy
from service.actions.set_policy import set_policy
from service.domain.errors import Fault, Invalid, Refusal
from service.domain.hindsight import FORESEEN, Hindsight
from service.web.app_keys import RESOURCES
from service.web.desk.answers import Said, faults_of, said_by, said_to, status_of
from service.web.desk.policy import GROUPS, changes, of_file, shown, told
from service.web.pages.errors import as_page
from service.web.pages.forms import Form, read_form
from service.web.pages.rendering import HEADERS, desk_html, see_other
from service.web.pages.visitor import visitor

_SAID = {"saved": "Saved. It holds from now on.", "same": "Nothing was changed."}


@as_page
async def get_settings(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/settings: the site's policy, for its owners."""
    who = await visitor(request)
    who.owner()
    return await _page(request, who, Said(said_by(request, _SAID)))


@as_page
async def get_file(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/settings/file: the policy as JSON, which the form takes in again, here or elsewhere."""
    who = await visitor(request)
    who.owner()
    name = f'attachment; filename="settings-{who.site.id}.json"'
    headers = {**HEADERS, "Content-Type": "application/json", "Content-Disposition": name}
    body = msgspec.json.format(msgspec.json.encode(who.site.policy), indent=2)
    return web.Response(body=body, headers=headers)


@as_page
async def post_preview(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/settings/preview: what these settings would have done to the last 500 comments."""
    form = await read_form(request)
    who = await visitor(request)
    who.owner()
    try:
        wanted = of_file(form.one("file"), who.site.policy) if form.one("file") else changes(form, who.site.policy)
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    if not wanted:
        return see_other(said_to(_home(who), "same"))
    kept = {**shown(who.site.policy), **told(wanted)}
    try:
        found = await preview_policy(request.app[RESOURCES], who.site, wanted)
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), kept=kept, status=status_of(refusal)))
    return await _page(request, who, Said(kept=kept), (wanted, found))


@as_page
async def post_settings(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/settings: saves what was tried; the fields changed, and no others."""
    form = await read_form(request)
    who = await visitor(request)
    who.owner()
    try:
        await set_policy(request.app[RESOURCES], who.site, _tried(form))
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    return see_other(said_to(_home(who), "saved"))


def _tried(form: Form) -> dict[str, Any]:
    try:
        return msgspec.json.decode(form.one("changes"), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        raise Invalid([Fault("/changes", "Try the settings first: this is not what the form was given.")]) from None


async def _page(
    request: web.Request, who: Who, said: Said, tried: tuple[dict[str, Any], Hindsight] | None = None
) -> web.Response:
    policy = who.site.policy
    told = {
        "who": who,
        "here": _home(who),
        "section": "settings",
        "groups": GROUPS,
        "values": said.kept or shown(policy),
        "thresholds": told_thresholds(request.app[RESOURCES], who.site.id, policy),
        "tried": None if tried is None else msgspec.json.encode(tried[0]).decode(),
        "changed": [] if tried is None else list(tried[0]),
        "found": None if tried is None else tried[1],
        "foreseen": FORESEEN,
        "said": said,
    }
    return desk_html("desk_settings.html", told, said.status)


def _home(who: Who) -> str:
    return f"/sites/{who.site.id}/desk/settings"
