"""A site's policy over the API, and what another would have done."""

from typing import Any

import msgspec
from aiohttp import web

from service.actions.evidence import thresholds
from service.actions.preview_policy import preview_policy
from service.actions.set_policy import set_policy
from service.domain.site import Policy
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.contract import Ask, Contract
from service.web.shapes.settings import HindsightTold, SettingsBody, hindsight_told


@Contract(Ask.OWNERS, {200: Policy})
async def get_settings(request: web.Request) -> web.Response:
    """GET S/settings: the policy, with the thresholds that hold now."""
    who = await who_asks(request)
    who.owner()
    return json_response(_settings(request, who.site.id, who.site.policy))


@Contract(Ask.OWNERS, {200: Policy}, body=SettingsBody)
async def patch_settings(request: web.Request) -> web.Response:
    """PATCH S/settings: these settings in place of those of the same names; all or none."""
    who = await who_asks(request)
    who.owner()
    changes, _ = await read_body(request, dict[str, Any])
    policy = await set_policy(request.app[RESOURCES], who.site, changes)
    return json_response(_settings(request, who.site.id, policy))


@Contract(Ask.OWNERS, {200: HindsightTold}, body=SettingsBody)
async def post_settings_preview(request: web.Request) -> web.Response:
    """POST S/settings/preview: what these settings would have done to the last 500 comments; nothing is written."""
    who = await who_asks(request)
    who.owner()
    changes, _ = await read_body(request, dict[str, Any])
    return json_response(hindsight_told(await preview_policy(request.app[RESOURCES], who.site, changes)))


def _settings(request: web.Request, site_id: str, policy: Policy) -> Policy:
    hold_at, spam_at = thresholds(request.app[RESOURCES], site_id, policy)
    return msgspec.structs.replace(policy, hold_at=hold_at, spam_at=spam_at)
