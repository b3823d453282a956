"""The desk in a real browser: by keyboard, with colleagues, with an author who edits, without scripts, by axe."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.behind import behind
from tests.running import Running, running
from tests.web.pages.desk_sites import Made, Site, desk, in_thread, make_sites, sign_in

_SITES = {"keys": 50, "two": 6, "edit": 4, "bulk": 34, "campaign": 24, "pages": 6, "line": 8, "order": 3}
_KEYS = {"approve": ["a"], "reject": ["r", "2", "Enter"], "mark_spam": ["s"], "remove": ["d"]}
_BECOMES = {"approve": "approved", "reject": "rejected", "mark_spam": "spam", "remove": "removed"}
CURRENT = ".card.current"


class Place:
    """The running service and its sites."""

    def __init__(self, service: Running, made: Made) -> None:
        self.service, self.made, self.sites = service, made, made.sites

    def call(self, site: Site, who: str) -> Callable[..., tuple[int, Any]]:
        return self.service.caller(site.name, site.tokens[who])

    def statuses(self, site: Site) -> dict[str, str]:
        """The status of every comment, as the log of decisions and the queue tell it."""
        ask, found = self.call(site, "Olive"), {}
        for status in ("pending", "approved", "rejected", "spam", "removed"):
            for item in ask("GET", f"/queue?status={status}&limit=200")[1]["items"]:
                found[item["id"]] = status
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data, made = tmp_path_factory.mktemp("desk") / "data", Made()
    data.mkdir()
    in_thread(make_sites(data, made, _SITES))
    with running(data) as service:
        yield Place(service, made)


Signed = Callable[..., Page]


@pytest.fixture
def signed(place: Place, browser: Browser) -> Iterator[Signed]:
    """Opens the desk of a site as somebody; faults on the page fail the test."""
    contexts, faults = [], []

    def as_member(site: str, who: str, query: str = "", **options: Any) -> Page:
        context = sign_in(browser, place.service.url, place.sites[site], who, **options)
        contexts.append(context)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        return desk(context, place.sites[site], query)

    yield as_member
    for context in contexts:
        context.close()
    assert not faults


def current(page: Page) -> str:
    found = page.locator(CURRENT).get_attribute("data-comment-id")
    assert found is not None
    return found


def test_fifty_comments_by_keyboard_alone(place: Place, signed: Signed) -> None:
    site, page, presses, seen = place.sites["keys"], signed("keys", "Mo"), 0, []
    wanted = dict(site.comments)
    expect(page.locator(CURRENT)).to_have_count(1)
    while len(seen) < len(wanted):
        comment = current(page)
        assert comment not in seen  # it never comes back, and none is shown twice
        campaign = "four thousand" in page.locator(f"{CURRENT} .text").inner_text()
        keys = ["g", "Shift+S"] if campaign else _KEYS[wanted[comment]]
        together = [one for one, _ in site.comments[10:15]] if campaign else [comment]
        for key in keys:
            page.keyboard.press(key)
        presses += len(keys)
        seen += together
        if len(seen) < len(wanted):
            expect(page.locator(CURRENT)).not_to_have_attribute("data-comment-id", comment)
    expect(page.get_by_text("Nothing waits for you. Well done.")).to_be_visible()
    expect(page.locator("[data-tab=pending] .count")).to_have_text("0")
    assert place.statuses(site) == {comment: _BECOMES[action] for comment, action in site.comments}
    singles = [action for i, (_, action) in enumerate(site.comments) if not 10 <= i < 15]
    assert presses == 2 + sum(len(_KEYS[action]) for action in singles) == 71
    for _ in range(2):  # the second does not wait for the first, and takes back the decision before
        page.keyboard.press("z")
    expect(page.locator("#said")).to_contain_text("1 comment put back as before.")
    expect(page.locator("[data-tab=pending] .count")).to_have_text("2")
    expect(page.locator(".card")).to_have_count(2)
    back = {comment for comment, status in place.statuses(site).items() if status == "pending"}
    assert back == {comment for comment, _ in site.comments[-2:]}


def _until(page: Page, holds: Callable[[], bool]) -> None:
    """Waits while the page goes on."""
    give_up = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < give_up
        page.wait_for_timeout(20)


def test_undo_goes_by_the_order_of_the_keys_not_of_the_answers(place: Place, signed: Signed) -> None:
    page, site = signed("order", "Mo"), place.sites["order"]
    expect(page.locator(CURRENT)).to_have_count(1)
    before, held = place.statuses(site), list[Route]()
    page.route("**/desk/decisions*", lambda route: route.continue_() if held else held.append(route))
    chosen = []
    for _ in range(2):
        chosen.append(current(page))
        page.keyboard.press("a")
        expect(page.locator(CURRENT)).not_to_have_attribute("data-comment-id", chosen[-1])
    _until(page, lambda: place.statuses(site).get(chosen[1]) == "approved")
    page.keyboard.press("z")
    _until(page, lambda: place.statuses(site).get(chosen[1]) == "pending")
    page.keyboard.press("z")  # what it takes back has no answer yet
    held[0].continue_()
    expect(page.locator("#said")).to_contain_text("1 comment put back as before.")
    _until(page, lambda: place.statuses(site) == before)


def test_a_reason_is_shown_before_it_is_told(place: Place, signed: Signed) -> None:
    page = signed("pages", "Mo")
    expect(page.locator(CURRENT)).to_have_count(1)
    author = page.locator(CURRENT).get_attribute("data-author")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("1")
    told = dialog.locator("#told")
    expect(told).to_contain_text(f"{author}, by mail where an address is known")
    expect(told).to_contain_text("It is not about what this page is about.")
    dialog.get_by_label("In your own words").fill("r a s d: see the rules")
    expect(told).to_contain_text("r a s d: see the rules")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert "rejected" not in place.statuses(place.sites["pages"]).values()


def test_keys_are_shown_can_be_changed_and_never_fire_while_typing(place: Place, signed: Signed) -> None:
    page = signed("pages", "Mo")
    expect(page.locator(CURRENT)).to_have_count(1)
    first, before = current(page), place.statuses(place.sites["pages"])
    page.keyboard.press("/")
    page.keyboard.type("asdrzxj147?")
    expect(page.locator("#q")).to_have_value("asdrzxj147?")
    for modified in ("Control+a", "Alt+s", "Meta+d"):
        page.locator(CURRENT).focus()
        page.keyboard.press(modified)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.get_by_role("row")).to_have_count(23)
    page.keyboard.press("a")  # not while a dialog is open
    dialog.get_by_role("button", name="Next comment: j.").click()
    page.keyboard.press("a")
    expect(dialog.locator("#help-said")).to_contain_text("a is the key of “Approve")
    dialog.get_by_role("button", name="Next comment: j.").click()
    page.keyboard.press("n")
    expect(dialog.get_by_role("button", name="Next comment: n.")).to_be_focused()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(CURRENT)).to_have_attribute("data-comment-id", first)
    page.keyboard.press("j")
    expect(page.locator(CURRENT)).to_have_attribute("data-comment-id", first)
    page.keyboard.press("n")
    expect(page.locator(CURRENT)).not_to_have_attribute("data-comment-id", first)
    page.keyboard.press("k")
    expect(page.locator(CURRENT)).to_have_attribute("data-comment-id", first)
    page.keyboard.press("6")
    expect(page).to_have_url(re.compile("status=rejected"))
    assert place.statuses(place.sites["pages"]) == before


def test_two_moderators_and_one_comment(place: Place, signed: Signed) -> None:
    mo, olive = signed("two", "Mo"), signed("two", "Olive")
    (first, _), (second, _), (third, _), *_ = place.sites["two"].comments
    expect(mo.locator("#others")).to_have_text("Olive is here, too.")
    expect(mo.locator(f"{CURRENT} .looking")).to_have_text("Olive is looking at this one.")
    olive.keyboard.press("a")
    guard = mo.locator(f"[data-comment-id='{first}'] .guard")
    expect(guard).to_contain_text("Olive approved it on")
    expect(guard).to_contain_text("It is approved now.")
    mo.keyboard.press("d")  # meant for what was there before
    expect(mo.locator("#said")).to_contain_text("It has changed since you looked.")
    assert place.statuses(place.sites["two"])[first] == "approved"
    deaf = signed("two", "Mo")
    deaf.route("**/desk/events", lambda route: route.abort())
    deaf.reload()  # no news reach this page: the version alone guards
    expect(deaf.locator(CURRENT)).to_have_attribute("data-comment-id", second)
    expect(olive.locator(CURRENT)).to_have_attribute("data-comment-id", second)
    olive.keyboard.press("s")
    expect(olive.locator("#said")).to_contain_text("marked as spam")
    deaf.keyboard.press("a")
    expect(deaf.locator("#said")).to_contain_text("1 comment left alone, having changed since you looked.")
    expect(deaf.locator(f"[data-comment-id='{second}'] .guard")).to_contain_text("Olive marked it as spam")
    assert place.statuses(place.sites["two"])[second] == "spam"
    log = place.call(place.sites["two"], "Olive")("GET", "/log")[1]["decisions"]
    assert [(one["comment_id"], one["who"]["name"]) for one in log] == [(second, "Olive"), (first, "Olive")]
    assert place.statuses(place.sites["two"])[third] == "pending"


def test_an_author_edits_while_a_moderator_looks(place: Place, signed: Signed) -> None:
    site, page = place.sites["edit"], signed("edit", "Mo")
    (comment, _), *_ = site.comments[1:]
    expect(page.locator(CURRENT)).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(CURRENT)).to_have_attribute("data-comment-id", comment)
    json_type = {"Content-Type": "application/json"}
    edit = place.service.url + f"/api/v1/sites/edit/comments/{comment}"
    answer = page.request.patch(
        edit,
        data=json.dumps({"text": "score 0.6 something else altogether"}),
        headers={**json_type, "Authorization": f"Bearer {site.tokens['Ada']}", "If-Match": '"1"'},
    )
    assert answer.status == 202, answer.text()
    card = page.locator(f"[data-comment-id='{comment}']")
    expect(card.locator(".guard")).to_contain_text("It was edited while you looked.")
    expect(card.locator(".guard ins")).to_contain_text(["something else altogether"])
    expect(card.locator(".text")).to_contain_text("something else altogether")
    page.keyboard.press("a")
    expect(page.locator("#said")).to_contain_text("press once more")
    assert place.statuses(site)[comment] == "pending"
    page.keyboard.press("a")
    expect(page.locator("#said")).to_contain_text("1 comment approved.")
    assert place.statuses(site)[comment] == "approved"


def _bulk(place: Place, page: Page, site: Site, count: int, on_page: int) -> None:
    expect(page.locator(".card")).to_have_count(on_page)
    page.keyboard.press("Shift+X")
    expect(page.locator("#ticked")).to_have_text(f"{on_page} ")
    page.keyboard.press("Shift+D")
    expect(page.locator("#said")).to_contain_text(f"{on_page} comments removed.")
    expect(page.locator("[data-tab=removed] .count")).to_have_text(str(on_page))
    assert list(place.statuses(site).values()).count("removed") == on_page
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text(f"{on_page} comments put back as before.")
    expect(page.locator("[data-tab=pending] .count")).to_have_text(str(count))
    assert set(place.statuses(site).values()) == {"pending"}


# The first click makes the next card the current one at once, and the second meets that.
_DOUBLE_CLICK = """() => {
  for (const detail of [1, 2]) {
    const click = new MouseEvent("click", { bubbles: true, cancelable: true, detail });
    document.querySelector(".card.current .act.approve").dispatchEvent(click);
  }
}"""


def test_many_at_once_and_back(place: Place, signed: Signed) -> None:
    page = signed("bulk", "Mo")
    _bulk(place, page, place.sites["bulk"], 34, 30)
    expect(page.locator(".card")).to_have_count(30)
    expect(page.locator(f"{CURRENT} .act.approve")).to_be_visible()
    place_of_buttons = page.locator(f"{CURRENT} .act.approve").bounding_box()
    gone = current(page)
    page.locator(f"{CURRENT} .act.approve").click()
    expect(page.locator(CURRENT)).not_to_have_attribute("data-comment-id", gone)
    _comes_to_lie(page, place_of_buttons)  # where the hand is
    page.evaluate(_DOUBLE_CLICK)  # the mouse's own can take long on a busy machine
    expect(page.locator("#said")).to_contain_text("1 comment approved.")
    expect(page.locator("#said")).to_contain_text("The second click came too soon")
    assert list(place.statuses(place.sites["bulk"]).values()).count("approved") == 2  # the second click hit nobody


def _comes_to_lie(page: Page, wanted: object) -> None:
    """Waits until the current card's button is just there."""
    give_up = time.monotonic() + 10
    while (found := page.locator(f"{CURRENT} .act.approve").bounding_box()) != wanted:
        assert time.monotonic() < give_up, (found, wanted)


def test_searching(signed: Signed) -> None:
    page = signed("campaign", "Mo")
    page.keyboard.press("/")
    page.keyboard.type("link:easy12.example")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator("#q")).to_have_value("link:easy12.example")
    page.locator("#q").fill("colour:red")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no operator colour:")


def test_a_campaign_is_one_decision_without_scripts(place: Place, signed: Signed) -> None:
    page = signed("campaign", "Mo", java_script_enabled=False)
    card = page.locator(".card:has(.text:has-text('four thousand'))").first
    card.get_by_label("and the 4 that wait and say nearly the same").check()
    card.get_by_role("button", name="Spam").click()
    expect(page.get_by_role("status").filter(has_text="marked as spam")).to_contain_text("5 comments marked as spam.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="put back")).to_contain_text("5 comments put back")


def _paths(place: Place, site: str) -> list[str]:
    ask = place.call(place.sites[site], "Olive")
    comment = place.sites[site].comments[0][0]
    member = ask("GET", "/members")[1]["members"][0]["id"]
    thread = ask("GET", "/threads")[1]["threads"][0]["id"]
    below = ["", "?status=spam", "?status=approved", "/log", f"/comments/{comment}", "/members", f"/members/{member}"]
    below += ["/threads", f"/threads/{thread}", "/model", "/settings", "/keys", "/you"]
    return [f"/sites/{site}/desk{path}" for path in below]


def test_every_page_without_scripts_and_on_a_phone(place: Place, signed: Signed) -> None:
    page = signed("pages", "Olive", java_script_enabled=False)
    for path in _paths(place, "pages"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def _look(axe: Axe, page: Page, path: str, context: str | None = None, **options: Any) -> None:
    found = axe.run(page, context=context, options={"resultTypes": ["violations"], **options})
    assert found.violations_count == 0, (path, options, found.generate_report())


@pytest.fixture
def barrier_free(place: Place, browser: Browser) -> Iterator[Callable[[str, bool], Page]]:
    """Opens a page of the desk and has axe look at it, in the dark too."""
    axe, context = Axe(), sign_in(browser, place.service.url, place.sites["pages"], "Olive", bypass_csp=True)
    page = context.new_page()  # axe's own script would not be let in

    def look(path: str, dark: bool) -> Page:
        page.goto(path)
        _look(axe, page, path)
        if dark:
            page.emulate_media(color_scheme="dark")
            _look(axe, page, path, runOnly=["color-contrast"])
            page.emulate_media(color_scheme="light")
        return page

    yield look
    context.close()


def test_axe_finds_nothing_in_the_queue_and_its_dialogs(barrier_free: Callable[[str, bool], Page]) -> None:
    page = barrier_free("/sites/pages/desk", True)
    for key, name in (("?", "Keys"), ("r", "Reject")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        _look(Axe(), page, name, "dialog[open]")  # the page behind it is as it was
        page.keyboard.press("Escape")


@pytest.mark.parametrize("start", [pytest.param(1, marks=pytest.mark.long), 2])
def test_axe_finds_nothing_on_the_other_pages(
    place: Place, barrier_free: Callable[[str, bool], Page], start: int
) -> None:
    """Every page; half of them in the long run only."""
    for path in _paths(place, "pages")[start::2]:
        barrier_free(path, path.endswith(("/settings", "/model")))


def test_nothing_on_the_page_can_make_markup_of_text_or_ask_elsewhere(place: Place, signed: Signed) -> None:
    page, asked = signed("pages", "Mo"), []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator(CURRENT)).to_have_count(1)
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return '' } catch (fault) { return fault.name } }"
    )
    assert refused == "TypeError"
    assert asked
    assert all(url.startswith(place.service.url) for url in asked)


def test_what_changed_since_it_was_looked_at_is_shown_and_not_kept(place: Place, signed: Signed) -> None:
    site = place.sites["pages"]
    ask = place.call(site, "Olive")
    comment = ask("GET", "/queue?status=pending")[1]["items"][0]["id"]
    assert ask("POST", "/decisions", {"action": "approve", "comments": [{"id": comment, "version": 1}]})[0] == 200
    assert place.service.caller("pages", None)("POST", f"/comments/{comment}/reports", {"reason": "It sells"})[0] == 202
    page = signed("pages", "Mo", "?status=reported")
    page.route("**/events*", lambda route: route.abort())  # else the card may be brought in anew before the click
    page.reload()
    card = page.locator(CURRENT)
    expect(card).to_have_attribute("data-version", "2")
    with behind(str(place.service.data / "greenroom.sqlite")) as connection:
        connection.execute("UPDATE comments SET version = 3, text = 'Another text' WHERE id = ?", (comment,))
        connection.commit()
    card.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status").filter(has_text="Nothing was decided")).to_contain_text("has changed")
    expect(card).to_have_attribute("data-version", "3")
    card.get_by_role("button", name="Keep it").click()
    expect(page.locator(".card")).to_have_count(0)


def test_the_hold_line_tells_at_once_what_it_would_have_done(place: Place, signed: Signed) -> None:
    """By the figures in the page, without asking; the same as the service says of that line."""
    site, asked = place.sites["line"], []
    ask = place.call(site, "Olive")
    for comment, action in site.comments:
        made = {"action": "mark_spam" if action == "mark_spam" else "approve"}
        assert ask("POST", "/decisions", {**made, "comments": [{"id": comment, "version": 1}]})[0] == 200
    page = signed("line", "Mo", "/model")
    told = page.locator("#simulated table")
    page.on("request", lambda request: asked.append(request.url))
    for line in ("0.005", "0.4", "1"):
        page.locator("#hold").fill(line)
        expect(page.locator("#hold-told")).to_have_text(f"{float(line):.3f}")
        moved = told.inner_text()
        assert not [url for url in asked if "/sites/" in url]
        page.goto(f"/sites/line/desk/model?hold_at={line}")
        assert told.inner_text() == moved
        asked.clear()


def test_a_training_is_watched_without_the_page(place: Place, signed: Signed) -> None:
    page, asked = signed("pages", "Mo"), []
    now = int(time.time() * 1000)
    with behind(str(place.service.data / "greenroom.sqlite")) as connection:
        connection.execute(
            "INSERT INTO trainings (id, site_id, kind, cause, state, step, progress, labels, created_at, seen_at)"
            " VALUES ('t', 'pages', 'full', 'request', 'running', 'fitting', 0.25, 9, ?, ?)",
            (now, now),
        )
        connection.commit()
        page.goto("/sites/pages/desk/model")
        expect(page.locator("#progress")).to_contain_text("25 %")
        page.on("request", lambda request: asked.append(request.url.removeprefix(place.service.url)))
        connection.execute("UPDATE trainings SET progress = 0.5 WHERE id = 't'")
        connection.commit()
        expect(page.locator("#progress")).to_contain_text("50 %")
        assert set(asked) == {"/sites/pages/desk/model/progress"}
        connection.execute("UPDATE trainings SET state = 'failed', reason = 'Ended', finished_at = 1 WHERE id = 't'")
        connection.commit()
    expect(page.locator("#progress[data-running]")).to_have_count(0)
    expect(page.get_by_role("table", name="The latest trainings")).to_contain_text("Ended")


@pytest.mark.long
def test_two_hundred_at_once_and_back(place: Place, signed: Signed) -> None:
    in_thread(make_sites(place.service.data, place.made, {"many": 200}))
    page = signed("many", "Mo", "?many=1")
    _bulk(place, page, place.sites["many"], 200, 200)
