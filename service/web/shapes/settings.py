"""A site's settings over the wire: the change of any part of its policy, and what that would have done."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct
from msgspec.structs import fields

from service.domain.comment import Reason, Status
from service.domain.hindsight import Foreseen, Hindsight
from service.domain.site import Policy
from service.web.bodies import Body

# What may be sent to change a policy: any of its settings. It describes; the policy itself says all that is wrong.
SettingsBody = defstruct(
    "SettingsBody",
    [(field.name, field.type | UnsetType, UNSET) for field in fields(Policy)],
    bases=(Body,),
    frozen=True,
    module=__name__,
    namespace={
        "__doc__": "Settings to put in place of those of the same names. Null as hold_at or spam_at: the model's."
    },
)


class ForeseenTold(Struct, frozen=True):
    """How many comments would have been published, held, taken for spam, refused."""

    approved: int
    pending: int
    spam: int
    refused: int


class ExampleTold(Struct, frozen=True):
    """A comment that would have fared otherwise: from, to, how it stands now, and why, the deciding reason first."""

    id: str
    thread: str
    was: Foreseen
    would: Foreseen
    status: Status
    reasons: tuple[Reason, ...]


class HindsightTold(Struct, frozen=True):
    """What came of the last comments and what would have come of them. What stands in no count was none."""

    considered: int
    was: ForeseenTold
    would: ForeseenTold
    changes: Annotated[
        dict[Foreseen, dict[Foreseen, int]],
        Meta(description="From what it was to what it would have been.", examples=[{"approved": {"pending": 3}}]),
    ]
    decided: Annotated[
        dict[Foreseen, dict[Status, int]],
        Meta(
            description="By what they would have been: how those stand about which people have decided since.",
            examples=[{"pending": {"approved": 2}, "approved": {"spam": 1}}],
        ),
    ]
    examples: Annotated[tuple[ExampleTold, ...], Meta(description="The newest that would have fared otherwise.")]


def hindsight_told(found: Hindsight) -> HindsightTold:
    """A look back."""
    return HindsightTold(
        found.considered,
        ForeseenTold(**found.was),
        ForeseenTold(**found.would),
        found.changes,
        found.decided,
        tuple(ExampleTold(e.id, e.thread, e.was, e.would, e.status, e.reasons) for e in found.examples),
    )
