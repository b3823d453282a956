"""New comments are told while a page is open: by a stream, and whatever becomes of it on its way."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.web.widget.conftest import Reading, Stage
from tests.web.widget.relay import relay

STREAM = re.compile("/events[?]")


def news(reader: Reading, count: str = "1 new comment") -> Locator:
    """What says that there are new ones."""
    return reader.widget.get_by_role("button", name=f"{count}, show")


def wait_for(page: Page, wanted: Locator) -> None:
    """Lets the page's own clock run until this is there."""
    for _ in range(200):
        if wanted.is_visible():
            return
        page.clock.run_for(5_000)
    expect(wanted).to_be_visible()


def streams(reader: Reading) -> int:
    """How often a stream was asked for."""
    return len([one for one in reader.asked if STREAM.search(one)])


def test_new_comments_are_told_and_shown_when_wanted(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "there before")
    with stage.policy(moderation="always"):
        held = stage.comment(thread, "held for long", stage.member("Emmy"))
    reader.open(stage.post(thread, "live"))
    for i in range(3):
        stage.comment(thread, f"fresh {i}")
    stage.decide("approve", held)
    expect(news(reader, "4 new comments")).to_be_visible()
    expect(reader.comments).to_have_count(1)
    news(reader, "4 new comments").click()
    expect(reader.comments).to_have_count(5)
    expect(reader.comments.nth(1)).to_contain_text("held for long")
    expect(reader.widget.get_by_role("heading", level=2)).to_have_text("5 comments:")
    expect(news(reader, "4 new comments")).to_have_count(0)
    expect(reader.comments.nth(1)).to_be_focused()


def test_what_came_between_the_page_and_the_stream_is_told(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()

    def just_before(route: Route) -> None:
        stage.comment(thread, "in between")
        route.continue_()

    reader.page.route(STREAM, just_before, times=1)
    reader.open(stage.post(thread, "live"))
    expect(news(reader)).to_be_visible()


def test_a_stream_that_dies_goes_on_where_it_was(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    with relay(stage.service.url) as between:
        with reader.page.expect_response(STREAM):
            reader.open(stage.post(thread, "live", through=between.url))
        between.cut()
        stage.comment(thread, "after it died")
        expect(news(reader)).to_be_visible()
        reader.page.goto("about:blank")
    first, again = (piece for piece in between.heard if STREAM.search(piece.decode()))
    assert b"Last-Event-ID: " not in first
    assert b"Last-Event-ID: " in again


def test_where_streams_are_refused_the_service_is_asked(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    reader.page.clock.install()
    reader.page.route(STREAM, lambda route: route.fulfill(status=503))
    reader.open(stage.post(thread, "live"))
    stage.comment(thread, "unheard")
    wait_for(reader.page, news(reader))
    assert streams(reader) == 3
    reader.page.unroute_all()
    with reader.page.expect_response(STREAM):  # the stream has its turn again
        reader.page.clock.run_for(120_000)
    stage.comment(thread, "heard")
    expect(news(reader, "2 new comments")).to_be_visible()


@pytest.mark.parametrize("silence", ["nothing comes", "nothing can", "no streams"])
def test_a_stream_that_hangs_is_not_trusted(stage: Stage, reader: Reading, silence: str) -> None:
    """It never opens; it opens, but a proxy keeps what follows; the browser knows none."""
    thread = stage.thread()
    reader.page.clock.install()
    if silence == "no streams":
        reader.page.add_init_script("delete window.EventSource")
    elif silence == "nothing can":
        reader.page.add_init_script("""EventTarget.prototype.addEventListener = (add => function (name, ...rest) {
          if (!(this instanceof EventSource)) add.call(this, name, ...rest);
        })(EventTarget.prototype.addEventListener)""")
    else:
        reader.page.route(STREAM, lambda route: None)
    reader.open(stage.post(thread, "live"))
    stage.comment(thread, "unheard")
    wait_for(reader.page, news(reader))
    news(reader).click()
    expect(reader.comments).to_contain_text("unheard")


def test_a_page_that_nobody_looks_at_follows_nothing(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    page = reader.page
    with page.expect_response(STREAM):
        reader.open(stage.post(thread, "live"))

    def look(away: bool) -> None:
        page.evaluate(
            """away => {
              Object.defineProperty(document, 'hidden', {value: away, configurable: true});
              document.dispatchEvent(new Event('visibilitychange'));
            }""",
            away,
        )

    with page.expect_event("requestfailed", lambda one: bool(STREAM.search(one.url))):  # it is closed
        look(away=True)
    stage.comment(thread, "meanwhile")
    look(away=False)
    expect(news(reader)).to_be_visible()
    assert streams(reader) == 2
