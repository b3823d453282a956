"""The models that were trained for single sites, loaded, and the cuts that were set for them.

Which one serves is written in the database; every process reads it there, and loads what it finds after checking it. A
model that may not be loaded is left where it is: the site goes on with the one before, and its fault is told in words.
"""

import asyncio
import hashlib
import logging
from pathlib import Path

import msgspec

from service.domain.errors import StorageUnavailable
from service.spam.artefact import load_signed
from service.spam.manifest import NAME, ModelRefused
from service.spam.model import Model
from service.storage import models
from service.storage.database import Database
from service.storage.models import InService, OwnThresholds

_KEPT = 8  # of the versions that do not serve
_AGAIN_S = 1.0  # after the storage did not answer
_LOG = logging.getLogger("greenroom.models")


class _Serving(msgspec.Struct, frozen=True):
    """What serves a site: a promotion's number, and the model; None is the shipped one."""

    number: int
    model: Model | None


class SiteModels:
    """Asked on the loop for each comment; loads in a thread."""

    def __init__(self, folder: Path | None = None, secret: bytes = b"") -> None:
        self._folder, self._secret = folder, secret
        self._serving: dict[str, _Serving] = {}
        self._cuts: dict[str, OwnThresholds] = {}
        self._faults: dict[str, str] = {}
        self._others: dict[tuple[str, str], Model] = {}
        self._refreshing: asyncio.Task[None] | None = None
        self._again = False
        self._one_at_a_time = asyncio.Lock()

    def of(self, site_id: str) -> Model | None:
        """The site's own model; None where the shipped one serves."""
        serving = self._serving.get(site_id)
        return serving.model if serving else None

    def cuts_of(self, site_id: str) -> OwnThresholds | None:
        """The cuts from the site's own history, if there are any."""
        return self._cuts.get(site_id)

    def fault_of(self, site_id: str) -> str | None:
        """Why the site is not served by the model that it should be, in words."""
        return self._faults.get(site_id)

    @property
    def refused(self) -> list[str]:
        """The sites that are served by another model than they should be, by their ids."""
        return list(self._faults)

    @property
    def faulty(self) -> bool:
        """Is any site served by another model than it should be?"""
        return bool(self._faults)

    def folder_of(self, site_id: str, version: str) -> Path:
        """Where a version is kept. Raises ModelRefused where this process keeps none."""
        if self._folder is None:
            raise ModelRefused("this process keeps no models of sites")
        return self._folder / site_id / version

    def hear(self, db: Database) -> None:
        """Something has changed in the database, perhaps this: look, once however often it is said meanwhile."""
        if self._refreshing is not None and not self._refreshing.done():
            self._again = True
            return
        self._refreshing = asyncio.get_running_loop().create_task(self._follow(db))

    async def _follow(self, db: Database) -> None:
        self._again = True
        while self._again:
            self._again = False
            try:
                await self.refresh(db)
            except StorageUnavailable:
                self._again = True
                await asyncio.sleep(_AGAIN_S)

    async def close(self) -> None:
        """Ends what is under way."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

    async def refresh(self, db: Database) -> None:
        """Reads which models serve and which cuts hold, and loads what is new.

        One at a time: a slow load of what served a moment ago would end after, and undo, the switch to what serves now.
        """
        async with self._one_at_a_time:
            self._cuts = {one.site_id: one for one in await models.thresholds(db)}
            for one in await models.in_service(db):
                known = self._serving.get(one.site_id)
                if known is None or known.number != one.number or one.site_id in self._faults:
                    await self._serve(one)

    async def _serve(self, wanted: InService) -> None:
        try:
            model = await self._load(wanted)
        except Exception as fault:  # whatever is wrong with the files of one, other sites are served
            if not isinstance(fault, ModelRefused):
                _LOG.exception("The model %s of %s cannot be loaded.", wanted.version, wanted.site_id)
            why = f"The model {wanted.version} may not be loaded ({fault}): the one before serves."
            self._faults[wanted.site_id] = f"{why} Roll back, or retrain."
            return
        self._faults.pop(wanted.site_id, None)
        self._serving[wanted.site_id] = _Serving(wanted.number, model)

    async def _load(self, wanted: InService) -> Model | None:
        if wanted.manifest_sha256 is None:
            return None
        folder = self.folder_of(wanted.site_id, wanted.version)
        return await asyncio.to_thread(load_checked, folder, wanted.manifest_sha256, self._secret)

    async def version(self, site_id: str, version: str, manifest_sha256: str) -> Model:
        """Any version of a site's, to be asked and not to serve. Raises ModelRefused."""
        key = (site_id, version)
        if key not in self._others:
            found = await self._load(InService(site_id, version, 0, manifest_sha256))
            assert found is not None
            while len(self._others) >= _KEPT:
                del self._others[next(iter(self._others))]
            self._others[key] = found
        return self._others[key]


def load_checked(folder: Path, manifest_sha256: str, secret: bytes) -> Model:
    """A model whose manifest is the one that the database names and this installation signed. Raises ModelRefused."""
    try:
        found = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    except OSError as fault:
        raise ModelRefused(f"{folder} cannot be read: {fault.strerror}") from fault
    if found != manifest_sha256:
        raise ModelRefused(f"{folder / NAME} is not the one that was written by the training")
    return load_signed(folder, secret)
