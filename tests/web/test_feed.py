"""The Atom feed: approved comments, newest first, of the site or of one page; well-formed whatever was written."""

from xml.etree import ElementTree

from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from tests.conftest import Blog
from tests.web.conftest import Answer, Caller

ATOM = "{http://www.w3.org/2005/Atom}"


def titles(answer: Answer) -> list[str]:
    feed = ElementTree.fromstring(answer.body)
    return [str(entry.findtext(f"{ATOM}title")) for entry in feed.iter(f"{ATOM}entry")]


async def test_the_feed_of_the_site_and_of_a_page(ada: Caller, visitor: Caller) -> None:
    await ada.post("*one*", thread="/a", title="A", url="https://blog.example/a")
    await ada.post("two", thread="/b")
    await ada.post("score 0.6 held", thread="/a")
    whole = await visitor("GET", "/feed.atom")
    assert whole.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert titles(whole) == ["Ada on /b", "Ada on A"]
    assert titles(await visitor("GET", "/feed.atom?thread=/a")) == ["Ada on A"]
    assert b"https://blog.example/a#comment-" in whole.body
    assert b"&lt;em&gt;one&lt;/em&gt;" in whole.body
    assert b"ada@" not in whole.body
    assert titles(await visitor("GET", "/feed.atom?thread=/nobody")) == []


async def test_it_follows_changes_and_is_not_sent_twice(ada: Caller, mo: Caller, visitor: Caller) -> None:
    one = (await ada.post("one")).json
    first = await visitor("GET", "/feed.atom")
    assert (await visitor("GET", "/feed.atom", headers={"If-None-Match": first.headers["ETag"]})).status == 304
    await mo.decide("remove", one)
    assert titles(await visitor("GET", "/feed.atom")) == []


async def test_it_is_well_formed_whatever_was_written(ada: Caller, visitor: Caller) -> None:
    await ada.post("<script>]]>&amp; \x01\x0b \ufffe \U0001f49a", title="<b>\x02&")
    assert titles(await visitor("GET", "/feed.atom")) == ["Ada on <b>&"]


async def test_a_hidden_thread_has_none(ada: Caller, visitor: Caller, blog: Blog, res: Resources) -> None:
    await ada.post("one")
    await set_policy(res, blog.site, {"state": "hidden"})
    assert titles(await visitor("GET", "/feed.atom")) == []
    assert (await visitor("GET", "/feed.atom?thread=/post.html")).status == 404


async def test_a_preview_is_what_would_be_shown(ada: Caller) -> None:
    text = "*a* https://a.example <b>"
    shown = await ada("POST", "/preview", json={"text": text})
    assert shown.json == {"html": (await ada.post(text)).json["html"]}
    assert (await ada("POST", "/preview", json={"text": ""})).status == 422
    assert (await ada("POST", "/preview", json={"text": "x" * 10_001})).status == 413


async def test_a_member_reads_what_is_known_of_him(ada: Caller, blog: Blog) -> None:
    told = (await ada("GET", "/members/me")).json
    assert (told["id"], told["name"], told["email"], told["role"]) == (blog.ada.id, "Ada", "ada@blog.example", "member")
