"""How a site's people are vouched for, as its owners see and set it. Signing on itself is the session's."""

from aiohttp import web
from msgspec import UNSET

from service.actions.set_sign_on import rotate_secret, set_sign_on, shared_secret, show_sign_on
from service.web.access import serving_of, who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import json_response, read_body
from service.web.contract import Ask, Contract
from service.web.shapes.sign_on import SecretBody, SecretTold, SignOnBody, SignOnTold, secret_told, sign_on_told


@Contract(Ask.OWNERS, {200: SignOnTold})
async def get_sign_on(request: web.Request) -> web.Response:
    """GET S/sign-on: how the site's people are vouched for; secrets are not told."""
    who = await who_asks(request)
    who.owner()
    set_up = await show_sign_on(request.app[RESOURCES], who.site)
    return json_response(sign_on_told(set_up, callback_url(request, who.site.id)))


@Contract(Ask.OWNERS, {200: SignOnTold}, body=SignOnBody)
async def patch_sign_on(request: web.Request) -> web.Response:
    """PATCH S/sign-on: these settings in place of those of the same names; all or none."""
    who = await who_asks(request)
    who.owner()
    body, _ = await read_body(request, SignOnBody)
    changes = {n: v for n in body.__struct_fields__ if (v := getattr(body, n)) is not UNSET}
    set_up = await set_sign_on(request.app[RESOURCES], who.site, changes)
    return json_response(sign_on_told(set_up, callback_url(request, who.site.id)))


@Contract(Ask.OWNERS, {200: SecretTold}, body=SecretBody)
async def post_secret(request: web.Request) -> web.Response:
    """POST S/sign-on/secret: the secret that the blog signs with, or with `rotate` the next one."""
    who = await who_asks(request)
    who.owner()
    body, _ = await read_body(request, SecretBody)
    res = request.app[RESOURCES]
    set_up = await (rotate_secret if body.rotate else show_sign_on)(res, who.site)
    return json_response(secret_told(shared_secret(res, set_up), set_up, res.now_ms()))


def callback_url(request: web.Request, site_id: str) -> str:
    """Where a provider sends browsers back to; to be registered there."""
    return f"{serving_of(request).public_url}/sites/{site_id}/sign-in/oidc/callback"
