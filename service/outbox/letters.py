"""Which letter each kind of event is: one row a kind. What is not in the table is nobody's letter."""

from service.outbox.authors import compose_decided
from service.outbox.followers import compose_published, compose_question, spread_published
from service.outbox.kinds import Kind
from service.outbox.moderators import compose_held, spread_held
from service.outbox.people import (
    compose_accepted,
    compose_invitation,
    compose_request,
    compose_sign_in,
    spread_request,
)

KINDS: dict[str, Kind] = {
    "held": Kind(compose_held, spread_held, together=True),
    "published": Kind(compose_published, spread_published, together=True),
    "decided": Kind(compose_decided),
    "subscription": Kind(compose_question, an_hour=5, in_all=200),  # anybody can ask for these, to any address
    "sign_in": Kind(compose_sign_in, an_hour=5),
    "invitation": Kind(compose_invitation, an_hour=5),
    "membership_request": Kind(compose_request, spread_request),
    "membership_accepted": Kind(compose_accepted),
}
