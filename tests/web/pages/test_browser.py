"""The pages in a real browser without scripts: signing in, posting, the desk, the keyboard, narrow screens.

One story in the order of the tests, since a one-time link works once.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.web.pages.conftest import Demo


class People:
    """Those who are signed in, each in a browser of his own."""

    def __init__(self, ada: Page, robin: Page) -> None:
        self.ada, self.robin = ada, robin


def _sign_in(browser: Browser, url: str, name: str) -> Page:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1100, "height": 800})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name=f"Sign in as {name}").click()
    return page


@pytest.fixture(scope="module")
def people(browser: Browser, demo_service: Demo) -> Iterator[People]:
    found = People(_sign_in(browser, demo_service.ada, "Ada"), _sign_in(browser, demo_service.owner, "Robin"))
    yield found
    found.ada.context.close()
    found.robin.context.close()


def said(page: Page) -> Locator:
    """What the page says has happened; places where scripts would say more stay empty here."""
    return page.get_by_role("status").filter(has_text=re.compile(r"\S"))


def test_a_visitor_reads_the_words(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/demo")
    expect(page.get_by_role("heading", name="No comments:")).to_be_visible()
    expect(page.get_by_role("heading", name="Post a Comment")).to_be_visible()
    expect(page.get_by_text("Note: Only a member of this blog may post a comment.")).to_be_visible()
    page.get_by_role("link", name="Sign in to comment").click()
    expect(page).to_have_title(re.compile("Sign in"))
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile("/demo$"))


def test_a_member_arrives_where_he_wanted_and_posts(
    people: People, context: BrowserContext, demo_service: Demo
) -> None:
    page = people.ada
    expect(page).to_have_url(demo_service.url + "/demo")
    page.get_by_label("Your comment").fill("It *hums*.\nSee https://a.example https://b.example https://c.example")
    page.get_by_role("button", name="Post comment").click()
    expect(said(page)).to_contain_text("Your comment waits for approval")
    mine = page.locator("[data-comment-id]")
    expect(mine).to_have_count(1)
    expect(mine).to_be_in_viewport()
    visitor = context.new_page()
    visitor.goto("/demo")
    expect(visitor.get_by_role("heading", name="No comments:")).to_be_visible()


def test_a_refused_draft_is_kept_and_announced(people: People) -> None:
    page = people.ada
    page.get_by_label("Your comment").fill("x" * 10_001)
    page.get_by_role("button", name="Post comment").click()
    expect(page.get_by_role("alert")).to_contain_text("too long")
    expect(page.get_by_label("Your comment")).to_have_value("x" * 10_001)
    expect(page.get_by_label("Your comment")).to_have_accessible_description(re.compile("too long"))


def test_the_moderator_approves_and_takes_back(people: People, context: BrowserContext) -> None:
    page = people.robin
    expect(page).to_have_url(re.compile("/sites/demo/desk$"))
    page.reload()
    card = page.locator("[data-comment-id]").filter(has_text="It hums")
    card.get_by_role("button", name="Approve").click()
    expect(said(page)).to_contain_text("1 comment approved.")
    expect(card).to_have_count(0)
    visitor = context.new_page()
    visitor.goto("/demo")
    expect(visitor.get_by_role("heading", name="1 comment:")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("put back")
    expect(card).to_have_count(1)
    visitor.reload()
    expect(visitor.get_by_role("heading", name="No comments:")).to_be_visible()


def test_many_are_ticked_and_decided_at_once(people: People) -> None:
    page = people.robin
    ticks = page.locator(".tick input")
    count = ticks.count()
    assert count >= 2
    for i in range(count):
        ticks.nth(i).check()
    page.get_by_role("button", name="Approve the ticked").click()
    expect(said(page)).to_contain_text(f"{count} comments approved.")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-comment-id]")).to_have_count(count)


def test_enter_decides_nothing(people: People) -> None:
    page = people.robin
    count = page.locator("[data-comment-id]").count()
    tick = page.get_by_role("checkbox").first
    tick.check()
    tick.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose what is to be done.")
    expect(page.get_by_role("checkbox").first).to_be_checked()
    page.get_by_text("Give a reason").first.click()
    page.get_by_label("Reason, for the log").first.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was decided yet.")
    expect(page.locator("[data-comment-id]")).to_have_count(count)


def test_a_stale_decision_says_who_was_faster(people: People, demo_service: Demo) -> None:
    page = people.robin
    page.goto(demo_service.url + "/sites/demo/desk")
    second = page.context.new_page()
    second.goto(page.url)
    card = "[data-comment-id] >> nth=0"
    page.locator(card).get_by_role("button", name="Spam").click()
    expect(said(page)).to_contain_text("marked as spam")
    second.locator(card).get_by_role("button", name="Approve").click()
    expect(second.get_by_role("alert")).to_contain_text(re.compile(r"Robin\s+marked it as spam on \d+ \w+ 20\d\d"))
    second.close()
    page.get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("put back")


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def _outlined(element: Locator) -> bool:
    style: dict[str, str] = element.evaluate(
        "e => ({s: getComputedStyle(e).outlineStyle, w: getComputedStyle(e).outlineWidth})"
    )
    return style["s"] == "solid" and float(style["w"].removesuffix("px")) >= 2


def test_the_keyboard_reaches_everything_in_reading_order(people: People, demo_service: Demo) -> None:
    page = people.ada
    page.goto(demo_service.url + "/sites/demo/thread?key=/demo")
    reachable = page.locator("a[href], button:not([disabled]), input:not([type=hidden]), textarea, select, summary")
    wanted = [one.evaluate("e => e.outerHTML") for one in reachable.all()]
    for html in wanted:
        page.keyboard.press("Tab")
        element = focused(page)
        assert element.evaluate("e => e.outerHTML") == html
        assert _outlined(element), html
        box = element.bounding_box()
        assert box is not None
        in_a_sentence = 'rel="ugc' in html  # the size of such links is the text's (WCAG 2.5.8)
        assert in_a_sentence or box["height"] >= 24, html
    assert len(wanted) >= 6


def test_by_keyboard_alone_from_skip_link_to_posted(people: People, demo_service: Demo) -> None:
    page = people.ada
    page.goto(demo_service.url + "/sites/demo/thread?key=/by-keyboard")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to the comments")
    expect(focused(page)).to_be_in_viewport()
    page.keyboard.press("Enter")
    while focused(page).get_attribute("id") != "text":
        page.keyboard.press("Tab")
    page.keyboard.type("Typed and sent without a mouse, https://a.example https://b.example https://c.example")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Post comment")
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text("waits for approval")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_spills_sideways(people: People, demo_service: Demo, width: int) -> None:
    page = people.robin
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/demo", "/sites/demo/thread?key=/demo", "/sites/demo/desk", "/sites/demo/sign-in", "/nowhere/else"):
        page.goto(demo_service.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_every_control_has_a_name_and_headings_are_in_order(people: People, demo_service: Demo) -> None:
    page = people.robin
    for path in ("/demo", "/sites/demo/desk", "/sites/demo/sign-in"):
        page.goto(demo_service.url + path)
        levels = [int(one.evaluate("e => e.tagName")[1]) for one in page.locator("h1, h2, h3, h4").all()]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels)), path
        for control in page.locator("button:visible, input:visible, textarea:visible, a:visible").all():
            expect(control).to_have_accessible_name(re.compile(r"\S"))
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("banner")).to_have_count(1)


def test_scripts_in_comments_do_not_run_even_where_scripts_may(
    browser: Browser, people: People, demo_service: Demo
) -> None:
    page = people.robin
    payload = '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) <svg/onload=alert(1)> **ok**'
    page.goto(demo_service.url + "/demo")
    page.get_by_label("Your comment").fill(payload)
    page.get_by_role("button", name="Post comment").click()
    expect(said(page)).to_contain_text("published")
    context = browser.new_context(java_script_enabled=True)
    reading, seen = context.new_page(), []
    reading.on("dialog", lambda dialog: (seen.append("dialog"), dialog.dismiss()))
    reading.on("request", lambda request: seen.append(request.url))
    reading.goto(demo_service.url + "/demo")
    expect(reading.get_by_text("onerror=")).to_be_visible()
    expect(reading.locator(".text img, .text svg, .text a")).to_have_count(0)
    assert reading.title() == "The radio in the green room"
    assert all(url.startswith(demo_service.url) for url in seen)
    context.close()


def test_signing_out(people: People, demo_service: Demo) -> None:
    page = people.ada
    page.goto(demo_service.url + "/demo")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(demo_service.url + "/demo")
    expect(page.get_by_role("link", name="Sign in to comment")).to_be_visible()
