"""What every action may use: the database and what was read of it, the scorer, clock, ids, chance. Wired in app.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.actions.attempts import Attempts
from service.actions.changes import Changes
from service.actions.explanations import Explanations
from service.actions.issuers import Issuers
from service.actions.limits import Limits
from service.actions.scored_history import KeptScores
from service.actions.seal import Seal
from service.actions.site_models import SiteModels
from service.actions.surroundings import Surroundings
from service.actions.trainer import Trainer
from service.actions.waiting import Waiting
from service.domain.ids import Ids
from service.outward.client import Outward
from service.spam.context import Circumstances, Clue, clues
from service.spam.scorer import Scorer
from service.storage.cache import Cache
from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Resources:
    """Passed to every action as its first argument."""

    db: Database
    cache: Cache
    scorer: Scorer
    limits: Limits
    changes: Changes
    now_ms: Callable[[], int]
    ids: Ids
    new_secret: Callable[[], str]  # a fresh random token, 256 bits
    seal: Seal
    outward: Outward
    issuers: Issuers
    attempts: Attempts = field(default_factory=Attempts)
    models: SiteModels = field(default_factory=SiteModels)
    scores: KeptScores = field(default_factory=KeptScores)
    trainer: Trainer = field(default_factory=Trainer)
    surroundings: Surroundings = field(default_factory=Surroundings)
    explanations: Explanations = field(default_factory=Explanations)
    waiting: Waiting = field(default_factory=Waiting)
    clues: Callable[[Circumstances], Sequence[Clue]] = clues
