"""Takes the pictures of the desk that README.md shows: `python -m docs.desk_pictures`, with Chromium on the PATH."""

import random
import tempfile
from pathlib import Path

import uvloop
from playwright.sync_api import BrowserContext, Page

from benchmarks.desk import served
from benchmarks.texts import plain
from service.actions.add_member import find_member
from service.actions.add_site import add_site
from service.actions.decide_comments import Choice, decide_comments
from service.actions.draft import Draft
from service.actions.identify import Who
from service.actions.make_token import PAGE_MS, make_token
from service.actions.people_demo import people_the_demo
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.actions.submit_comment import submit_comment
from service.app import open_resources
from service.domain.site import Policy, Site
from service.settings import read_settings
from tests.browsers import chromium

_PICTURES = Path(__file__).parent / "pictures"
_SPAM = (
    "Wonderful words, thank you! For cabinets of every size ask my brother at kabinett{n}.example, he ships anywhere",
    "Best casino bonus no {n}, no deposit needed, double your money today http://casino{n}.example/vip",
    "I made ${n}00 last week working from home, ask me how at http://easy-money{n}.example/start",
    "Cheap watches and bags, replica quality, see https://shop{n}.example before the offer ends",
)
_EACH = 60


async def _prepare(data: Path) -> str:
    """The demo's site with some weeks of decisions, and its owner's session."""
    async with open_resources(
        read_settings({"GREENROOM_DATA": str(data), "GREENROOM_RATE_LIMITS": "off"}), True
    ) as res:
        site = await add_site(res, "demo", Policy())
        await people_the_demo(res, site)
        await _decide_some(res, site)
        owner = await find_member(res, site, "Robin")
        assert owner is not None
        return await make_token(res, owner, "page", PAGE_MS)


async def _decide_some(res: Resources, site: Site) -> None:
    chance = random.Random(7)  # noqa: S311 - pictures, not secrets
    owner, ada, edsger = [await find_member(res, site, name) for name in ("Robin", "Ada", "Edsger")]
    assert owner is not None
    await set_policy(res, site, {"moderation": "always"})
    held = Site(site.id, await set_policy(res, site, {}), site.created_at, site.version)
    for number in range(_EACH):
        honest, spam = plain(chance).replace("0" * 10, str(number)), chance.choice(_SPAM).format(n=number)
        for author, text, action in ((ada, honest, "approve"), (edsger, spam, "mark_spam")):
            draft = Draft("/demo/earlier", text, title="Earlier posts")
            comment = (await submit_comment(res, Who(held, "demo", author), draft, lambda _: [])).comment
            if comment.status == "pending":
                choice = Choice(comment.id, comment.version)
                await decide_comments(res, owner, action, [choice], None)  # type: ignore[arg-type]
    await set_policy(res, site, {"moderation": "model"})


def _take(context: BrowserContext) -> None:
    page = context.new_page()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("/sites/demo/desk?sort=riskiest")
        page.locator(".card.current").wait_for()
        _shoot(page, f"desk-{scheme}")
    page.emulate_media(color_scheme="light")
    page.goto("/sites/demo/desk/model")
    page.get_by_role("button", name="Train it now").click()
    page.locator("#trainings tbody tr").filter(has_text="done").wait_for(timeout=120_000)
    page.set_viewport_size({"width": 1280, "height": 1_360})
    page.goto("/sites/demo/desk/model?hold_at=0.4")
    _shoot(page, "model")


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=_PICTURES / f"{name}.png")


def main() -> None:
    """Makes a demo of its own, opens it, and writes docs/pictures/."""
    _PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="greenroom-pictures-") as name:
        cookie = uvloop.run(_prepare(Path(name)))
        with served(Path(name)) as url, chromium() as browser:
            context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 860})
            context.add_cookies([{"name": "greenroom-demo", "value": cookie, "url": url}])
            _take(context)


if __name__ == "__main__":
    main()
