"""Reading the comments of a blog on another host, in a browser: words, order, pages, links, tombstones, languages."""

import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.web.widget.conftest import SITE, Readers, Reading, Stage

Many = tuple[str, list[dict[str, object]]]
NOTE = "Note: Only a member of this blog may post a comment."


@pytest.fixture(scope="module")
def many(stage: Stage) -> Many:
    """A thread of more than a page, and its comments."""
    thread = stage.thread()
    return thread, [stage.comment(thread, f"number {i}") for i in range(103)]


def test_v1_headings_count_in_words(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    url = stage.post(thread)
    for heading in ("No comments:", "1 comment:", "2 comments:"):
        reader.open(url)
        expect(reader.widget.get_by_role("heading", level=2)).to_have_text(heading)
        stage.comment(thread, f"after {heading}")


def test_v2_message_note_and_editor_stand_in_this_order(stage: Stage, reader: Reading) -> None:
    with stage.policy(form_message="Be kind.\nStay curious."):
        reader.open(stage.post(stage.thread()))
    words = ["No comments:", "Post a Comment", "Be kind.", NOTE, "Your comment"]
    text = reader.widget.locator("section").first.inner_text()
    places = [text.index(one) for one in words]
    assert places == sorted(places)
    assert reader.faults == []


def test_v3_the_note_depends_on_the_policy_alone(stage: Stage, reader: Reading) -> None:
    url = stage.post(stage.thread(), f'sso="{stage.vouch("Grace")}"')
    reader.open(url)
    expect(reader.widget.get_by_role("button", name="Post comment")).to_be_visible()
    expect(reader.widget.get_by_text(NOTE)).to_be_visible()
    for policy in ("anyone", "signed_in"):
        with stage.policy(who_may_comment=policy):
            reader.open(url)
            expect(reader.widget.get_by_role("heading", name="Post a Comment")).to_be_visible()
            expect(reader.widget.get_by_text(NOTE)).to_have_count(0)


def test_v10_what_is_not_approved_is_not_there(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    grace = stage.member("Grace")
    with stage.policy(moderation="always"):
        held = [stage.comment(thread, f"held {i}", grace) for i in range(3)]
    stage.decide("reject", held[1])
    stage.decide("mark_spam", held[2])
    reader.open(stage.post(thread))
    expect(reader.widget.get_by_role("heading", level=2)).to_have_text("No comments:")
    expect(reader.comments).to_have_count(0)


def test_v11_tombstones_keep_replies_in_place(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    grace = stage.member("Grace")
    first, second = (stage.comment(thread, f"comment {i}", grace) for i in range(2))
    for one in (first, second):
        stage.comment(thread, "a reply", parent_id=one["id"])
    assert grace("DELETE", f"/comments/{first['id']}")[0] == 204
    stage.decide("remove", second)
    reader.open(stage.post(thread))
    texts = reader.comments.locator("[part=text], [part=tombstone]").all_inner_texts()
    assert texts == [
        "This comment was removed by its author.",
        "a reply",
        "This comment was removed by a moderator.",
        "a reply",
    ]


def test_replies_stand_beneath_what_they_answer_in_document_order(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    one = stage.comment(thread, "one")
    stage.comment(thread, "two")
    last = one
    for depth in range(1, 7):
        last = stage.comment(thread, f"one{'.1' * depth}", parent_id=last["id"])
    stage.comment(thread, "one.2", parent_id=one["id"])
    reader.open(stage.post(thread))
    texts = reader.comments.locator("[part=text]").all_inner_texts()
    assert texts == ["one", *[f"one{'.1' * depth}" for depth in range(1, 7)], "one.2", "two"]
    boxes = [one.bounding_box() for one in reader.comments.all()]
    assert all(a and b and a["y"] < b["y"] for a, b in pairwise(boxes))
    assert {box["x"] for box in boxes[3:7] if box} == {boxes[3]["x"]}  # type: ignore[index]
    expect(reader.comments.nth(4)).to_contain_text("in reply to")
    reader.widget.get_by_role("button", name="Newest first").click()
    expect(reader.comments.first).to_contain_text("two")
    assert reader.comments.nth(1).locator("[part=text]").inner_text() == "one"
    assert reader.comments.nth(2).locator("[part=text]").inner_text() == "one.1"


def test_v13_long_threads_come_in_pages(stage: Stage, reader: Reading, many: Many) -> None:
    thread, comments = many
    reader.open(stage.post(thread))
    expect(reader.comments).to_have_count(100)
    expect(reader.widget.get_by_text("Comments 1 to 100 of 103")).to_be_visible()
    reader.widget.get_by_role("button", name="Newer comments").click()
    expect(reader.comments).to_have_count(103)
    focused = reader.page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.commentId")
    assert focused == comments[100]["id"]
    expect(reader.widget.get_by_role("button", name="Newer comments")).to_have_count(0)
    reader.widget.get_by_role("button", name="Newest first").click()
    expect(reader.comments.first).to_contain_text("number 102")
    expect(reader.widget.get_by_role("button", name="Older comments")).to_be_visible()


def test_a_link_to_a_comment_scrolls_and_marks_it(stage: Stage, reader: Reading, many: Many) -> None:
    thread, comments = many
    url = stage.post(thread)
    reader.open(f"{url}#comment-{comments[102]['id']}")
    marked = reader.widget.locator(".marked")
    expect(marked).to_contain_text("number 102")
    expect(marked).to_be_in_viewport()
    expect(marked).to_have_css("animation-name", "arrive")
    reader.page.emulate_media(reduced_motion="reduce")
    expect(marked).to_have_css("animation-name", "none")
    reader.comments.nth(50).locator("a[part=permalink]").click()
    expect(marked).to_contain_text("number 50")
    reader.page.goto(f"{url}#comment-nowhere")
    expect(reader.widget.get_by_role("status")).to_contain_text("not here any more")


def test_times_are_relative_and_exact_on_hover(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    comment = stage.comment(thread, "now")
    reader.open(stage.post(thread))
    when = reader.comments.locator("time")
    expect(when).to_have_text("just now")
    expect(when).to_have_attribute("datetime", comment["created_at"])
    when.hover()
    expect(when).to_have_attribute("title", re.compile(r"20\d\d at \d+:\d\d"))
    later = datetime.fromisoformat(comment["created_at"]) + timedelta(days=3)
    reader.page.clock.set_fixed_time(later)
    reader.open(stage.post(thread))
    expect(when).to_have_text("3 days ago")


def test_p2_a_closed_thread_shows_what_there_is(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "still here")
    with stage.policy(state="closed"):
        reader.open(stage.post(thread))
        expect(reader.comments).to_have_count(1)
        expect(reader.widget.get_by_text("New comments are not allowed here.")).to_be_visible()
        expect(reader.widget.get_by_role("textbox")).to_have_count(0)
        expect(reader.widget.get_by_role("button", name="Reply")).to_have_count(0)


def test_p3_a_hidden_thread_shows_nothing(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "gone")
    with stage.policy(state="hidden"):
        reader.page.goto(stage.post(thread))
        expect(reader.widget).to_be_hidden()
        assert reader.widget.evaluate("e => e.shadowRoot.childElementCount") == 0


def test_what_stands_between_the_tags_is_for_those_without_scripts(
    stage: Stage, reader: Reading, readers: Readers
) -> None:
    url = stage.post(stage.thread(), inner='<a href="/comments">Comments</a>')
    reader.open(url)
    expect(reader.page.get_by_role("link", name="Comments")).to_have_count(0)
    plain = readers(java_script_enabled=False)
    plain.page.goto(url)
    expect(plain.page.get_by_role("link", name="Comments")).to_be_visible()


def test_a_page_of_another_origin_is_told_whom_to_ask(stage: Stage, reader: Reading) -> None:
    url = stage.post(stage.thread()).replace(stage.blog.origin, stage.blog.elsewhere)
    reader.page.goto(url)
    alert = reader.widget.get_by_role("alert")
    expect(alert).to_contain_text("The comments could not be loaded.")
    expect(alert.get_by_role("link")).to_have_attribute("href", re.compile(f"/sites/{SITE}/thread\\?key="))
    assert any("one of the origins of the site" in fault for fault in reader.faults)


def test_lazy_until_it_is_near(stage: Stage, reader: Reading) -> None:
    far = stage.blog.page(f'<p style="height: 4000px">Long.</p>{stage.embedded(stage.thread())}')
    reader.page.goto(far)
    reader.page.wait_for_load_state("networkidle")
    assert [url for url in reader.asked if "/api/" in url or "/widget/" in url] == []
    reader.page.keyboard.press("End")
    expect(reader.widget.get_by_role("heading", level=2)).to_have_text("No comments:")


def test_one_request_counts_a_page_of_links(stage: Stage, reader: Reading) -> None:
    threads = [stage.thread() for _ in range(30)]
    stage.comment(threads[0], "one")
    links = "".join(
        f'<li><a href="{one}"><greenroom-count site="{SITE}" thread="{one}">Comments</greenroom-count></a>'
        for one in [*threads, threads[0]]
    )
    script = f'<script type="module" src="{stage.service.url}/embed.js"></script>'
    reader.page.goto(stage.blog.page(f"<ul>{links}</ul>{script}"))
    counts = reader.page.locator("greenroom-count")
    expect(counts.first).to_have_text("1 comment")
    expect(counts.last).to_have_text("1 comment")
    expect(counts.nth(1)).to_have_text("No comments")
    assert len([url for url in reader.asked if "/counts?" in url]) == 1


def test_attributes_change_and_elements_go_without_leaks(stage: Stage, reader: Reading) -> None:
    """However often it happens: no element stays, and there are no more listeners than after the first time."""
    one, two = stage.thread(), stage.thread()
    stage.comment(one, "on one")
    stage.comment(two, "on two")
    page = reader.page
    page.goto(stage.blog.page(f'<div></div><script type="module" src="{stage.service.url}/embed.js"></script>'))
    session = reader.context.new_cdp_session(page)
    session.send("Performance.enable")

    def come_and_go() -> int:
        page.evaluate("html => { document.querySelector('div').innerHTML = html; }", stage.element(one, "live"))
        expect(reader.comments).to_contain_text("on one")
        for thread, text in ((two, "on two"), (one, "on one"), (two, "on two")):
            page.evaluate("key => document.querySelector('greenroom-comments').setAttribute('thread', key)", thread)
            expect(reader.comments).to_contain_text(text)
            expect(reader.comments).to_have_count(1)
        page.evaluate("""() => {
          const gone = document.querySelector('greenroom-comments');
          gone.remove();
          window.gone = new WeakRef(gone);
        }""")
        for _ in range(50):
            session.send("HeapProfiler.collectGarbage")
            if page.evaluate("window.gone.deref() === undefined"):
                break
        else:
            raise AssertionError("the element is still held by something")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(int(one["value"]) for one in metrics if one["name"] == "JSEventListeners")

    first = come_and_go()
    assert [come_and_go() for _ in range(2)] == [first, first]
    assert reader.faults == []
