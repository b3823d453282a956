"""Golden labels over the API: what a site puts aside to judge its models by."""

from aiohttp import web

from service.actions.set_golden import golden_page, set_golden
from service.domain.errors import NotAllowedNow
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT
from service.web.contract import Ask, Contract
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT
from service.web.shapes.golden import GoldenTold, golden_told


@Contract(Ask.MODERATORS, {200: GoldenTold}, query=(LIMIT, CURSOR))
async def get_golden(request: web.Request) -> web.Response:
    """GET S/golden: comments that are put aside to judge models by."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    return await listed(
        request, "golden", lambda after, limit: golden_page(res, who.site.id, after, limit), golden_told
    )


@Contract(Ask.OWNERS, {204: None}, problems=(NotAllowedNow,))
async def put_golden(request: web.Request) -> web.Response:
    """PUT S/comments/{id}/golden: models are judged by this comment, and none is trained on it any more."""
    return await _set(request, golden=True)


@Contract(Ask.OWNERS, {204: None})
async def delete_golden(request: web.Request) -> web.Response:
    """DELETE S/comments/{id}/golden: what was decided about it teaches again."""
    return await _set(request, golden=False)


async def _set(request: web.Request, golden: bool) -> web.Response:
    who = await who_asks(request)
    await set_golden(request.app[RESOURCES], who.owner(), request.match_info["id"], golden)
    return web.Response(status=204, headers=NO_CONTENT)
