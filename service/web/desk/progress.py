"""How far the training of a site's model has come, for the model page's script: without the page, which costs more."""

from aiohttp import web

from service.actions.start_training import latest_trainings
from service.web.app_keys import RESOURCES
from service.web.pages.errors import as_page
from service.web.pages.rendering import html
from service.web.pages.visitor import visitor


@as_page
async def get_progress(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/model/progress: how far the training that runs has come, if one does."""
    who = await visitor(request)
    who.moderator()
    latest = await latest_trainings(request.app[RESOURCES], who.site)
    running = next((one for one in latest if one.state == "running"), None)
    return html("desk_progress.html", {"here": f"/sites/{who.site.id}/desk/model", "running": running})
