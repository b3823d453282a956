"""Subscriptions over the wire. The address is not among what is told."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from service.actions.subscriptions import Subscribed
from service.web.bodies import Body, Email
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339


class SubscriptionBody(Body, frozen=True):
    """A page whose new comments are to be mailed. `email` is for visitors, and for members without an address."""

    thread: Annotated[str, Meta(max_length=4_000)]
    email: Email | None = None


class SubscriptionTold(Struct, frozen=True):
    """What a member asked to be told of. Nothing is sent until he has confirmed it by the link in a mail."""

    id: str
    thread: str
    confirmed: bool
    created_at: Time


class SubscriptionsTold(Struct, frozen=True):
    """A member's subscriptions."""

    subscriptions: list[SubscriptionTold]
    next_cursor: NextCursor


class QuestionTold(Struct, frozen=True):
    """Told to every visitor alike, whatever is known of the address."""

    status: Literal["asked"] = "asked"


def subscription_told(one: Subscribed) -> SubscriptionTold:
    """A subscription, for the member whose it is."""
    subscription = one.subscription
    return SubscriptionTold(subscription.id, one.thread.key, subscription.holds, rfc3339(subscription.created_at))


def subscriptions_told(found: list[Subscribed], next_cursor: str | None) -> SubscriptionsTold:
    """A page of a member's subscriptions."""
    return SubscriptionsTold([subscription_told(one) for one in found], next_cursor)
