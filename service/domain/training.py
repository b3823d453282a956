"""A training of a site's model and the model that came of it, as the service tells of them. Pure nouns."""

from typing import Any, Literal

import msgspec

from service.domain.promotion import Outcome

Kind = Literal["refit", "full"]
Cause = Literal["request", "decisions", "schedule"]
State = Literal["running", "done", "failed"]
ABANDONED_MS = 30_000  # a training whose process has not spoken for so long is no more


class Training(msgspec.Struct, frozen=True):
    """One training. `reason` says why its model was promoted or refused, or why it failed."""

    id: str
    site_id: str
    kind: Kind
    cause: Cause
    asked_by: str | None
    state: State
    step: str
    progress: float  # 0 to 1
    labels: int
    version: str | None
    outcome: Outcome | None
    reason: str | None
    created_at: int
    seen_at: int
    finished_at: int | None


class Refused(msgspec.Struct, frozen=True):
    """An owner's word that a version is not to serve. `by` None: somebody who has left."""

    by: str | None
    reason: str
    at: int


class Trained(msgspec.Struct, frozen=True):
    """A model that was trained here. The card is what the training wrote about it; its shape is actions/card.py's."""

    id: str
    site_id: str
    version: str
    training_id: str
    manifest_sha256: str
    outcome: Outcome
    reason: str
    labels_until: int
    card: dict[str, Any]
    created_at: int
    dropped_at: int | None
    refused: Refused | None = None
