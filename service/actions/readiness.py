"""Can the service do its work just now? Asked often, so that what was found is believed for a second."""

from typing import Literal

import msgspec

from service.actions.resources import Resources
from service.domain.errors import StorageUnavailable
from service.storage import heartbeat

_BELIEVED_MS = 1_000


class Readiness(msgspec.Struct, frozen=True):
    """What was found, and when (milliseconds UTC)."""

    writable: bool
    model: Literal["ready", "degraded", "missing"]
    at: int


class Ready:
    """Looks, at most once a second."""

    def __init__(self, res: Resources) -> None:
        self._res = res
        self._found: Readiness | None = None

    async def look(self) -> Readiness:
        """Whether a row can be written, durably, and how the model does."""
        found, now = self._found, self._res.now_ms()
        if found is None or not 0 <= now - found.at < _BELIEVED_MS:
            found = self._found = Readiness(await self._writable(now), self._model(), now)
        return found

    def _model(self) -> Literal["ready", "degraded", "missing"]:
        """As the scorer says; degraded also where a site is served by another model than it should be."""
        state = self._res.scorer.state
        return "degraded" if state == "ready" and self._res.models.faulty else state

    async def _writable(self, now: int) -> bool:
        try:
            await heartbeat.beat(self._res.db, now)
        except StorageUnavailable:
            return False
        return True
