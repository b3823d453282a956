"""Sites made for the desk's browser tests before the service starts: people with sessions, comments with scores."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from service.actions.make_token import PAGE_MS, make_token
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.domain.member import Member
from service.storage.engines import migrate, open_database
from tests.conftest import Blog, Clock, WordModel, make_blog, resources

_DAY_MS = 86_400_000
# What is said, as a reader would sort it; the marks are for the tests.
KINDS = {
    "approve": "score 0.3 I built the same thing last year, and the second part, number {}, is what took longest.",
    "reject": "score 0.5 Whoever writes this, {}, has never held a tool in his hand; rude as it is, it is true.",
    "mark_spam": "score 0.8 Casino bonus {} without a deposit, see [the offer](https://casino{}.example/x) now",
    "remove": "score 0.4 My number is 555-01{} and my street is Elm Street, call me about the private thing {}",
}
CAMPAIGN = "score 0.85 Earn four thousand a week from home, write to me about it: https://easy{}.example/go"


@dataclass
class Site:
    """A site with the cookies and tokens of its people."""

    name: str
    cookies: dict[str, str]
    tokens: dict[str, str]
    comments: list[tuple[str, str]]  # id, and what is to become of it


class Made:
    """Every site that was made."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {}


def in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Runs it to its end beside Playwright, whose loop holds this thread."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as fault:
            faults.append(fault)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    if faults:
        raise faults[0]


async def make_sites(data: Path, made: Made, counts: dict[str, int]) -> None:
    """Sites of these names, each with so many comments that wait: all kinds in turn, and a campaign of five."""
    path = str(data / "greenroom.sqlite")
    migrate(path)
    db = await open_database(path)
    async with resources(db, Clock(time.time_ns() // 1_000_000 - _DAY_MS), WordModel()) as res:
        for name, count in counts.items():
            made.sites[name] = await _site(res, name, count)
    await db.close()


async def _site(res: Resources, name: str, count: int) -> Site:
    blog = await make_blog(res, name)
    await set_policy(res, blog.site, {"moderation": "always", "edit_window_s": 864_000})
    grace = await blog.join("Grace")
    comments = [await _post(blog, i, grace, count) for i in range(count)]
    people = {"Olive": blog.owner, "Mo": blog.moderator, "Ada": blog.ada}
    return Site(
        name,
        {who: await make_token(res, member, "page", PAGE_MS) for who, member in people.items()},
        {who: await make_token(res, member, "full", PAGE_MS) for who, member in people.items()},
        comments,
    )


async def _post(blog: Blog, i: int, grace: Member, count: int) -> tuple[str, str]:
    """Every third by another author; the campaign stands together, after the first comments."""
    if count > 20 and 10 <= i < 15:
        return (await blog.post(CAMPAIGN.format(i), grace)).comment.id, "mark_spam"
    action = list(KINDS)[i % 4]
    text = f"{KINDS[action].format(_word(i), _word(i + 7))} {_word(i * 3)} {_word(i * 5 + 1)} {i}"
    return (await blog.post(text, blog.ada if i % 3 else grace, title="On tools")).comment.id, action


_WORDS = (
    *("anvil", "birch", "cobalt", "dowel", "ember", "fathom", "gimlet", "hinge"),
    *("inkwell", "jigsaw", "kiln", "lathe", "mallet", "nickel", "oakum"),
)


def _word(i: int) -> str:
    """Words enough that no two comments are nearly the same."""
    return " ".join(_WORDS[(i * step + step) % len(_WORDS)] for step in (1, 2, 4, 7, 11))


def sign_in(browser: Browser, url: str, site: Site, who: str, **options: Any) -> BrowserContext:
    """A browser of its own in which this person is signed in."""
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": f"greenroom-{site.name}", "value": site.cookies[who], "url": url}])
    return context


def desk(context: BrowserContext, site: Site, query: str = "") -> Page:
    """The desk of the site, ready."""
    page = context.new_page()
    page.goto(f"/sites/{site.name}/desk{query}")
    return page
