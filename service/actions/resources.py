"""What every action may use: the database and what was read of it, the scorer, clock, ids, chance. Wired in app.py."""

from collections.abc import Callable
from dataclasses import dataclass

from service.actions.changes import Changes
from service.actions.limits import Limits
from service.domain.ids import Ids
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
    secret: bytes  # the installation's: what is signed or hashed with a key takes one derived from it
