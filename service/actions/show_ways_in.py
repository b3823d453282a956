"""What the console shows when the service starts: one-time links for owners, and a demo site to try things on."""

from contextlib import suppress
from typing import NamedTuple

from service.actions.add_member import NewMember, add_member, find_member
from service.actions.add_site import add_site, every_site, find_site
from service.actions.make_token import make_link
from service.actions.people_demo import people_the_demo
from service.actions.resources import Resources
from service.actions.set_member import members_page
from service.actions.set_policy import set_policy
from service.domain.errors import NameTaken
from service.domain.member import Member
from service.domain.site import Policy, Site

DEMO = "demo"
_MOST_SITES = 20


class Link(NamedTuple):
    """A way in: what it is for, and where it leads."""

    what: str
    url: str


async def owner_links(res: Resources, public_url: str) -> list[Link]:
    """A one-time link to the desk for an owner of each site; a site without one gets one."""
    links = []
    for site in (await every_site(res))[:_MOST_SITES]:
        owner = await _owner(res, site)
        links.append(Link(f"The desk of {site.id}, as {owner.name}", await make_link(res, public_url, owner, "/desk")))
    return links


async def _owner(res: Resources, site: Site) -> Member:
    after: str | None = ""
    while after is not None:
        found, after = await members_page(res, site, after, 200)
        owner = next((one for one in found if one.role == "owner" and one.status == "active"), None)
        if owner is not None:
            return owner
    for number in range(1, 100):
        with suppress(NameTaken):  # a member may have taken the name
            return await add_member(res, site, NewMember("Owner" if number == 1 else f"Owner {number}", role="owner"))
    raise NameTaken


async def demo_links(res: Resources, public_url: str) -> list[Link]:
    """Makes the demo site where there is none, and shows its post and a member's way in."""
    site = await find_site(res, DEMO) or await add_site(res, DEMO, Policy(origins=(public_url,)))
    await people_the_demo(res, site)
    if public_url not in site.policy.origins:
        await set_policy(res, site, {"origins": [*site.policy.origins, public_url][-50:]})
    ada = await find_member(res, site, "Ada")
    links = [Link("A sample post", f"{public_url}/demo")]
    if ada is not None:
        links.append(Link("The same, as its member Ada", await make_link(res, public_url, ada, "/demo")))
    return links
