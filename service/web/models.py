"""The life of a site's model over the API: trainings, versions, promotion and rollback, what other cuts would do."""

from aiohttp import web

from service.actions.model_life import Version, figures_of, simulation, version_of, versions
from service.actions.model_overview import Overview, audited, overview
from service.actions.promote_model import promote_model, roll_back
from service.actions.refuse_model import refuse_model
from service.actions.replays import Statement, keep_apart
from service.actions.resources import Resources
from service.actions.start_training import find_training, start_training
from service.domain.errors import AlreadyTraining, Fault, Invalid, NotAllowedNow
from service.domain.training import Training
from service.web.access import who_asks
from service.web.app_keys import RESOURCES, WATCHING
from service.web.bodies import encode, json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, LOCATION, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT, Number
from service.web.shapes.models import (
    InServiceTold,
    ModelsTold,
    ModelTold,
    OneModelTold,
    PromotionBody,
    RefusalBody,
    RollbackBody,
    SetCutsTold,
    SimulationTold,
    TrainingBody,
    TrainingTold,
    in_service_told,
    model_told,
    one_model_told,
    simulation_told,
    training_told,
)

HOLD_AT = Number("hold_at", "Hold from this score on, 0 to 1; left out: as now.")
SPAM_AT = Number(
    "spam_at", "Put aside as spam from this score on, 0 to 1; left out: as now, or hold_at if that is more."
)


@Contract(Ask.MODERATORS, {200: ModelsTold}, query=(LIMIT, CURSOR))
async def get_models(request: web.Request) -> web.Response:
    """GET S/models: the site's models, which of them serves, how it does, the latest trainings."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    found = await overview(res, who.site, request.app[WATCHING])
    return await listed(
        request,
        "models",
        lambda before, limit: versions(res, who.site, before, limit),
        lambda page, cursor: _models_told(found, [model_told(one) for one in page], cursor),
    )


def _models_told(found: Overview, page: list[ModelTold], cursor: str | None) -> ModelsTold:
    return ModelsTold(
        in_service=found.version,
        thresholds=SetCutsTold(found.hold_at, found.spam_at, found.source, found.words),
        watch=found.watch,
        trainings=[training_told(one) for one in found.trainings],
        models=page,
        next_cursor=cursor,
    )


@Contract(
    Ask.OWNERS,
    {202: TrainingTold},
    body=TrainingBody,
    takes=(IDEMPOTENCY_KEY,),
    gives=(LOCATION,),
    problems=(AlreadyTraining,),
)
async def post_training(request: web.Request) -> web.Response:
    """POST S/trainings: trains the site's model on its labels, in a process of its own."""
    who = await who_asks(request)
    owner = who.owner()
    body, raw = await read_body(request, TrainingBody)

    async def work(keep: Keep | None) -> web.Response:
        def kept(begun: Training) -> list[Statement]:
            return [] if keep is None else keep(202, _place(request, begun), encode(training_told(begun)))

        begun = await start_training(request.app[RESOURCES], who.site, body.kind, "request", owner, kept)
        return json_response(training_told(begun), 202, {"Location": _place(request, begun)})

    return await once(request, who, raw, work)


def _place(request: web.Request, begun: Training) -> str:
    return f"{request.path}/{begun.id}"


@Contract(Ask.MODERATORS, {200: TrainingTold})
async def get_training(request: web.Request) -> web.Response:
    """GET S/trainings/{id}: how far a training has come, or what came of it."""
    who = await who_asks(request)
    who.moderator()
    return json_response(training_told(await find_training(request.app[RESOURCES], who.site, request.match_info["id"])))


@Contract(Ask.MODERATORS, {200: OneModelTold})
async def get_model(request: web.Request) -> web.Response:
    """GET S/models/{version}: its card, and how it does on decisions that it has not seen."""
    who = await who_asks(request)
    who.moderator()
    res = request.app[RESOURCES]
    found = await version_of(res, who.site, request.match_info["version"])
    try:
        figures = await figures_of(res, who.site, found)
    except NotAllowedNow:
        figures = None
    return json_response(one_model_told(found, figures))


@Contract(Ask.MODERATORS, {200: SimulationTold}, query=(HOLD_AT, SPAM_AT), problems=(NotAllowedNow,))
async def get_simulation(request: web.Request) -> web.Response:
    """GET S/models/{version}/simulation: what two cuts on its scores would have done to the last comments."""
    who = await who_asks(request)
    who.moderator()
    hold_at, spam_at = HOLD_AT.of(request), SPAM_AT.of(request)
    if hold_at is not None and spam_at is not None and hold_at > spam_at:
        raise Invalid([Fault("/hold_at", f"hold_at ({hold_at}) must not be above spam_at ({spam_at}).")])
    res = request.app[RESOURCES]
    found = await version_of(res, who.site, request.match_info["version"])
    simulated = await simulation(res, who.site, found, hold_at, spam_at)
    return json_response(simulation_told(found.version, simulated, await audited(res, who.site)))


@Contract(Ask.OWNERS, {200: InServiceTold}, body=PromotionBody, takes=(IDEMPOTENCY_KEY,), problems=(NotAllowedNow,))
async def post_promotion(request: web.Request) -> web.Response:
    """POST S/models/{version}/promote: puts a version into service; one that the gate refused only with `override`."""
    who = await who_asks(request)
    owner = who.owner()
    body, raw = await read_body(request, PromotionBody)
    res, version = request.app[RESOURCES], request.match_info["version"]

    async def work(keep: Keep | None) -> web.Response:
        return await _now_serving(res, await promote_model(res, who.site, version, owner, body.override), keep)

    return await once(request, who, raw, work)


async def _now_serving(res: Resources, found: Version, keep: Keep | None) -> web.Response:
    """Kept apart: after a promotion the same version serves, and whoever goes back can name the one that he saw."""
    told = in_service_told(found)
    await keep_apart(res, kept_as(keep, told))
    return json_response(told)


@Contract(Ask.OWNERS, {200: ModelTold}, body=RefusalBody, problems=(NotAllowedNow,))
async def post_refusal(request: web.Request) -> web.Response:
    """POST S/models/{version}/refuse: this version is not to serve, for a reason that stands beside it."""
    who = await who_asks(request)
    owner = who.owner()
    body, _ = await read_body(request, RefusalBody)
    version = request.match_info["version"]
    return json_response(model_told(await refuse_model(request.app[RESOURCES], who.site, version, owner, body.reason)))


@Contract(Ask.OWNERS, {200: InServiceTold}, body=RollbackBody, takes=(IDEMPOTENCY_KEY,), problems=(NotAllowedNow,))
async def post_rollback(request: web.Request) -> web.Response:
    """POST S/models/rollback: goes back to the version that served before."""
    who = await who_asks(request)
    owner = who.owner()
    body, raw = await read_body(request, RollbackBody)
    res = request.app[RESOURCES]

    async def work(keep: Keep | None) -> web.Response:
        return await _now_serving(res, await roll_back(res, who.site, owner, body.in_service), keep)

    return await once(request, who, raw, work)
