"""Changes a site's policy, whole or in part."""

from typing import Any

import msgspec

from service.actions.changes import Change
from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid
from service.domain.site import Policy, Site
from service.storage import sites


async def set_policy(res: Resources, site: Site, changes: dict[str, Any]) -> Policy:
    """Puts these settings in place of those of the same names; all or none. Raises Invalid."""
    policy = changed_policy(site.policy, changes)
    await res.db.write(sites.setting_policy(site.id, policy))
    res.cache.forget_site(site.id)
    res.changes.announce(Change(site.id))
    return policy


def changed_policy(policy: Policy, changes: dict[str, Any]) -> Policy:
    """The policy with these changes. Raises Invalid, naming every setting that is wrong and what would be right."""
    faults: list[Fault] = []
    for name, value in changes.items():
        try:
            policy = msgspec.convert({**msgspec.to_builtins(policy), name: value}, Policy)
        except msgspec.ValidationError as error:
            faults.append(_fault(name, str(error)))
    faults.extend(policy.faults())
    if faults:
        raise Invalid(faults)
    return policy


def _fault(name: str, problem: str) -> Fault:
    if name not in Policy.__struct_fields__:
        return Fault(f"/{name}", f"There is no setting {name}; there are {', '.join(Policy.__struct_fields__)}.")
    return Fault(f"/{name}", problem.partition(" - at ")[0] + ".")
