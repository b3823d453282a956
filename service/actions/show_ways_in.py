"""What the console shows when the service starts: one-time links for owners, and a demo site to try things on."""

from typing import NamedTuple

from service.actions.add_member import NewMember, add_member, find_member
from service.actions.add_site import add_site, every_site, find_site
from service.actions.changes import Change
from service.actions.identify import Who
from service.actions.make_token import make_link
from service.actions.resources import Resources
from service.actions.set_member import members_page
from service.actions.set_policy import set_policy
from service.actions.submit_comment import Draft, submit_comment
from service.domain.member import Member
from service.domain.site import Policy, Site

DEMO = "demo"
_MOST_SITES = 20

# The demo's post has no comments yet, as in the beginning; another page has a few that wait for a moderator.
_OTHER_PAGE = "/demo/on-soldering"
_QUESTION = """Thank you for the part about flux. I had been blaming my iron for years.

Which tip do you use for the small pads? I found these three helpful:

- https://example.org/tips
- https://example.com/flux
- https://example.net/iron"""
_OFFER = """BEST CASINO BONUS!!! Win $$$ cash today, no deposit needed!
http://casino-win.example/free http://casino-win.example/vip whatsapp +1 555 0100"""
_WAITING = (("Grace", _QUESTION), ("Edsger", _OFFER))


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
    return await add_member(res, site, NewMember("Owner", role="owner"))


async def demo_links(res: Resources, public_url: str) -> list[Link]:
    """Makes the demo site where there is none, and shows its post and a member's way in."""
    site = await find_site(res, DEMO)
    if site is None:
        site = await _make_demo(res, public_url)
    elif public_url not in site.policy.origins:
        await set_policy(res, site, {"origins": [*site.policy.origins, public_url][-50:]})
    ada = await find_member(res, site, "Ada")
    links = [Link("A sample post", f"{public_url}/demo")]
    if ada is not None:
        links.append(Link("The same, as its member Ada", await make_link(res, public_url, ada, "/demo")))
    return links


async def _make_demo(res: Resources, public_url: str) -> Site:
    site = await add_site(res, DEMO, Policy(origins=(public_url,)))
    await add_member(res, site, NewMember("Robin", role="owner"))
    for name in ("Ada", "Grace", "Edsger"):
        await add_member(res, site, NewMember(name))
    for name, text in _WAITING:
        member = await find_member(res, site, name)
        draft = Draft(_OTHER_PAGE, text, title="On soldering, and patience")
        await submit_comment(res, Who(site, "demo", member), draft, lambda _: [])
    res.changes.announce(Change(site.id))
    return site
