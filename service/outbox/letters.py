"""Which letter each kind of event is: one row a kind. What is not in the table is nobody's letter."""

from service.outbox.authors import compose_decided
from service.outbox.followers import compose_published, compose_question, spread_published
from service.outbox.kinds import Kind
from service.outbox.moderators import compose_held, spread_held

KINDS: dict[str, Kind] = {
    "held": Kind(compose_held, spread_held, together=True),
    "published": Kind(compose_published, spread_published, together=True),
    "decided": Kind(compose_decided),
    "subscription": Kind(compose_question, an_hour=5, in_all=200),  # anybody can ask for these, to any address
}
