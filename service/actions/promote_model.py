"""Puts a model of a site's into service, or goes back to the one before; every process switches."""

from service.actions.model_life import Version, life_of, loaded, version_of
from service.actions.resources import Resources
from service.actions.set_thresholds import follow_policy
from service.domain.errors import NotAllowedNow, StorageUnavailable
from service.domain.member import Member
from service.domain.promotion import Promotion, before
from service.domain.site import Site
from service.storage import models
from service.storage.database import Outdated

_TRIES = 4


async def promote_model(res: Resources, site: Site, version: str, actor: Member | None, override: bool) -> Version:
    """Puts this version into service; nothing changes where it serves already.

    Raises NotFound; NotAllowedNow for one that the gate refused, unless it is overridden, and for one whose files are
    gone or may not be loaded.
    """
    for _ in range(_TRIES):
        found = await version_of(res, site, version)
        if found.state == "in_service":
            return found
        if found.state == "refused" and not override and found.trained is not None:
            raise NotAllowedNow(
                f"The gate refused this version: {found.trained.reason} Say override to promote it anyway."
            )
        await loaded(res, site, found)
        if await _put(res, site, version, "promote", actor):
            return await version_of(res, site, version)
    raise StorageUnavailable


async def roll_back(res: Resources, site: Site, actor: Member | None) -> Version:
    """Goes back to the version that served before the one in service. Raises NotAllowedNow where there was none."""
    for _ in range(_TRIES):
        to = before((await life_of(res, site)).log)
        if to is None:
            raise NotAllowedNow("No model of this site came into service that could be taken back.")
        await loaded(res, site, await version_of(res, site, to))
        if await _put(res, site, to, "rollback", actor):
            return await version_of(res, site, to)
    raise StorageUnavailable


async def _put(res: Resources, site: Site, version: str, kind: str, actor: Member | None) -> bool:
    """Says whether it was done; not where another came into service at the same moment."""
    serving = await models.in_service_at(res.db, site.id)
    previous = serving.version if serving else res.scorer.model.version if res.scorer.model else ""
    new = Promotion(
        site_id=site.id,
        number=serving.number + 1 if serving else 1,
        version=version,
        previous=previous,
        kind="rollback" if kind == "rollback" else "promote",
        actor_id=actor.id if actor else None,
        actor_name=None,
        created_at=res.now_ms(),
    )
    try:
        await res.db.write(models.promoting(new))
    except Outdated:
        return False
    await res.models.refresh(res.db)
    await follow_policy(res, site, site.policy)
    return True
