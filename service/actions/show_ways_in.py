"""What the console shows when the service starts: one-time links for owners, and a demo site to try things on."""

from contextlib import suppress
from typing import NamedTuple

from service.actions.add_member import NewMember, add_member, find_member
from service.actions.add_site import add_site, every_site, find_site
from service.actions.changes import Change
from service.actions.draft import Draft
from service.actions.identify import Who
from service.actions.make_token import make_link
from service.actions.resources import Resources
from service.actions.set_member import members_page
from service.actions.set_policy import set_policy
from service.actions.submit_comment import submit_comment
from service.domain.errors import NameTaken
from service.domain.member import Member, Role
from service.domain.site import Policy, Site

DEMO = "demo"
_MOST_SITES = 20

# The demo's post has no comments yet, as in the beginning; another page has a few that wait for a moderator.
_OTHER_PAGE, _OTHER_TITLE = "/demo/on-soldering", "On soldering, and patience"
_PEOPLE: tuple[tuple[str, Role], ...] = (
    ("Robin", "owner"),
    ("Ada", "member"),
    ("Grace", "member"),
    ("Edsger", "member"),
)
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
    for number in range(1, 100):
        with suppress(NameTaken):  # a member may have taken the name
            return await add_member(res, site, NewMember("Owner" if number == 1 else f"Owner {number}", role="owner"))
    raise NameTaken


async def demo_links(res: Resources, public_url: str) -> list[Link]:
    """Makes the demo site where there is none, and shows its post and a member's way in."""
    site = await find_site(res, DEMO) or await add_site(res, DEMO, Policy(origins=(public_url,)))
    await _people_the_demo(res, site)
    if public_url not in site.policy.origins:
        await set_policy(res, site, {"origins": [*site.policy.origins, public_url][-50:]})
    ada = await find_member(res, site, "Ada")
    links = [Link("A sample post", f"{public_url}/demo")]
    if ada is not None:
        links.append(Link("The same, as its member Ada", await make_link(res, public_url, ada, "/demo")))
    return links


async def _people_the_demo(res: Resources, site: Site) -> None:
    """Whatever is missing: a start may have been interrupted."""
    for name, role in _PEOPLE:
        if await find_member(res, site, name) is None:
            await add_member(res, site, NewMember(name, role=role))
            for text in (text for author, text in _WAITING if author == name):
                who = Who(site, "demo", await find_member(res, site, name))
                await submit_comment(res, who, Draft(_OTHER_PAGE, text, title=_OTHER_TITLE), lambda _: [])
    res.changes.announce(Change(site.id))
