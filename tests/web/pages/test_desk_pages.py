"""The desk beside the queue, as plain forms: log, a comment's page, members, threads, settings, keys, oneself."""

import re

import pytest

from service.actions.add_member import NewMember, add_member
from service.actions.ask_to_join import ask_to_join
from service.actions.decide_comments import Choice, decide_comments
from service.actions.edit_comment import Wanted, edit_comment
from service.actions.resources import Resources
from service.domain.site import Policy
from service.web.desk.policy import SETTINGS
from tests.conftest import Blog, Clock
from tests.web.pages.conftest import Page, Reader, SignedIn


@pytest.fixture
async def olive(signed_in: SignedIn, blog: Blog) -> Reader:
    return await signed_in(blog.owner)


async def _decided(blog: Blog, text: str, action: str = "approve", reason: str | None = None) -> str:
    held = (await blog.post(f"score 0.6 {text}")).comment
    await decide_comments(blog.res, blog.moderator, action, [Choice(held.id, 1)], reason)  # type: ignore[arg-type]
    return held.id


async def test_the_log_tells_and_filters(mo: Reader, blog: Blog, clock: Clock) -> None:
    assert "Nothing was decided yet." in (await mo.get(f"{mo.home}/desk/log")).words
    await _decided(blog, "one")
    clock.pass_s(86_400)
    await _decided(blog, "two", "reject", "<b>too late</b>")
    await decide_comments(blog.res, blog.owner, "mark_spam", [Choice((await blog.post("x")).comment.id, 1)], None)

    async def rows(query: str) -> int:
        page = await mo.get(f"{mo.home}/desk/log{query}")
        assert page.status == 200, page.words
        return page.text.count('<th scope="row">')

    assert await rows("") == 3
    assert await rows("?who=Mo") == 2
    assert await rows("?who=Olive&action=mark_spam") == 1
    assert await rows("?who=Nobody") == 0
    assert await rows("?action=reject") == 1
    assert await rows("?thread=/post.html") == 3
    assert await rows("?thread=/other.html") == 0
    assert await rows("?since=2026-11-24") == 2
    assert await rows("?until=2026-11-23") == 1
    assert await rows("?since=2026-11-23&until=2026-11-24") == 3
    assert (await mo.get(f"{mo.home}/desk/log?since=yesterday")).status == 422
    assert "“ &lt;b&gt;too late&lt;/b&gt; ”" in (await mo.get(f"{mo.home}/desk/log")).words


async def test_undo_from_the_log(mo: Reader, blog: Blog) -> None:
    comment = await _decided(blog, "one")
    page = await mo.get(f"{mo.home}/desk/log?action=approve")
    form = re.search(r'action="([^"]+/undo[^"]*)"><input type="hidden" name="decision" value="([0-9a-f]+)"', page.text)
    assert form is not None
    back = await mo.follow(await mo.send(form[1].replace("&amp;", "&"), decision=form[2]))
    assert "1 comment put back as before." in back.words
    assert "action=approve" in form[1].replace("%3D", "=")
    again = await mo.follow(await mo.send(form[1].replace("&amp;", "&"), decision=form[2]))
    assert "1 comment was left alone" in again.words
    assert comment in again.text


async def test_a_comment_has_its_whole_history(mo: Reader, blog: Blog, clock: Clock) -> None:
    comment = (await blog.post("score 0.2 I like rye flour")).comment
    clock.pass_s(60)
    await edit_comment(
        blog.res, await blog.who(blog.ada), Wanted(comment.id, frozenset([1]), "score 0.7 I like rye bread")
    )
    clock.pass_s(60)
    await decide_comments(blog.res, blog.owner, "reject", [Choice(comment.id, 2)], "not about rye")
    page = await mo.get(f"{mo.home}/desk/comments/{comment.id}")
    past = page.words[page.words.index("What happened to it") :]
    wanted = (
        "Ada wrote it",
        "0.20",
        "more likely fine",
        "Ada edited it",
        "0.70",
        "more likely spam",
        "Olive rejected it",
    )
    places = [past.index(words) for words in wanted]
    assert places == sorted(places)
    assert "<del> flour</del><ins> bread</ins>" in page.text.replace("\n", "")
    assert "saying “ not about rye ”" in past
    assert "It is rejected" in page.words
    done = await mo.send(
        f"{mo.home}/desk/decisions?status=rejected&to={mo.home}/desk/comments/{comment.id}",
        action="approve",
        comment=f"{comment.id}:3",
    )
    assert "1 comment approved." in (await mo.follow(done)).words


async def test_one_card_says_what_happened_meanwhile(mo: Reader, blog: Blog) -> None:
    comment = (await blog.post("score 0.6 before the edit")).comment
    path = f"{mo.home}/desk/cards/{comment.id}?status=pending"
    assert "guard" not in (await mo.get(f"{path}&seen=1")).text
    wanted = Wanted(comment.id, frozenset([1]), "score 0.6 after the edit")
    await edit_comment(blog.res, await blog.who(blog.ada), wanted)
    edited = await mo.get(f"{path}&seen=1")
    assert "It was edited while you looked." in edited.words
    assert "<del> before</del>" in edited.text
    await decide_comments(blog.res, blog.owner, "approve", [Choice(comment.id, 2)], None)
    assert "Olive approved it" in (await mo.get(f"{path}&seen=1")).words
    late = await mo.get(f"{path}&seen=2")
    assert "Olive approved it" in late.words
    assert "edited" not in late.words.partition("Olive approved it")[0]


async def test_inviting_and_letting_in(olive: Reader, mo: Reader, blog: Blog, res: Resources) -> None:
    home = f"{mo.home}/desk/members"
    made = await mo.send(f"{mo.home}/desk/invitations", role="member", email="", name="Grace")
    link = re.search(r"/sites/blog/invitation\?code=[^<]+", made.text)
    assert link is not None
    assert "Grace , as member" in made.words
    assert (await mo.send(f"{mo.home}/desk/invitations", role="owner")).status == 403
    wrong = await mo.send(f"{mo.home}/desk/invitations", role="member", email="no <address>")
    assert wrong.status == 422
    assert 'value="no &lt;address&gt;"' in wrong.text
    sent = await mo.follow(await mo.send(f"{mo.home}/desk/invitations", role="member", email="g@blog.example"))
    assert "on its way by mail" in sent.words
    revoke = re.findall(r'action="([^"]+/revoke)"', sent.text)
    assert len(revoke) == 2
    assert "taken back" in (await mo.follow(await mo.send(revoke[0]))).words
    asker = await add_member(res, blog.site, NewMember("Asker", status="invited"))
    await ask_to_join(res, asker, "Please & thank you")
    page = await mo.get(home)
    assert "Please &amp; thank you" in page.text
    request = re.search(r'action="([^"]+/requests/[^"]+)"', page.text)
    assert request is not None
    assert "a new member" in (await mo.follow(await mo.send(request[1], outcome="accepted"))).words
    assert (await mo.send(request[1], outcome="declined")).status == 409
    assert (await mo.get(f"{home}?name=asker")).location.endswith(asker.id)
    assert "nobody of this name" in (await mo.follow(await mo.get(f"{home}?name=none"))).words


async def test_a_members_standing_and_role(olive: Reader, mo: Reader, blog: Blog, clock: Clock) -> None:
    path = f"{mo.home}/desk/members/{blog.ada.id}"

    async def said(reader: Reader, **fields: object) -> str:
        return (await reader.follow(await reader.send(path, **fields))).words

    assert "suspended until 30 November 2026, 12:00 UTC" in re.sub(
        r"\s+", " ", (await said(mo, change="suspended", days="7")).replace("Member, ", "")
    )
    assert (await mo.send(path, change="suspended", days="0")).status == 422
    assert "Let back in." in await said(mo, change="active")
    assert "Banned" in await said(mo, change="banned")
    assert (await mo.send(path, change="role", role="moderator")).status == 403
    await said(mo, change="active")
    assert "The role is changed." in await said(olive, change="role", role="moderator")
    assert "Ada B" in await said(olive, change="name", name="Ada B")
    assert "Only owners act on moderators" in (await mo.get(path)).words
    me = await mo.get(f"{mo.home}/desk/members/{blog.moderator.id}")
    assert "Nobody changes his own standing" in me.words
    assert (await mo.get(f"{mo.home}/desk/members/{'0' * 22}")).status == 404


async def test_all_comments_of_a_member_and_their_undo(mo: Reader, blog: Blog) -> None:
    for i in range(3):
        await blog.post(f"number {i}")
    path = f"{mo.home}/desk/members/{blog.ada.id}"
    assert (await mo.send(f"{path}/remove-comments", action="remove")).status == 422
    done = await mo.follow(await mo.send(f"{path}/remove-comments", action="remove", sure="1", reason="all of it"))
    assert "3 comments removed." in done.words
    assert done.text.count('class="role removed"') == 3
    form = re.search(r'action="([^"]+/undo[^"]*)">', done.text)
    decision = re.search(r'name="decision" value="([0-9a-f]+)"', done.text)
    assert form is not None
    assert decision is not None
    back = await mo.follow(await mo.send(form[1].replace("&amp;", "&"), decision=decision[1]))
    assert "3 comments put back as before." in back.words
    assert back.text.count('class="role approved"') == 3


async def test_threads_are_closed_named_and_moved(mo: Reader, blog: Blog) -> None:
    assert "No threads yet." in (await mo.get(f"{mo.home}/desk/threads")).words
    await blog.post("here", title="A <post>")
    await blog.post("there", thread="/there.html")
    page = await mo.get(f"{mo.home}/desk/threads")
    assert "A &lt;post&gt;" in page.text
    path = (await mo.get(f"{mo.home}/desk/threads?key=/post.html")).location
    fields = {"state": "closed", "moderation": "always", "title": "Another", "url": ""}
    saved = await mo.follow(await mo.send(path, **fields))
    assert "Saved." in saved.words
    assert "closed now, moderated by “always”" in saved.words
    assert (await mo.send(path, **{**fields, "url": "https://elsewhere.example/"})).status == 422
    ask = await mo.send(f"{path}/move", key="/there.html")
    assert "1 comment would go into" in ask.words
    assert "here" not in (await mo.get(f"{mo.home}/thread?key=/there.html")).text.partition("<main")[2].replace(
        "there", ""
    )
    merged = await mo.follow(await mo.send(f"{path}/move", key="/there.html", sure="1"))
    assert "Merged" in merged.words
    assert (await mo.get(f"{mo.home}/desk/threads?key=/post.html")).location == (
        await mo.get(f"{mo.home}/desk/threads?key=/there.html")
    ).location
    assert (
        "Nobody has commented on that page yet."
        in (await mo.follow(await mo.get(f"{mo.home}/desk/threads?key=/none.html"))).words
    )


def test_every_setting_has_its_field() -> None:
    assert {one.name for one in SETTINGS} == set(Policy.__struct_fields__)


def _fields(page: Page) -> dict[str, str]:
    """What a browser would send of the settings form as it stands."""
    fields = dict(re.findall(r'<input id="[^"]+" name="([^"]+)"[^>]*? value="([^"]*)"', page.text))
    fields |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)</textarea>', page.text))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL):
        chosen = re.search(r'value="([^"]+)" selected', options)
        assert chosen is not None, name
        fields[name] = chosen[1]
    return fields


async def test_settings_are_tried_before_they_are_saved(olive: Reader, blog: Blog) -> None:
    await blog.post("see https://a.example")
    await blog.post("plain")
    path = f"{olive.home}/desk/settings"
    fields = _fields(await olive.get(path))
    assert set(fields) == {*Policy.__struct_fields__, "file"}
    same = await olive.follow(await olive.send(f"{path}/preview", **fields))
    assert "Nothing was changed." in same.words
    tried = await olive.send(f"{path}/preview", **{**fields, "max_links": "0", "hold_words": "plain\n\nfancy"})
    assert "Tried on the last 2 comments" in tried.words
    assert "Changed: max_links, hold_words." in tried.words
    assert "Held 0 2" in tried.words
    assert (await blog.res.cache.site("blog")).policy.max_links == 2  # type: ignore[union-attr]
    sent = re.search(r'name="changes" value="([^"]+)"', tried.text)
    assert sent is not None
    saved = await olive.follow(await olive.send(path, changes=sent[1].replace("&#34;", '"')))
    assert "Saved." in saved.words
    policy = (await blog.res.cache.site("blog")).policy  # type: ignore[union-attr]
    assert policy.max_links == 0
    assert policy.hold_words == ("plain", "fancy")
    assert _fields(saved)["hold_words"] == "plain\nfancy"
    for wrong in ({"max_links": "many"}, {"hold_at": "2"}, {"origins": "blog.example"}):
        page = await olive.send(f"{path}/preview", **{**fields, **wrong})
        assert page.status == 422
        assert next(iter(wrong)) in page.words
    assert (await olive.send(path, changes="{")).status == 422
    assert (await olive.send(path, changes='{"nonsense": 1}')).status == 422


async def test_keys_are_shown_once_and_revoked(olive: Reader) -> None:
    path = f"{olive.home}/desk/keys"
    made = await olive.send(path, name="importer", kind="api", scope="read", days="30")
    raw = re.search(r'class="secret">(gk_[^<]+)<', made.text)
    assert raw is not None
    page = await olive.get(path)
    assert raw[1] not in page.text
    assert raw[1][-4:] in page.words
    akismet = await olive.send(path, name="plugin", kind="akismet", scope="full", days="")
    assert re.search(r'class="secret">[0-9a-f]{12}<', akismet.text)
    assert (await olive.send(path, name="", kind="api", scope="full", days="")).status == 422
    revoke = re.findall(r'action="([^"]+/revoke)"', page.text)
    assert "opens nothing any more" in (await olive.follow(await olive.send(revoke[0]))).words


async def test_oneself(mo: Reader, blog: Blog) -> None:
    page = await mo.get(f"{mo.home}/desk/you")
    assert "moderator of blog" in page.words
    export = await mo.get(f"{mo.home}/desk/you/export")
    assert export.headers["Content-Disposition"].startswith("attachment")
    assert '"name":"Mo"' in export.text
    out = await mo.send(f"{mo.home}/desk/you/sign-out-everywhere")
    assert out.location == "/desk"
    assert (await mo.get(f"{mo.home}/desk")).status == 401


async def test_words_in_the_address_are_only_ours(olive: Reader) -> None:
    for path in ("members", "threads", "settings", "keys", "you"):
        page = await olive.get(f"{olive.home}/desk/{path}?said=<script>")
        assert page.status == 200
        assert 'role="status"' not in page.text
