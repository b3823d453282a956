"""The desk over HTTP: who may come in, what a card tells, decisions one by one and many, undo, colleagues."""

import re

from service.actions.decide_comments import Choice, decide_comments
from service.actions.draft import Draft
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.report_comment import report_comment
from service.actions.resources import Resources
from service.actions.submit_comment import submit_comment
from service.domain.comment import Comment
from tests.conftest import Blog, Clock, make_blog
from tests.web.pages.conftest import Client, Page, Reader, SignedIn, link_token


async def hold(blog: Blog, text: str, **fields: object) -> Comment:
    return (await blog.post(f"score 0.6 {text}", **fields)).comment


def choice(comment: Comment, version: int = 1) -> str:
    return f"{comment.id}:{version}"


def cards(page: Page) -> list[str]:
    return re.findall(r'data-comment-id="([0-9a-f]+)"', page.text)


async def decide(mo: Reader, action: str, *comments: str, **fields: object) -> Page:
    return await mo.send(f"{mo.home}/desk/decisions?status=pending", action=action, comment=list(comments), **fields)


async def test_only_moderators_come_in(stranger: Reader, ada: Reader) -> None:
    for reader, status in ((stranger, 401), (ada, 403)):
        assert (await reader.get(f"{reader.home}/desk")).status == status
        for act in ("decisions", "undo"):
            assert (await reader.send(f"{reader.home}/desk/{act}", action="approve", comment="0a:1")).status == status


async def test_the_entrance(stranger: Reader, ada: Reader, mo: Reader, blog: Blog, res: Resources) -> None:
    for reader in (stranger, ada):
        page = await reader.get("/desk")
        assert page.status == 200
        assert "greenroom serve" in page.words
    assert (await mo.get("/desk")).location == "/sites/blog/desk"
    other = await make_blog(res, "other")
    await mo.send(f"/sites/other/sign-in?token={await link_token(res, other.owner)}")
    page = await mo.get("/desk")
    assert re.findall(r'href="(/sites/[a-z]+/desk)"', page.text) == ["/sites/blog/desk", "/sites/other/desk"]


async def test_a_card_tells_all_that_a_decision_needs(mo: Reader, blog: Blog, clock: Clock) -> None:
    parent = (await blog.post("what was asked", title="On <patience>")).comment
    await blog.post("somebody else")
    held = await hold(blog, "see [here](https://shop.example/buy)", parent_id=parent.id)
    await blog.post("a later one")
    page = await mo.get(f"{mo.home}/desk")
    assert cards(page) == [held.id]
    for words in (
        "On &lt;patience&gt;",
        "0.60",
        "more likely spam",
        "unsure",
        "words-1",
        "Probability of spam 0.60, at or above 0.50.",
        "3 approved comments, 0 rejected, 0 spam",
        "shop.example",
        "Pending 1",
        "Approved 3",
        "Answers Ada what was asked",
        "Before Ada somebody else",
        "After Ada a later one",
    ):
        assert words in (page.text if "&" in words else page.words), words
    assert re.findall(r'<button name="action" value="([a-z_]+)" class="act [a-z_]+">(\w+)</button>', page.text) == [
        ("approve", "Approve"),
        ("reject", "Reject"),
        ("mark_spam", "Spam"),
        ("remove", "Remove"),
    ]


async def test_each_action_and_its_undo(mo: Reader, stranger: Reader, blog: Blog) -> None:
    for action, words, tab in (
        ("approve", "1 comment approved.", "approved"),
        ("reject", "1 comment rejected.", "rejected"),
        ("mark_spam", "1 comment marked as spam.", "spam"),
        ("remove", "1 comment removed.", "removed"),
    ):
        held = await hold(blog, f"to {action}")
        done = await mo.follow(await decide(mo, action, choice(held)))
        assert words in done.words
        assert cards(done) == []
        assert held.id in cards(await mo.get(f"{mo.home}/desk?status={tab}"))
        assert (f"to {action}" in (await stranger.thread()).text) == (action == "approve")
        name = re.search(r'name="decision" value="([0-9a-f]+)"', done.text)
        assert name is not None
        back = await mo.follow(await mo.send(f"{mo.home}/desk/undo", decision=name[1]))
        assert "1 comment put back as before." in back.words
        assert cards(back) == [held.id]
        assert f"to {action}" not in (await stranger.thread()).text
        again = await mo.send(f"{mo.home}/desk/undo", decision=name[1])
        assert again.status == 409
        await decide(mo, "remove", choice(held, 3))


async def test_many_at_once(mo: Reader, blog: Blog) -> None:
    held = [await hold(blog, f"number {i}") for i in range(4)]
    done = await mo.follow(await decide(mo, "approve", *[choice(one) for one in held[:3]], reason="fine"))
    assert "3 comments approved." in done.words
    assert "3 examples of good comments" in done.words
    assert cards(done) == [held[3].id]
    assert "fine" in (await mo.get(f"{mo.home}/desk?status=approved")).words
    name = re.search(r'name="decision" value="([0-9a-f]+)"', done.text)
    assert name is not None
    back = await mo.follow(await mo.send(f"{mo.home}/desk/undo", decision=name[1]))
    assert "3 comments put back as before." in back.words
    assert len(cards(back)) == 4


async def test_a_colleague_was_faster(mo: Reader, blog: Blog) -> None:
    held, other = await hold(blog, "contested"), await hold(blog, "not contested")
    await decide_comments(blog.res, blog.owner, "reject", [Choice(held.id, 1)], None)
    alone = await decide(mo, "approve", choice(held))
    assert alone.status == 409
    for page in (alone, await mo.follow(await decide(mo, "approve", choice(held), choice(other)))):
        assert "Olive rejected it on 23 November 2026, 12:00 UTC ; it is rejected now." in page.words
        assert 'role="alert"' in page.text
    assert "1 comment approved." in page.words
    rejected = await mo.get(f"{mo.home}/desk?status=rejected")
    assert cards(rejected) == [held.id]


async def test_forms_that_make_no_sense(mo: Reader, blog: Blog) -> None:
    held = await hold(blog, "x")
    for action, comment in (
        ("approve", ""),
        ("approve", held.id),
        ("approve", f"{held.id}:0"),
        ("shred", choice(held)),
    ):
        assert (await decide(mo, action, comment)).status == 422
    nothing = await mo.send(f"{mo.home}/desk/decisions", action="approve")
    assert nothing.status == 422
    assert "Tick some comments first" in nothing.words
    assert (await mo.send(f"{mo.home}/desk/undo", decision="0" * 22)).status == 404
    assert (await decide(mo, "restore", choice(held))).status == 409
    assert (await mo.get(f"{mo.home}/desk?status=lost")).status == 422


async def test_anothers_comments_are_out_of_reach(mo: Reader, res: Resources) -> None:
    other = await make_blog(res, "other")
    theirs = await hold(other, "theirs")
    assert (await decide(mo, "approve", choice(theirs))).status == 409
    assert theirs.id not in cards(await mo.get(f"{mo.home}/desk"))
    assert (await res.cache.site("other")) is not None
    page = await mo.get("/sites/other/desk")
    assert page.status == 401


async def test_orders_and_pages(mo: Reader, blog: Blog) -> None:
    made = [(await blog.post(f"score 0.{50 + i} number {i}")).comment.id for i in range(35)]
    first = await mo.get(f"{mo.home}/desk")
    assert cards(first) == made[:30]
    more = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert more is not None
    second = await mo.get(more[1].replace("&amp;", "&"))
    assert cards(second) == made[30:]
    assert cards(await mo.get(f"{mo.home}/desk?sort=newest"))[0] == made[-1]
    assert cards(await mo.get(f"{mo.home}/desk?sort=riskiest"))[0] == made[-1]
    assert cards(await mo.get(f"{mo.home}/desk?sort=uncertain"))[0] == made[0]
    back = await mo.send(
        more[1].replace("&amp;", "&").replace("/desk?", "/desk/decisions?"), action="approve", comment=f"{made[30]}:1"
    )
    assert cards(await mo.follow(back)) == made[31:]


async def test_a_member_in_the_desk_of_another_site_stays_out(signed_in: SignedIn, res: Resources) -> None:
    other = await make_blog(res, "other")
    reader = await signed_in(None)
    await reader.send(f"/sites/other/sign-in?token={await link_token(res, other.ada)}")
    assert (await reader.get("/sites/other/desk")).status == 403


async def test_what_readers_report_stands_on_its_tab(mo: Reader, blog: Blog) -> None:
    comment = (await blog.post("an <advertisement>")).comment
    for member, reason in ((blog.ada, "He <b>sells</b> things"), (None, "Spam!")):
        await report_comment(blog.res, await blog.who(member), comment.id, reason, lambda _: [])
    page = await mo.get(f"{mo.home}/desk?status=reported")
    assert cards(page) == [comment.id]
    assert "Reported 1" in page.words
    assert "“ He &lt;b&gt;sells&lt;/b&gt; things ” Ada ," in page.words
    assert "“ Spam! ” a visitor," in page.words
    assert "2 reports" in page.words
    assert f'name="comment" value="{comment.id}:1"' in page.text[page.text.index("desk/dismissals") :]
    unseen = await mo.send(f"{mo.home}/desk/dismissals?status=reported", comment=f"{comment.id}:2")
    assert unseen.status == 409
    done = await mo.follow(
        await mo.send(f"{mo.home}/desk/dismissals?status=reported", comment=f"{comment.id}:1"),
    )
    assert "1 comment kept, its reports dismissed." in done.words
    assert "No reader complains of anything." in done.words
    assert 'name="decision"' not in done.text  # nothing to take back
    late = await mo.send(f"{mo.home}/desk/dismissals?status=reported", comment=f"{comment.id}:1")
    assert late.status == 409
    assert "Mo dismissed the reports of it" in late.words
    assert (await mo.send(f"{mo.home}/desk/dismissals", comment="0:1")).status == 404
    assert (await mo.send(f"{mo.home}/desk/dismissals", comment=comment.id)).status == 422  # which version was seen?
    assert (await mo.send(f"{mo.home}/desk/dismissals", headers={}, comment=f"{comment.id}:1")).status == 403
    assert "dismissed the reports of it" in (await mo.get(f"{mo.home}/desk?status=approved")).words


async def test_what_is_reported_is_decided_like_anything(mo: Reader, blog: Blog) -> None:
    comment = (await blog.post("rude")).comment
    await report_comment(blog.res, await blog.who(blog.ada), comment.id, "rude", lambda _: [])
    page = await mo.get(f"{mo.home}/desk?status=reported")
    assert re.findall(r'<button name="action" value="([a-z_]+)" class="act [a-z_]+">\w+</button>', page.text) == [
        "reject",
        "mark_spam",
        "remove",
    ]
    done = await mo.follow(
        await mo.send(f"{mo.home}/desk/decisions?status=reported", action="reject", comment=choice(comment))
    )
    assert "1 comment rejected." in done.words
    assert cards(done) == []


async def test_an_edit_that_waits_shows_what_it_changes(blog: Blog, mo: Reader, ada: Reader, stranger: Reader) -> None:
    published = (await blog.post("I like <b>rye</b> flour")).comment
    edited = "score 0.6 I like <b>rye</b> bread"
    await edit_comment(blog.res, await blog.who(blog.ada), Wanted(published.id, frozenset([1]), edited))
    desk = await mo.get(f"{mo.home}/desk")
    assert "Readers see the text as it was before" in desk.words
    assert "<ins> bread</ins>" in desk.text
    assert "<del> flour</del>" in desk.text
    assert "<b>rye" not in desk.text
    path = f"{ada.home}/thread?key=/post.html"
    assert "others see the text as it was before" in (await ada.get(path)).words
    assert "I like" in (await ada.get(f"{path}&reply={published.id}")).words
    read = (await stranger.get(path)).words
    assert "flour" in read
    assert "bread" not in read
    await decide(mo, "approve", choice(published, 2))
    assert "bread" in (await stranger.get(path)).words


async def test_what_a_guest_did_before_stands_on_his_card(res: Resources, client: Client) -> None:
    blog = await make_blog(res, "open", who_may_comment="anyone")
    mo = Reader(client, blog)
    await mo.send(f"{mo.home}/sign-in?token={await link_token(res, blog.moderator)}&to=/desk")
    guest = await blog.who(None)
    for text in ("One", "score 0.6"):
        await submit_comment(res, guest, Draft("/post.html", text), lambda _: [])
    page = await mo.get(f"{mo.home}/desk")
    assert "1 approved comment, 0 rejected, 0 spam; this address known since" in page.words


async def test_all_that_the_queue_loads_may_be_kept_for_ever(mo: Reader, client: Client) -> None:
    page = await mo.get(f"{mo.home}/desk")
    seen: set[str] = set()
    wanted = re.findall(r'(?:src|href)="(/[\w/.]+\.(?:js|css|svg)[^"]*)"', page.text)
    while wanted:
        url = wanted.pop()
        seen.add(url)
        async with client.get(url) as answer:
            assert "immutable" in answer.headers["Cache-Control"], url
            imported = re.findall(r'from "\./([^"]+)"', await answer.text())
        wanted += [one for name in imported if (one := f"/desk/{name}") not in seen]
    assert len([url for url in seen if url.startswith("/desk/")]) == 9
