"""The Atom feed: approved comments, newest first, of the site or of one page; well-formed whatever was written."""

import re
from datetime import datetime
from urllib.parse import quote
from xml.etree import ElementTree

from service.actions.limits import Limits
from service.actions.resources import Resources
from service.actions.set_policy import set_policy
from service.domain.bucket import Rate
from tests.conftest import Blog, Clock
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


async def test_it_keeps_the_rules_of_atom(ada: Caller, visitor: Caller, mo: Caller, clock: Clock, blog: Blog) -> None:
    """RFC 4287, section 4: what a feed and its entries must have, once, and of which shape."""
    page = "/2020/ä b/<&\"'>|.html"
    url = "https://blog.example/a?b=1&c=2#top"
    first = (await ada.post("first", thread=page, url=url, title="T & <i>U</i>")).json
    clock.pass_s(90)
    await ada.post("an answer", thread=page, parent_id=first["id"])
    await ada.post("elsewhere", thread='/x"y')
    for query in ("", "?thread=" + quote(page), "?thread=/nobody", "?thread=" + quote('/x"y')):
        answer = await visitor("GET", f"/feed.atom{query}")
        feed = ElementTree.fromstring(answer.body)
        entries = list(feed.iter(f"{ATOM}entry"))
        for one in (feed, *entries):
            for name in ("id", "title", "updated"):
                (element,) = one.findall(f"{ATOM}{name}")
                assert element.text
            for name in ("updated", "published"):
                for element in one.findall(f"{ATOM}{name}"):
                    assert datetime.fromisoformat(str(element.text)).tzinfo is not None
            links = [(link.get("rel"), link.get("type")) for link in one.findall(f"{ATOM}link")]
            assert len(set(links)) == len(links)
            for link in one.findall(f"{ATOM}link"):
                assert re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", str(link.get("href"))), link.get("href")
                assert str(link.get("href")).count("#") <= 1
            assert re.fullmatch(r"urn:[A-Za-z0-9:/%.~_-]+", str(one.findtext(f"{ATOM}id")))
        ids = [one.findtext(f"{ATOM}id") for one in (feed, *entries)]
        assert len(set(ids)) == len(ids)
        updated = [str(one.findtext(f"{ATOM}updated")) for one in entries]
        assert not updated or feed.findtext(f"{ATOM}updated") == max(updated)
        for one in entries:
            assert one.find(f"{ATOM}author/{ATOM}name") is not None
            assert [c.get("type") for c in one.findall(f"{ATOM}content")] == ["html"]
        (own,) = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
        again = await visitor("GET", "/" + str(own).removeprefix("http://127.0.0.1"))
        assert again.body == answer.body  # the feed's own address is its address
    (answered,) = ElementTree.fromstring((await visitor("GET", "/feed.atom")).body).iter(
        "{http://purl.org/syndication/thread/1.0}in-reply-to"
    )
    assert str(answered.get("ref")).endswith(first["id"])
    assert answered.get("href") == f"https://blog.example/a?b=1&c=2#comment-{first['id']}"


async def test_the_blogs_pages_may_read_it_and_no_others(ada: Caller, visitor: Caller) -> None:
    await ada.post("one")
    for _ in range(2):  # fresh, and from memory
        ours = await visitor("GET", "/feed.atom", headers={"Origin": "https://blog.example"})
        assert ours.headers["Access-Control-Allow-Origin"] == "https://blog.example"
        theirs = await visitor("GET", "/feed.atom", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in theirs.headers
        assert "Origin" in ours.headers["Vary"]


async def test_an_address_that_xml_cannot_write_stays_readable(ada: Caller, visitor: Caller) -> None:
    await ada.post("one", url="https://blog.example/\ufffe\U0001f49a")
    assert titles(await visitor("GET", "/feed.atom")) == ["Ada on /post.html"]


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


async def test_who_has_yet_to_sign_in_may_look_at_his_draft(visitor: Caller) -> None:
    assert (await visitor.post("*a*")).status == 401
    assert (await visitor("POST", "/preview", json={"text": "*a*"})).json == {"html": "<p><em>a</em></p>\n"}


async def test_a_member_reads_what_is_known_of_him(ada: Caller, blog: Blog) -> None:
    told = (await ada("GET", "/members/me")).json
    assert (told["id"], told["name"], told["email"], told["role"]) == (blog.ada.id, "Ada", "ada@blog.example", "member")


async def test_previews_are_limited(ada: Caller, res: Resources, clock: Clock) -> None:
    object.__setattr__(res, "limits", Limits({"site": Rate(1_000, 60)}, clock))
    for _ in range(120):
        assert (await ada("POST", "/preview", json={"text": "x"})).status == 200
    refused = await ada("POST", "/preview", json={"text": "x"})
    assert (refused.status, refused.code) == (429, "rate-limited")
    assert (await ada.post("a comment goes on")).status == 201
