"""Models and trainings over the wire: the list of versions, their cards and figures, what two cuts would have done."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from service.actions.model_life import State, Version
from service.domain.intervals import Share
from service.domain.promotion import Outcome, Promotion
from service.domain.simulation import Bands, Figures, Simulation
from service.domain.training import Cause, Kind, Refused, Trained, Training
from service.domain.training import State as TrainingState
from service.domain.watching import Watch
from service.web.bodies import Body, Line
from service.web.shapes.lists import NextCursor
from service.web.times import Time, rfc3339, rfc3339_or_none


class TrainingBody(Body, frozen=True):
    """How much to do: `refit` to the newest labels, in seconds; `full` reads more and draws the learning curve."""

    kind: Kind = "refit"


class PromotionBody(Body, frozen=True):
    """`override`: promote a version that the gate refused, on one's own responsibility."""

    override: bool = False


class RefusalBody(Body, frozen=True):
    """`reason`: why this version is not to serve."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, examples=["It held every comment in French."])]


class RollbackBody(Body, frozen=True):
    """`in_service`: the version that was seen to serve; refused where another does by now. Left out: whichever does."""

    in_service: Line | None = None


class TrainingTold(Struct, frozen=True):
    """A training: what it does now in `step`, how far it is, and what came of it, with the `reason` in words."""

    id: str
    kind: Kind
    cause: Cause
    state: TrainingState
    step: Annotated[str, Meta(examples=["fitting the model to 214 labels"])]
    progress: Annotated[float, Meta(ge=0, le=1)]
    labels: int
    version: str | None
    outcome: Outcome | None
    reason: str | None
    asked_by: Annotated[str | None, Meta(description="A member's id; null: the service itself, or the console.")]
    created_at: Time
    finished_at: Time | None


class CameTold(Struct, frozen=True):
    """When a version came into service and by whom. `by` null: the gate itself, or somebody at the console."""

    at: Time
    kind: Literal["automatic", "promote", "rollback"]
    by: str | None
    previous: str


class RefusedTold(Struct, frozen=True):
    """An owner's word that a version is not to serve. `by` null: somebody who has left."""

    at: Time
    by: str | None
    reason: str


class CutsTold(Struct, frozen=True):
    """From which score on comments are held, and from which they are put aside as spam."""

    hold_at: float
    spam_at: float


class ModelTold(Struct, frozen=True):
    """A version of a site's model. `card` is null for the shipped one, whose card comes with Greenroom."""

    version: str
    state: State
    outcome: Outcome | None
    reason: str | None
    created_at: Time | None
    training_id: str | None
    labels: int
    thresholds: CutsTold | None
    promotions: list[CameTold]
    refused: Annotated[RefusedTold | None, Meta(description="By an owner; what the gate says stands in `reason`.")]
    files_kept: bool
    card: Annotated[dict[str, Any] | None, Meta(description="What it was made of, its metrics, the gate's word.")]


class OneModelTold(ModelTold, frozen=True):
    """A version with its figures on the newest decisions, none of which it has seen; null: its files are gone."""

    figures: Figures | None = None


class SetCutsTold(CutsTold, frozen=True):
    """The cuts that hold now, and where from: the policy, the site's own history, or the model's card."""

    source: Literal["policy", "history", "card"]
    words: str


class ModelsTold(Struct, frozen=True):
    """The site's models, newest first and the shipped one last; which serves, and how it does lately."""

    in_service: str | None
    thresholds: SetCutsTold
    watch: Watch
    trainings: Annotated[list[TrainingTold], Meta(description="The newest ten, newest first.")]
    models: list[ModelTold]
    next_cursor: NextCursor


class SimulationTold(Struct, frozen=True):
    """What two cuts would have made of the site's newest comments. Ham and spam: by people's decisions.

    Shares come with the bounds between which the true one lies with 95 % confidence; `ids` are the newest 50 of each.
    """

    version: str
    hold_at: float
    spam_at: float
    considered: int
    ham: Bands
    spam: Bands
    undecided: Bands
    audited: Annotated[Share, Meta(description="Spam among published comments that were picked at random.")]
    words: list[str]


class InServiceTold(Struct, frozen=True):
    """Which version serves after a promotion or a rollback."""

    in_service: str
    promotion: CameTold | UnsetType = field(default=UNSET)


def training_told(one: Training) -> TrainingTold:
    """A training."""
    return TrainingTold(
        id=one.id,
        kind=one.kind,
        cause=one.cause,
        state=one.state,
        step=one.step,
        progress=one.progress,
        labels=one.labels,
        version=one.version,
        outcome=one.outcome,
        reason=one.reason,
        asked_by=one.asked_by,
        created_at=rfc3339(one.created_at),
        finished_at=rfc3339_or_none(one.finished_at),
    )


def model_told(found: Version) -> ModelTold:
    """A version of the list."""
    return ModelTold(**_fields(found))


def one_model_told(found: Version, figures: Figures | None) -> OneModelTold:
    """A version with its figures."""
    return OneModelTold(**_fields(found), figures=figures)


def _fields(found: Version) -> dict[str, Any]:
    trained = found.trained
    return {
        "version": found.version,
        "state": found.state,
        "outcome": trained.outcome if trained else None,
        "reason": trained.reason if trained else None,
        "created_at": rfc3339(trained.created_at) if trained else None,
        "training_id": trained.training_id if trained else None,
        "labels": trained.card["data"]["labels"] if trained else 0,
        "thresholds": _cuts(trained) if trained else None,
        "promotions": [_came(one) for one in found.promotions],
        "refused": _refused(trained.refused) if trained and trained.refused else None,
        "files_kept": trained is None or trained.dropped_at is None,
        "card": trained.card if trained else None,
    }


def _refused(one: Refused) -> RefusedTold:
    return RefusedTold(rfc3339(one.at), one.by, one.reason)


def _cuts(trained: Trained) -> CutsTold:
    return CutsTold(trained.card["thresholds"]["hold_at"], trained.card["thresholds"]["spam_at"])


def _came(one: Promotion) -> CameTold:
    return CameTold(rfc3339(one.created_at), one.kind, one.actor_name, one.previous)


def in_service_told(found: Version) -> InServiceTold:
    """What serves now."""
    last = _came(found.promotions[-1]) if found.promotions else UNSET
    return InServiceTold(found.version, last)


def simulation_told(version: str, found: Simulation, audited: Share) -> SimulationTold:
    """What a pair of cuts would have done, in numbers and in words."""
    return SimulationTold(
        version=version,
        hold_at=found.hold_at,
        spam_at=found.spam_at,
        considered=found.considered,
        ham=found.ham,
        spam=found.spam,
        undecided=found.undecided,
        audited=audited,
        words=_words(found),
    )


def _words(found: Simulation) -> list[str]:
    ham, spam, published = found.ham, found.spam, found.undecided
    waited = published.held.share.count + published.spam.share.count
    return [
        f"Of {ham.held.share.of} comments that people found honest, {ham.held.share.count} would have been held.",
        f"Of them {ham.spam.share.count} would have been put aside as spam.",
        f"Of {spam.held.share.of} found to be spam, {spam.published.share.count} would have been published.",
        f"Of {published.held.share.of} that were published and left so, {waited} would have waited.",
    ]
