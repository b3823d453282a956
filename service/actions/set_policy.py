"""Changes a site's policy, whole or in part."""

from typing import Any

import msgspec

from service.actions.changes import Change
from service.actions.evidence import thresholds
from service.actions.resources import Resources
from service.actions.set_thresholds import follow_policy
from service.domain.errors import Fault, Invalid, StorageUnavailable
from service.domain.faults import fault
from service.domain.site import Policy, Site
from service.storage import sites
from service.storage.database import Outdated

_TRIES = 8


async def set_policy(res: Resources, site: Site, changes: dict[str, Any]) -> Policy:
    """Puts these settings in place of those of the same names; all or none. Raises Invalid.

    What another sets at the same time is kept: the changes are made to the policy as it is in the database.
    """
    for _ in range(_TRIES):
        seen = await sites.find(res.db, site.id) or site
        policy = as_changed(res, seen, changes)
        try:
            await res.db.write(sites.setting_policy(seen, policy))
        except Outdated:
            continue
        res.cache.forget_site(site.id)
        res.changes.announce(Change(site.id))
        await follow_policy(res, site, policy)
        return policy
    raise StorageUnavailable


def as_changed(res: Resources, site: Site, changes: dict[str, Any]) -> Policy:
    """The policy as it will be with these settings in place of those of the same names. Raises Invalid."""
    return changed_policy(site.policy, _really_changed(res, site, changes))


def _really_changed(res: Resources, site: Site, changes: dict[str, Any]) -> dict[str, Any]:
    """Thresholds that nobody has set, sent back as they were read, pin nothing."""
    policy = site.policy
    hold_at, spam_at = thresholds(res, site.id, policy)
    told = {"hold_at": (policy.hold_at, hold_at), "spam_at": (policy.spam_at, spam_at)}
    return {name: value for name, value in changes.items() if told.get(name) != (None, value)}


def changed_policy(policy: Policy, changes: dict[str, Any]) -> Policy:
    """The policy with these changes. Raises Invalid, naming every setting that is wrong and what would be right."""
    faults: list[Fault] = []
    for name, value in changes.items():
        try:
            policy = msgspec.convert({**msgspec.to_builtins(policy), name: value}, Policy)
        except msgspec.ValidationError as error:
            faults.append(_fault(name, error))
    faults.extend(policy.faults())
    if faults:
        raise Invalid(faults)
    return policy


def _fault(name: str, error: msgspec.ValidationError) -> Fault:
    if name not in Policy.__struct_fields__:
        return Fault(f"/{name}", f"There is no setting {name}; there are {', '.join(Policy.__struct_fields__)}.")
    return Fault(f"/{name}", fault(error, Policy).detail)
