"""Is the service alive, and can it take work? Asked by supervisors, without signing in; no details beyond words."""

from aiohttp import web

from service.web.app_keys import RESOURCES, SERVING
from service.web.bodies import json_response


async def get_healthz(request: web.Request) -> web.Response:
    """GET /healthz: 200 while the loop turns."""
    return json_response({"status": "alive"})


async def get_readyz(request: web.Request) -> web.Response:
    """GET /readyz: 200 when comments can be stored; a missing model only degrades, since comments are then held."""
    res = request.app[RESOURCES]
    if request.app[SERVING].draining:
        return json_response({"status": "draining"}, 503, {"Retry-After": "5"})
    writable = await res.db.is_writable()
    model = res.scorer.state
    status = "unavailable" if not writable else "ready" if model == "ready" else "degraded"
    told = {"status": status, "storage": "ready" if writable else "unavailable", "model": model}
    return json_response(told, 200 if writable else 503)
