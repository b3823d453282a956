"""Being told of new comments by mail, over the API: to ask for it, to see what one asked for, to end it."""

from aiohttp import web

from service.actions.replays import keep_apart
from service.actions.subscribe import subscribe
from service.actions.subscriptions import own_subscriptions, subscribed
from service.actions.unsubscribe import end_subscription
from service.domain.errors import NotSignedIn, RateLimited
from service.web.access import who_asks
from service.web.app_keys import RESOURCES
from service.web.bodies import NO_CONTENT, json_response, read_body
from service.web.contract import IDEMPOTENCY_KEY, Ask, Contract
from service.web.once import Keep, kept_as, once
from service.web.paging import listed
from service.web.parameters import CURSOR, LIMIT
from service.web.shapes.subscriptions import (
    QuestionTold,
    SubscriptionBody,
    SubscriptionsTold,
    SubscriptionTold,
    subscription_told,
    subscriptions_told,
)


@Contract(
    Ask.ANYONE,
    {201: SubscriptionTold, 202: QuestionTold},
    body=SubscriptionBody,
    takes=(IDEMPOTENCY_KEY,),
    problems=(NotSignedIn, RateLimited),
)
async def post_subscription(request: web.Request) -> web.Response:
    """POST S/subscriptions: asks by mail whether this address is to be told of new comments on a page."""
    who = await who_asks(request)
    if who.member is None and who.site.policy.who_may_comment != "anyone":
        raise NotSignedIn
    body, raw = await read_body(request, SubscriptionBody)
    res = request.app[RESOURCES]

    async def work(keep: Keep | None) -> web.Response:
        found = await subscribe(res, who, body.thread, body.email)
        told = QuestionTold() if found is None else subscription_told(await subscribed(res, found))
        status = 202 if found is None else 201
        # Kept apart: asked again in between, the answer would be the same, and no second letter goes within a day.
        await keep_apart(res, kept_as(keep, told, status))
        return json_response(told, status)

    return await once(request, who, raw, work)


@Contract(Ask.SIGNED_IN, {200: SubscriptionsTold}, query=(LIMIT, CURSOR))
async def get_subscriptions(request: web.Request) -> web.Response:
    """GET S/subscriptions: what one has asked to be told of, confirmed or not."""
    who = await who_asks(request)
    member, res = who.signed_in(), request.app[RESOURCES]
    return await listed(
        request,
        "subscriptions",
        lambda after, limit: own_subscriptions(res, member, after, limit),
        subscriptions_told,
    )


@Contract(Ask.SIGNED_IN, {204: None})
async def delete_subscription(request: web.Request) -> web.Response:
    """DELETE S/subscriptions/{id}: no more letters about that page."""
    who = await who_asks(request)
    await end_subscription(request.app[RESOURCES], who.signed_in(), request.match_info["id"])
    return web.Response(status=204, headers=NO_CONTENT)
