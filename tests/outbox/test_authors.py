"""Letters to authors about what became of what waited."""

import re

from service.actions.undo_decision import undo_decision
from tests.conftest import Blog
from tests.outbox.conftest import URL, Mail, html_of, text_of
from tests.outbox.test_moderators import FINE, HELD, SPAM, decide


async def test_an_author_is_told_of_both_decisions(blog: Blog, mail: Mail) -> None:
    await decide(blog, (await blog.post(f"{HELD} fine words, http://page.example")).comment, "approve")
    approved = await mail.one()
    assert approved["To"] == "ada@blog.example"
    assert approved["Subject"] == "[blog] Your comment is published"
    assert "fine words, http[:]//page[.]example" in text_of(approved)
    assert "page.example" not in html_of(approved)
    await decide(blog, (await blog.post(f"{HELD} rude words")).comment, "reject", "Be kind, see http://rules.example")
    rejected = await mail.one()
    assert rejected["Subject"] == "[blog] Your comment was not published"
    assert "> Be kind, see http[:]//rules[.]example" in text_of(rejected)
    assert "rude words" not in text_of(rejected) + html_of(rejected)


async def test_nobody_is_told_of_spam_or_of_what_never_waited(blog: Blog, mail: Mail) -> None:
    await decide(blog, (await blog.post(HELD)).comment, "mark_spam")
    await blog.post(SPAM)
    await decide(blog, (await blog.post(FINE)).comment, "reject")
    assert await mail.arrived() == []


async def test_rescued_from_spam_it_is_told(blog: Blog, mail: Mail) -> None:
    await decide(blog, (await blog.post(SPAM)).comment, "approve")
    assert (await mail.one())["Subject"] == "[blog] Your comment is published"


async def test_what_was_taken_back_is_not_told(blog: Blog, mail: Mail) -> None:
    from service.actions.decide_comments import Choice, decide_comments

    held = (await blog.post(HELD)).comment
    decision_id, _ = await decide_comments(blog.res, blog.moderator, "reject", [Choice(held.id, 1)], None)
    await undo_decision(blog.res, blog.moderator, decision_id)
    assert await mail.arrived() == []


async def test_one_click_ends_these_letters(blog: Blog, mail: Mail) -> None:
    from service.actions.unsubscribe import unsubscribe

    await decide(blog, (await blog.post(HELD)).comment, "approve")
    letter = await mail.one()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(rf"<{re.escape(URL)}/sites/blog/unsubscribe\?token=([^>]+)>", letter["List-Unsubscribe"])
    assert found is not None
    await unsubscribe(blog.res, blog.site, found[1])
    await decide(blog, (await blog.post(f"{HELD} more")).comment, "approve")
    assert await mail.arrived() == []
