"""The sample post: its words, in Blogger's order, for everybody; posting beneath it; hidden and closed."""

from service.actions.set_policy import set_policy
from tests.conftest import Blog
from tests.web.pages.conftest import Client, Reader, link_token

_NOTE = "Note: Only a member of this blog may post a comment."


async def as_member(client: Client, demo: Blog) -> Reader:
    reader = Reader(client, demo)
    token = await link_token(demo.res, demo.ada)
    done = await reader.send(f"/sites/demo/sign-in?token={token}&to=/demo")
    assert done.location == "/demo"
    return reader


async def test_the_words_for_visitor_and_member(client: Client, demo: Blog) -> None:
    for reader in (Reader(client, demo), await as_member(client, demo)):
        page = await reader.get("/demo")
        assert page.status == 200
        places = [page.text.index(words) for words in ("No comments:", "Post a Comment", _NOTE)]
        assert places == sorted(places)


async def test_the_note_goes_by_the_policy_alone(client: Client, demo: Blog) -> None:
    reader = Reader(client, demo)
    for policy in ("anyone", "signed_in"):
        await set_policy(demo.res, demo.site, {"who_may_comment": policy})
        page = await reader.get("/demo")
        assert "Post a Comment" in page.text
        assert "Only a member" not in page.text


async def test_posting_beneath_the_post(client: Client, demo: Blog) -> None:
    ada = await as_member(client, demo)
    sent = await ada.send("/demo", text="What a radio.")
    assert sent.location.startswith("/demo?posted=")
    page = await ada.follow(sent)
    assert "1 comment:" in page.text
    thread = await ada.get("/sites/demo/thread?key=/demo")
    assert "What a radio." in thread.text
    assert "The radio in the green room" in thread.words
    refused = await ada.send("/demo", text=" ")
    assert refused.status == 422
    assert "Ninety seconds with the iron" in refused.text


async def test_closed_and_hidden(client: Client, demo: Blog) -> None:
    ada = await as_member(client, demo)
    await ada.send("/demo", text="What a radio.")
    await set_policy(demo.res, demo.site, {"state": "closed"})
    page = await ada.get("/demo")
    assert "What a radio." in page.text
    assert "New comments are not allowed here." in page.words
    assert (await ada.send("/demo", text="more")).status == 403
    await set_policy(demo.res, demo.site, {"state": "hidden"})
    for reader in (ada, Reader(client, demo)):
        page = await reader.get("/demo")
        assert page.status == 200
        assert "Ninety seconds with the iron" in page.text
        assert "comment" not in page.text.partition("<main")[2]


async def test_without_demo_there_is_none(stranger: Reader) -> None:
    assert (await stranger.get("/demo")).status == 404
    assert (await stranger.send("/demo", text="x")).status == 404


async def test_style_sheets_are_kept(stranger: Reader) -> None:
    page = await stranger.thread()
    url = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    kept = await stranger.get(url)
    assert kept.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in kept.headers["Cache-Control"]
    plain = await stranger.get("/pages.css")
    assert plain.headers["Cache-Control"] == "public, no-cache"
    assert len(plain.text) < 10_000
    assert (await stranger.get("/pages.css", **{"If-None-Match": plain.headers["ETag"]})).status == 304
    for name in ("/desk.css", "/icon.svg"):
        assert (await stranger.get(name)).status == 200
