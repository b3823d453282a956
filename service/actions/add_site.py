"""Makes a new site, strictly apart from all others."""

import re

from service.actions.resources import Resources
from service.domain.errors import Fault, Invalid
from service.domain.site import SITE_NAME_PATTERN, Policy, Site
from service.storage import sites


async def add_site(res: Resources, name: str, policy: Policy) -> Site:
    """Adds a site. Raises NameTaken, or Invalid for a name that can be no part of a URL."""
    if not re.fullmatch(SITE_NAME_PATTERN, name):
        detail = f"'{name}' cannot name a site: use 1 to 63 of a-z, 0-9 and -, like my-blog."
        raise Invalid([Fault("/name", detail)])
    site = Site(name, policy, res.now_ms(), 1)
    await res.db.write(sites.adding(site))
    return site


async def find_site(res: Resources, name: str) -> Site | None:
    """The site of this name."""
    return await res.cache.site(name)


async def every_site(res: Resources) -> list[Site]:
    """All sites, by name."""
    return await sites.every(res.db)
