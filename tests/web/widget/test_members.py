"""Who may comment, and how he becomes so: our window, a typed code, the blog's sign-on, asking, an invitation."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.widget.conftest import Readers, Reading, Stage

DRAFT = "A thought that must not be lost."


@pytest.fixture(scope="module")
def ada(browser: Browser, stage: Stage) -> Iterator[Reading]:
    """Ada, who is signed in on the service's own pages; her link works once."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    reading = Reading(context)
    reading.page.goto(stage.ada)
    reading.page.get_by_role("button", name="Sign in as Ada").click()
    expect(reading.page).to_have_url(re.compile("/demo"))
    yield reading
    context.close()


@pytest.fixture
def signed_out(ada: Reading) -> Iterator[Reading]:
    """Ada's browser on a fresh page of the blog, where no session is kept."""
    ada.asked.clear()
    yield ada
    if ada.page.url.startswith("http://localhost"):
        ada.page.evaluate("localStorage.clear()")


def window_of(page: Page) -> Page:
    """The window that the page's button opens."""
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Sign in to comment").click()
    popup.value.wait_for_url(re.compile("/popup"))
    return popup.value


def fill(reading: Reading, text: str = DRAFT) -> None:
    reading.widget.get_by_label("Your comment").fill(text)


def test_v7_v14_signing_in_returns_to_the_post_with_the_draft(stage: Stage, signed_out: Reading) -> None:
    thread = stage.thread()
    page = signed_out.open(stage.post(thread))
    fill(signed_out)
    with (popup := window_of(page)).expect_event("close"):
        popup.get_by_role("button", name="Go on as Ada").click()
    expect(signed_out.widget.get_by_label("Your comment")).to_have_value(DRAFT)
    expect(signed_out.widget.get_by_label("Your comment")).to_be_focused()
    signed_out.widget.get_by_role("button", name="Post comment").click()
    expect(signed_out.comments).to_contain_text(DRAFT)
    assert page.evaluate("document.cookie") == ""
    assert not [one for one in signed_out.context.cookies() if "localhost" in one["domain"]]
    assert "gr_" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    page.reload()
    expect(signed_out.widget.get_by_role("button", name="Sign out")).to_be_visible()
    signed_out.widget.get_by_role("button", name="Sign out").click()
    expect(signed_out.widget.get_by_role("button", name="Sign in to comment")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_window_that_lost_the_page_shows_a_code_to_type(stage: Stage, signed_out: Reading) -> None:
    page = signed_out.open(stage.post(stage.thread(), Cross_Origin_Opener_Policy="same-origin"))
    fill(signed_out)
    popup = window_of(page)
    popup.get_by_role("button", name="Go on as Ada").click()
    popup.get_by_role("button", name="Show me a code").click()
    code = popup.locator(".code").inner_text()
    popup.close()
    page.reload()  # as in browsers where the window took the page's place
    signed_out.widget.get_by_label("Code", exact=True).fill(code.lower())
    signed_out.widget.get_by_role("button", name="Go on").click()
    signed_out.expect_signed_in("Ada")
    expect(signed_out.widget.get_by_label("Your comment")).to_have_value(DRAFT)


def test_other_messages_than_ours_are_ignored(stage: Stage, signed_out: Reading) -> None:
    page = signed_out.open(stage.post(stage.thread()))
    popup = window_of(page)
    expect(signed_out.widget.get_by_label("Code", exact=True)).to_be_visible()
    state = page.evaluate("JSON.parse(Object.values(localStorage).find(one => one.includes('verifier'))).state")
    page.evaluate("state => postMessage({type: 'greenroom:code', code: 'x', state}, '*')", state)  # not our origin
    for told in ("{type: 'greenroom:code', code: 'x', state: 'y'}", "null", "{type: 1, code: 'x', state}", "{state}"):
        popup.evaluate(f"state => opener.postMessage({told}, '*')", state)
    page.evaluate("new Promise(go => { addEventListener('message', go); postMessage('last', '*'); })")
    assert [one for one in signed_out.asked if one.startswith("POST") and one.endswith("/session")] == []
    expect(signed_out.widget.get_by_role("alert")).to_be_hidden()
    popup.close()
    signed_out.widget.get_by_role("button", name="Cancel").click()
    expect(signed_out.widget.get_by_label("Your comment")).to_be_focused()


def test_the_session_goes_on_and_tabs_take_turns(stage: Stage, readers: Readers) -> None:
    reader = readers()
    url = stage.post(stage.thread(), f'sso="{stage.vouch("Turing")}"')
    reader.open(url)
    reader.expect_signed_in("Turing")
    tabs = [reader.context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(url, wait_until="commit")
    for tab in tabs:
        expect(tab.locator("greenroom-comments .as")).to_have_text("as Turing")
    tabs[0].locator("greenroom-comments").get_by_role("button", name="Sign out").click()
    for tab in [reader.page, *tabs]:
        expect(tab.locator("greenroom-comments").get_by_role("button", name="Sign in to comment")).to_be_visible()


def test_sso_by_a_function(stage: Stage, reader: Reading) -> None:
    token = stage.vouch("Hopper")
    script = f"""<script type="module">
      document.querySelector("greenroom-comments").sso = async () => "{token}";
    </script>"""
    page = reader.open(stage.blog.page(stage.embedded(stage.thread()) + script))
    reader.expect_signed_in("Hopper")
    page.evaluate("document.querySelector('greenroom-comments').signOut()")
    expect(reader.widget.get_by_role("button", name="Sign in to comment")).to_be_visible()


def test_a_blog_with_a_login_of_its_own(stage: Stage, reader: Reading) -> None:
    reader.open(stage.post(stage.thread(), 'sign-in-url="/login"'))
    link = reader.widget.get_by_role("link", name="Sign in to comment")
    expect(link).to_have_attribute("href", f"{stage.blog.origin}/login")


def test_v6_signed_in_and_no_member(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    reader.open(stage.post(thread, f'sso="{stage.vouch("Stranger", member=False)}"'))
    panel = reader.widget.locator(".panel")
    expect(panel).to_contain_text("You are signed in as Stranger, who is not a member of this blog yet.")
    fill(reader)
    expect(reader.widget.get_by_role("button", name="Post comment")).to_have_count(0)
    expect(panel.get_by_role("button", name="Sign in as somebody else")).to_be_visible()
    panel.get_by_role("button", name="Ask to become a member").click()
    expect(panel).to_contain_text("You have asked to become a member")
    reader.page.reload()
    expect(panel).to_contain_text("You have asked to become a member")
    expect(reader.widget.get_by_label("Your comment")).to_have_value(DRAFT)
    asked = stage.owner("GET", "/membership-requests")[1]["requests"]
    assert stage.owner("POST", f"/membership-requests/{asked[-1]['id']}/accept", {})[0] == 200
    reader.page.reload()
    reader.widget.get_by_role("button", name="Post comment").click()
    expect(reader.comments).to_contain_text(DRAFT)


def test_an_invitation_is_accepted_where_one_stands(stage: Stage, reader: Reading) -> None:
    made = stage.owner("POST", "/invitations", {})[1]
    reader.open(stage.post(stage.thread(), f'sso="{stage.vouch("Guest Star", member=False)}"'))
    panel = reader.widget.locator(".panel")
    fill(reader)
    panel.get_by_label("Code of an invitation").fill(made["url"])
    panel.get_by_role("button", name="Go on").click()
    expect(reader.widget.get_by_role("button", name="Post comment")).to_be_visible()
    expect(reader.widget.get_by_label("Your comment")).to_have_value(DRAFT)


def test_suspended_and_banned_are_told_why(stage: Stage, reader: Reading) -> None:
    stage.member("Loud")
    loud = next(one for one in stage.owner("GET", "/members?limit=200")[1]["members"] if one["name"] == "Loud")
    for status, words in (("suspended", "Your membership is suspended"), ("banned", "Your membership was ended")):
        assert stage.owner("PATCH", f"/members/{loud['id']}", {"status": status})[0] == 200
        reader.open(stage.post(stage.thread(), f'sso="{stage.vouch("Loud")}"'))
        expect(reader.widget.locator(".panel")).to_contain_text(words)
        reader.page.evaluate("localStorage.clear()")


def test_a_session_that_was_ended_keeps_the_draft(stage: Stage, reader: Reading) -> None:
    reader.open(stage.post(stage.thread(), f'sso="{stage.vouch("Brief")}"'))
    reader.expect_signed_in("Brief")
    fill(reader)
    told = stage.visitor("POST", "/session", {"sso": stage.vouch("Brief")})[1]
    assert stage.service.caller("demo", told["token"])("DELETE", "/session?everywhere=1")[0] == 204
    reader.widget.get_by_role("button", name="Post comment").click()
    expect(reader.widget.get_by_role("alert")).to_contain_text("Your sign-in has ended")
    expect(reader.widget.get_by_role("button", name="Sign in to comment")).to_be_visible()
    expect(reader.widget.get_by_label("Your comment")).to_have_value(DRAFT)


def test_the_demo_embeds_the_widget_for_whoever_is_signed_in(stage: Stage, ada: Reading, reader: Reading) -> None:
    ada.faults.clear()
    page = ada.open(f"{stage.service.url}/demo")
    ada.expect_signed_in("Ada")
    ada.widget.get_by_label("Your comment").fill("Under our own post.")
    page.get_by_role("button", name="Post comment").click()
    expect(ada.comments.filter(has_text="Under our own post.")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    reader.open(f"{stage.service.url}/demo")
    for words in ("Post a Comment", "Note: Only a member of this blog may post a comment."):
        expect(reader.page.get_by_text(words, exact=True)).to_have_count(1)
    expect(reader.widget.get_by_role("button", name="Sign in to comment")).to_be_visible()
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(ada.widget.get_by_role("button", name="Sign in to comment")).to_be_visible()
    assert ada.faults == reader.faults == []
