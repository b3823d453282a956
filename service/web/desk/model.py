"""The model page: how the filter does on this site's own decisions, what another line would do, versions, trainings."""

from collections.abc import Coroutine
from typing import Any, NamedTuple

from aiohttp import web

from service.actions.identify import Who
from service.actions.model_life import Version, looked_at, version_of, versions
from service.actions.model_overview import Overview, audited, overview
from service.actions.promote_model import promote_model, roll_back
from service.actions.refuse_model import refuse_model
from service.actions.start_training import start_training
from service.domain.errors import NotAllowedNow, NotFound, Refusal
from service.domain.intervals import Share
from service.domain.member import Member
from service.domain.simulation import STEPS, Ladder, Simulation
from service.domain.training import Kind
from service.web.app_keys import RESOURCES, WATCHING
from service.web.desk.answers import Said, choice_in, faults_of, said_by, said_to, status_of
from service.web.desk.plots import Drawn, calibration, histogram, learning_curve, shares, threshold_curve
from service.web.pages.errors import as_page
from service.web.pages.forms import Form, read_form
from service.web.pages.rendering import desk_html, see_other
from service.web.pages.visitor import visitor
from service.web.parameters import Number

HOLD_AT = Number("hold_at", "Hold from this score on, 0 to 1.")
_SIDE_BY_SIDE = 6
_KINDS: tuple[Kind, ...] = ("refit", "full")
_SAID = {
    "training": "The training has begun.",
    "promoted": "That version serves now.",
    "refused": "That version does not serve again, unless an owner says so.",
    "back": "The version before serves again.",
}


class Looked(NamedTuple):
    """A version with its plots and what the line would have done; without figures, why there are none."""

    version: Version
    plots: list[Drawn]
    simulated: Simulation | None
    rungs: Ladder | None  # what every other line would publish
    audited: Share
    why_not: str


@as_page
async def get_model(request: web.Request) -> web.Response:
    """GET /sites/{site}/desk/model: the site's model in figures; ?version= another one's, ?hold_at= another line."""
    who = await visitor(request)
    who.moderator()
    return await _page(request, who, Said(said_by(request, _SAID)))


@as_page
async def post_training(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/model/trainings: trains the site's model on its labels."""
    form, who, owner = await _from_owner(request)
    kind = choice_in(form, "kind", _KINDS)
    begun = start_training(request.app[RESOURCES], who.site, kind, "request", owner)
    return await _done(request, who, begun, "training", "#trainings")


@as_page
async def post_promotion(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/model/promote: puts a version into service; `override` one that the gate refused."""
    form, who, owner = await _from_owner(request)
    override = form.one("override") == "1"
    promoted = promote_model(request.app[RESOURCES], who.site, form.one("version"), owner, override)
    return await _done(request, who, promoted, "promoted")


@as_page
async def post_refusal(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/model/refuse: says of a version that it is not to serve, and why."""
    form, who, owner = await _from_owner(request)
    refused = refuse_model(request.app[RESOURCES], who.site, form.one("version"), owner, form.one("reason"))
    return await _done(request, who, refused, "refused")


@as_page
async def post_rollback(request: web.Request) -> web.Response:
    """POST /sites/{site}/desk/model/rollback: goes back from the version `in_service` to the one before."""
    form, who, owner = await _from_owner(request)
    back = roll_back(request.app[RESOURCES], who.site, owner, form.one("in_service"))
    return await _done(request, who, back, "back")


async def _from_owner(request: web.Request) -> tuple[Form, Who, Member]:
    form = await read_form(request)
    who = await visitor(request)
    return form, who, who.owner()


async def _done(
    request: web.Request, who: Who, work: Coroutine[Any, Any, object], word: str, place: str = ""
) -> web.Response:
    """Back to the page with a word for what was done; or the page with what stood in the way."""
    try:
        await work
    except Refusal as refusal:
        return await _page(request, who, Said(faults=faults_of(refusal), status=status_of(refusal)))
    return see_other(said_to(_home(who), word) + place)


async def _page(request: web.Request, who: Who, said: Said) -> web.Response:
    res = request.app[RESOURCES]
    found = await overview(res, who.site, request.app[WATCHING])
    hold_at = HOLD_AT.of(request)
    line = found.hold_at if hold_at is None else hold_at
    listed, _ = await versions(res, who.site, None, _SIDE_BY_SIDE)
    told = {
        "who": who,
        "here": _home(who),
        "section": "model",
        "found": found,
        "watch": _watch(found),
        "looked": await _look(request, who, request.query.get("version") or found.version, line),
        "line": line,
        "step": 1 / STEPS,
        "versions": listed,
        "running": next((one for one in found.trainings if one.state == "running"), None),
        "said": said,
    }
    return desk_html("desk_model.html", told, said.status)


async def _look(request: web.Request, who: Who, version: str | None, line: float) -> Looked | None:
    res = request.app[RESOURCES]
    if version is None:
        return None
    found, looked = await version_of(res, who.site, version), await audited(res, who.site)
    try:
        figures, simulated, rungs = await looked_at(res, who.site, found, line)
    except (NotAllowedNow, NotFound) as refusal:
        return Looked(found, [], None, None, looked, refusal.detail)
    curve: list[dict[str, Any]] = found.trained.card["learning_curve"] if found.trained else []
    drawn = [histogram(figures, line), threshold_curve(figures, line), calibration(figures), learning_curve(curve)]
    return Looked(found, [one for one in drawn if one is not None], simulated, rungs, looked, "")


def _watch(found: Overview) -> Drawn:
    named = [
        ("held for a look", found.watch.held),
        ("decided otherwise", found.watch.reversed),
        ("missed spam", found.watch.missed_spam),
    ]
    sentence = "Of the newest comments and decisions. Missed spam: among published comments picked by chance."
    return shares("Lately", sentence, named, "lately")


def _home(who: Who) -> str:
    return f"/sites/{who.site.id}/desk/model"
