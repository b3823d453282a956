"""Puts a model of a site's into service, or goes back to the one before; every process switches."""

from typing import Literal

from service.actions.model_life import Life, Version, life_of, loaded, version_in, version_of
from service.actions.resources import Resources
from service.actions.set_thresholds import follow_policy
from service.domain.errors import NotAllowedNow, NotFound, StorageUnavailable
from service.domain.member import Member
from service.domain.promotion import Promotion, before
from service.domain.site import Site
from service.domain.training import Trained
from service.storage import models
from service.storage.database import Outdated

_TRIES = 4


async def promote_model(res: Resources, site: Site, version: str, actor: Member | None, override: bool) -> Version:
    """Puts this version into service; nothing changes where it serves already.

    Raises NotFound; NotAllowedNow for one that the gate or an owner refused, unless it is overridden, and for one whose
    files are gone or may not be loaded.
    """
    for _ in range(_TRIES):
        life = await life_of(res, site)
        found = await version_in(res, site, life, version)
        if found.state == "in_service":
            return found
        if found.state == "refused" and not override and found.trained is not None:
            raise NotAllowedNow(f"{_refusal_of(found.trained)} Say override to promote it anyway.")
        await loaded(res, site, found)
        try:
            return await _put(res, site, life, found, "promote", actor)
        except Outdated:
            continue
    raise StorageUnavailable


async def roll_back(res: Resources, site: Site, actor: Member | None, seen: str | None = None) -> Version:
    """Goes back one step: to the version that served before the one in service.

    `seen` is the version that whoever asks believes to be in service; None: whichever is. Raises NotAllowedNow where
    another is or comes at the same moment, so that two who ask at once go back one step and not two, where there was
    none before, and where an owner has refused that one.
    """
    life = await life_of(res, site)
    if seen is not None and seen != life.version:
        raise NotAllowedNow(f"Not {seen or 'the version you saw'} but {life.version} is in service by now. Look again.")
    to = before(life.log)
    if to is None:
        raise NotAllowedNow("No model of this site came into service that could be taken back.")
    try:
        found = await version_in(res, site, life, to)
    except NotFound:
        raise NotAllowedNow("The shipped model served before, and it may not be loaded.") from None
    if found.trained is not None and found.trained.refused is not None:
        raise NotAllowedNow(f"{_refusal_of(found.trained)} Promote the version that is to serve.")
    await loaded(res, site, found)
    try:
        return await _put(res, site, life, found, "rollback", actor)
    except Outdated:
        raise NotAllowedNow("Another version came into service at the same moment. Look again.") from None


def _refusal_of(trained: Trained) -> str:
    if trained.refused is None:
        return f"The gate refused this version: {trained.reason}"
    return f"{trained.refused.by or 'Somebody'} refused version {trained.version}: “{trained.refused.reason}”."


async def _put(
    res: Resources, site: Site, life: Life, to: Version, kind: Literal["promote", "rollback"], actor: Member | None
) -> Version:
    """Raises Outdated where another came into service since `life` was read, or the files of this one have gone."""
    new = Promotion(
        site_id=site.id,
        number=life.number + 1,
        version=to.version,
        previous=life.version or "",
        kind=kind,
        actor_id=actor.id if actor else None,
        actor_name=None,
        created_at=res.now_ms(),
    )
    files = [models.keeping_files(to.trained.id), models.taking_in_again(to.trained.id)] if to.trained else []
    await res.db.write([*files, *models.promoting(new)])
    await res.models.refresh(res.db)
    await follow_policy(res, site, site.policy)
    return await version_of(res, site, to.version)
