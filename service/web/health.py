"""Is the service alive, and can it take work? Asked by supervisors, without signing in; no details beyond words."""

from aiohttp import web

from service.web.app_keys import READY, SERVING
from service.web.bodies import json_response
from service.web.contract import Ask, Contract
from service.web.shapes.health import AliveTold, ReadyTold

_LATER = {"Retry-After": "5"}


@Contract(Ask.ALL, {200: AliveTold})
async def get_healthz(request: web.Request) -> web.Response:
    """GET /healthz: 200 while the loop turns."""
    return json_response(AliveTold())


@Contract(Ask.ALL, {200: ReadyTold, 503: ReadyTold})
async def get_readyz(request: web.Request) -> web.Response:
    """GET /readyz: 200 when comments can be stored; a missing model only degrades, since comments are then held."""
    if request.app[SERVING].draining:
        return json_response(ReadyTold("draining"), 503, _LATER)
    found = await request.app[READY].look()
    if not found.writable:
        return json_response(ReadyTold("unavailable", "unavailable", found.model), 503, _LATER)
    return json_response(ReadyTold("ready" if found.model == "ready" else "degraded", "ready", found.model))
