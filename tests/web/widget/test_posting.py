"""Posting from a page of the blog: what becomes of a comment, and that no draft is ever lost."""

import re
from pathlib import Path

from playwright.sync_api import Request, Route, expect

from tests.running import ask, running
from tests.web.widget.conftest import Readers, Reading, Stage


def is_posting(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/comments")


def member(stage: Stage, reader: Reading, thread: str, name: str = "Emmy", attributes: str = "") -> None:
    """The reader opens a page on which the blog vouches for him."""
    reader.open(stage.post(thread, f'sso="{stage.vouch(name)}" {attributes}'))
    reader.expect_signed_in(name)


def write(reader: Reading, text: str, button: str = "Post comment") -> None:
    reader.widget.get_by_label("Your comment").fill(text)
    reader.widget.get_by_role("button", name=button).click()


def test_v8_posted_and_published(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    member(stage, reader, thread)
    write(reader, "It *hums*.")
    mine = reader.comments.filter(has_text="It hums.")
    expect(mine).to_be_in_viewport()
    expect(mine).to_be_focused()
    expect(mine.locator("em")).to_have_text("hums")
    expect(reader.widget.get_by_role("status")).to_have_text("Your comment is published.")
    expect(reader.widget.get_by_role("heading", level=2)).to_have_text("1 comment:")
    expect(reader.widget.get_by_label("Your comment")).to_have_value("")
    told = stage.owner("GET", f"/comments?thread={thread}")[1]["thread"]
    assert told["title"] == "A post"
    assert told["url"] == reader.page.url


def test_v9_posted_and_held(stage: Stage, reader: Reading, readers: Readers) -> None:
    thread = stage.thread()
    with stage.policy(moderation="always"):
        member(stage, reader, thread)
        write(reader, "Is it on?")
        mine = reader.comments.filter(has_text="Is it on?")
        expect(mine).to_contain_text("Waits for approval; only you see it.")
        expect(reader.widget.get_by_role("status")).to_contain_text("Your comment waits for approval")
        expect(reader.widget.get_by_role("heading", level=2)).to_have_text("No comments:")
        expect(mine.get_by_role("button", name="Reply")).to_have_count(0)
        reader.page.reload()
        expect(mine).to_contain_text("Waits for approval")
    other = readers()
    other.open(reader.page.url)
    expect(other.comments).to_have_count(0)
    reader.widget.get_by_role("button", name="Sign out").click()
    expect(reader.comments).to_have_count(0)


def test_v12_own_comments_are_changed_and_deleted(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    member(stage, reader, thread)
    write(reader, "Frist!")
    mine = reader.comments.first
    mine.get_by_role("button", name="Edit").click()
    field = mine.get_by_role("textbox", name="Your comment")
    expect(field).to_be_focused()
    field.fill("First!")
    field.press("Control+Enter")
    expect(mine).to_contain_text("First!")
    expect(mine).to_contain_text("edited")
    stage.comment(thread, "No, second.", parent_id=mine.get_attribute("data-comment-id"))
    reader.page.reload()
    mine.get_by_role("button", name="Delete").click()
    expect(mine.get_by_role("button", name="Keep it")).to_be_focused()
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_contain_text("This comment was removed by its author.")
    expect(reader.comments.nth(1)).to_contain_text("No, second.")
    expect(reader.widget.get_by_role("heading", level=2)).to_have_text("1 comment:")


def test_an_edit_that_somebody_was_ahead_of_is_told(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    member(stage, reader, thread)
    write(reader, "As it was.")
    mine = reader.comments.first
    mine.get_by_role("button", name="Edit").click()
    token = stage.visitor("POST", "/session", {"sso": stage.vouch("Emmy")})[1]["token"]
    elsewhere = stage.service.caller("demo", token)
    path = f"/comments/{mine.get_attribute('data-comment-id')}"
    version = elsewhere("GET", path)[1]["version"]
    url = f"{stage.service.url}/api/v1/sites/demo{path}"
    assert ask(url, "PATCH", token, {"text": "From my phone."}, {"If-Match": f'"{version}"'})[0] == 200
    mine.get_by_role("textbox", name="Your comment").fill("From here.")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_role("alert")).to_contain_text("The comment has changed meanwhile")
    expect(mine.get_by_text("From my phone.")).to_be_visible()
    mine.get_by_role("button", name="Save").click()
    expect(mine).to_contain_text("From here.")


def test_replies_preview_and_keys(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    first = stage.comment(thread, "one")
    stage.comment(thread, "two")
    member(stage, reader, thread)
    reader.comments.first.get_by_role("button", name="Reply").press("Enter")
    text = reader.widget.get_by_label("Your comment")
    expect(text).to_be_focused()
    expect(reader.widget.get_by_text("Your reply to Robin.")).to_be_visible()
    text.fill("one.**one**")
    text.press("Escape")
    expect(reader.comments.first.get_by_role("button", name="Reply")).to_be_focused()
    expect(text).to_have_value("one.**one**")
    reader.comments.first.get_by_role("button", name="Reply").click()
    reader.widget.get_by_role("button", name="Preview").click()
    expect(reader.widget.locator("[part=preview] strong")).to_have_text("one")
    reader.widget.get_by_role("button", name="Go on writing").click()
    text.press("Control+Enter")
    expect(reader.comments).to_have_count(3)
    expect(reader.comments.nth(1)).to_contain_text("one.one")
    newest = stage.owner("GET", f"/comments?thread={thread}&sort=newest")[1]["comments"][0]
    assert newest["parent_id"] == first["id"]


def test_a_draft_survives_reload_and_goes_when_it_is_posted(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "one")
    member(stage, reader, thread)
    reader.comments.first.get_by_role("button", name="Reply").click()
    reader.widget.get_by_label("Your comment").fill("half a thou")
    reader.page.reload()
    expect(reader.widget.get_by_label("Your comment")).to_have_value("half a thou")
    expect(reader.widget.get_by_text("Your reply to Robin.")).to_be_visible()
    reader.expect_signed_in("Emmy")
    with reader.page.expect_request(is_posting) as restored:
        reader.widget.get_by_role("button", name="Post reply").click()
    expect(reader.comments).to_have_count(2)
    with reader.page.expect_request(is_posting) as typed:
        write(reader, "another")
    expect(reader.comments).to_have_count(3)
    assert "seconds" not in restored.value.post_data_json, "it was written before this page was opened"
    assert 0 < typed.value.post_data_json["seconds"] < 600
    reader.page.reload()
    expect(reader.widget.get_by_label("Your comment")).to_have_value("")


def test_a_lost_answer_posts_once(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    member(stage, reader, thread)
    reader.page.clock.install()
    keys: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        route.fetch()  # it arrives, its answer does not
        return route.abort()

    reader.page.route(re.compile("/comments$"), lose)
    write(reader, "once")
    expect(reader.widget.get_by_role("alert")).to_have_text("There is no connection. Trying again …")
    reader.page.clock.run_for(2_000)
    expect(reader.comments).to_have_count(1)
    assert len(set(keys)) == 1
    assert len(keys) == 2
    assert len(stage.owner("GET", f"/comments?thread={thread}")[1]["comments"]) == 1


def test_offline_keeps_the_draft_and_the_key(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    member(stage, reader, thread)
    reader.page.clock.install()
    keys: list[str] = []
    reader.page.route(
        re.compile("/comments$"),
        lambda route: (keys.append(route.request.headers.get("idempotency-key", "")), route.abort()),
    )
    write(reader, "through a tunnel")
    alert = reader.widget.get_by_role("alert")
    expect(alert).to_have_text("There is no connection. Trying again …")
    while "Trying again" in alert.inner_text():
        reader.page.clock.run_for(10_000)
    expect(alert).to_have_text("There is no connection. Your text is kept.")
    expect(reader.widget.get_by_label("Your comment")).to_have_value("through a tunnel")
    assert len(keys) == 4
    reader.page.unroute_all()
    with reader.page.expect_request(is_posting) as sent:
        reader.widget.get_by_role("button", name="Post comment").click()
    expect(reader.comments).to_have_count(1)
    assert {*keys, sent.value.headers["idempotency-key"]} == {keys[0]}


def test_what_is_refused_is_said_beside_the_text(stage: Stage, reader: Reading) -> None:
    member(stage, reader, stage.thread())
    alert, field = reader.widget.get_by_role("alert"), reader.widget.get_by_label("Your comment")
    for text, words in (
        (" ", "Write something first."),
        ("x" * 10_001, "The text is too long"),
        ("\u202e", "can be seen"),
    ):
        write(reader, text)
        expect(alert).to_contain_text(words)
        expect(field).to_have_value(text)
        expect(field).to_be_focused()


def test_a_limit_counts_down(stage: Stage, reader: Reading, tmp_path: Path) -> None:
    with running(tmp_path / "data", "--demo", GREENROOM_RATE_LIMITS="member=5/h,address=100/min") as service:
        limited, thread = Stage(service, stage.blog), stage.thread()
        member(limited, reader, thread)
        emmy = limited.member("Emmy")
        for i in range(5):
            limited.comment(thread, f"number {i}", emmy)
        reader.page.clock.install()
        write(reader, "again")
        expect(reader.widget.get_by_role("alert")).to_contain_text("Your text is kept")
        send = reader.widget.get_by_role("button", name=re.compile("Post comment"))
        expect(send).to_have_text(re.compile(r"Post comment \(\d+\)"))
        expect(send).to_be_disabled()
        left = int(re.findall(r"\d+", send.inner_text())[0])
        reader.page.clock.run_for(left * 500)
        assert int(re.findall(r"\d+", send.inner_text())[0]) <= left / 2 + 1
        reader.page.clock.run_for(left * 1_000)
        expect(send).to_have_text("Post comment")
        expect(send).to_be_enabled()
        expect(reader.widget.get_by_label("Your comment")).to_have_value("again")


def test_v4_narrow_screens_open_the_editor_by_the_heading(stage: Stage, readers: Readers) -> None:
    narrow = readers(viewport={"width": 320, "height": 640})
    narrow.open(stage.post(stage.thread()))
    fold = narrow.widget.get_by_role("button", name="Post a Comment")
    expect(narrow.widget.get_by_label("Your comment")).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.press("Enter")
    expect(narrow.widget.get_by_label("Your comment")).to_be_focused()
    expect(fold).to_have_attribute("aria-expanded", "true")


def test_v5_a_link_in_place_of_the_editor(stage: Stage, reader: Reading) -> None:
    page = reader.open(stage.post(stage.thread(), 'editor="link"'))
    expect(reader.widget.get_by_role("textbox")).to_have_count(0)
    reader.widget.get_by_role("link", name="Post a Comment").click()
    expect(page.get_by_role("heading", name="Post a Comment")).to_be_visible()
    assert page.url.startswith(stage.service.url)


def test_v15_members_are_told_by_mail(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    stage.comment(thread, "one")
    reader.open(stage.post(thread, f'sso="{stage.vouch("Mail", email="m@blog.example", email_verified=True)}"'))
    reader.expect_signed_in("Mail")
    reader.widget.get_by_role("button", name="New comments by mail").click()
    expect(reader.widget.get_by_role("status")).to_contain_text("Look into your mail")


def test_visitors_post_where_anyone_may(stage: Stage, reader: Reading) -> None:
    with stage.policy(who_may_comment="anyone", moderation="always"):
        reader.open(stage.post(stage.thread()))
        write(reader, "Hello")
        expect(reader.widget.get_by_role("alert")).to_contain_text("Say who you are.")
        reader.widget.get_by_label("Your name").fill("Passer-by")
        reader.widget.get_by_role("button", name="Post comment").click()
        expect(reader.comments).to_contain_text("Waits for approval")
        expect(reader.comments).to_contain_text("Passer-by")
        reader.page.reload()
        expect(reader.widget.get_by_label("Your name")).to_have_value("Passer-by")


def test_a_reader_reports(stage: Stage, reader: Reading) -> None:
    thread = stage.thread()
    comment = stage.comment(thread, "The kettle is mine.", stage.member("Seller"))
    reader.open(stage.post(thread))
    reader.comments.get_by_role("button", name="Report").click()
    reader.widget.get_by_label("What is wrong with this comment?").fill("An advert.")
    reader.widget.get_by_role("button", name="Tell the moderators").click()
    expect(reader.comments).to_contain_text("The moderators will look at it")
    queue = stage.owner("GET", "/queue?status=reported")[1]["items"]
    assert [one["reports"][0]["reason"] for one in queue if one["id"] == comment["id"]] == ["An advert."]
