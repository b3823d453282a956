"""Golden labels over the wire."""

from typing import Annotated

from msgspec import Meta, Struct

from service.actions.set_golden import GoldenComment
from service.domain.moderation import Label
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339


class OneGoldenTold(Struct, frozen=True):
    """A comment that models are judged by, and what they must say of it."""

    id: str
    label: Label
    text: str
    since: Annotated[Time, Meta(description="When it was put aside.")]


class GoldenTold(Struct, frozen=True):
    """Golden comments by their ids."""

    golden: list[OneGoldenTold]
    next_cursor: NextCursor


def golden_told(found: list[GoldenComment], next_cursor: str | None) -> GoldenTold:
    """A page of them."""
    return GoldenTold([OneGoldenTold(one.id, one.label, one.text, rfc3339(one.since)) for one in found], next_cursor)
