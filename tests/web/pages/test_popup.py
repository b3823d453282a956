"""The popup and the form for a link by mail, as a browser without scripts sees them."""

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from service.actions.limits import Limits
from service.actions.make_letter_link import SignInLetter, letter_of
from service.actions.resources import Resources
from service.actions.trade_code import trade_code
from service.domain.bucket import Rate
from service.domain.errors import NotSignedIn
from service.storage.database import Query
from tests.conftest import Blog, Clock, make_blog
from tests.web.pages.conftest import Client, Page, Reader
from tests.web.test_sessions import CHALLENGE, ORIGIN, VERIFIER

ASKED = {"origin": ORIGIN, "code_challenge": CHALLENGE, "state": "s1", "code_challenge_method": "S256"}


def path(**changes: str) -> str:
    return f"/sites/blog/popup?{urlencode({**ASKED, **changes})}"


def handed(page: Page) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', page.text)}


async def newest_letter(res: Resources) -> SignInLetter:
    (rows,) = await res.db.read(Query("SELECT about_id FROM outbox ORDER BY id DESC LIMIT 1", {}))
    found = await letter_of(res, "http://127.0.0.1", rows[0][0])
    assert found is not None
    return found


def own(url: str | None) -> str:
    assert url is not None
    return url.removeprefix("http://127.0.0.1")


async def test_a_member_is_asked_and_his_code_is_handed_over(ada: Reader, res: Resources, blog: Blog) -> None:
    asked = await ada.get(path())
    assert "Comment on blog.example as Ada ?" in asked.words
    assert "data-code" not in asked.text
    page = await ada.send(path())
    data = handed(page)
    assert (data["origin"], data["state"]) == (ORIGIN, "s1")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Cross-Origin-Opener-Policy" not in page.headers
    assert "<script>" not in page.text
    session = await trade_code(res, blog.site, data["code"], VERIFIER, ORIGIN)
    assert session.member.id == blog.ada.id
    with pytest.raises(NotSignedIn):
        await trade_code(res, blog.site, data["code"], VERIFIER, ORIGIN)


async def test_a_code_to_type(ada: Reader, res: Resources, blog: Blog) -> None:
    page = await ada.send(path(by="typing"))
    (code,) = re.findall(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4})</code>", page.text)
    assert (await trade_code(res, blog.site, code, VERIFIER, ORIGIN)).member.id == blog.ada.id


async def test_another_site_cannot_send_the_form(ada: Reader) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": ORIGIN}, {}):
        page = await ada.send(path(), headers)
        assert page.status == 403
        assert "data-code" not in page.text


async def test_who_is_not_signed_in_gets_no_code(stranger: Reader) -> None:
    page = await stranger.get(path())
    assert "Sign in to comment on blog.example" in page.words
    sent = await stranger.send(path())
    assert sent.status == 303
    assert sent.location.startswith("/sites/blog/popup?origin=")


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://hostile.example"},
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://blog.example.hostile.example"},
        {"code_challenge": ""},
        {"code_challenge": VERIFIER},
        {"code_challenge_method": "plain"},
        {"state": "x" * 201},
        {"state": "a\nb"},
    ],
)
async def test_what_is_no_page_of_the_blog_is_refused(ada: Reader, stranger: Reader, changes: dict[str, str]) -> None:
    for page in (await ada.get(path(**changes)), await ada.send(path(**changes)), await stranger.get(path(**changes))):
        assert page.status == 422
        assert "data-code" not in page.text


async def test_what_the_opener_says_is_text(ada: Reader) -> None:
    page = await ada.send(path(state="\"><script>alert(1)</script>'"))
    assert "<script>alert" not in page.text
    assert handed(page)["state"] == "\"><script>alert(1)</script>'"


async def test_by_mail_back_to_the_popup(stranger: Reader, res: Resources) -> None:
    to = path().partition("&code_challenge_method")[0]
    sent = await stranger.send(f"{stranger.home}/sign-in/links", email="ada@blog.example", to=to)
    waits = await stranger.follow(sent)
    assert "data-waits" in waits.text
    assert "a link is on its way" in waits.words
    link = own((await newest_letter(res)).url)
    assert "Sign in as Ada" in (await stranger.get(link)).words
    done = await stranger.send(link)
    assert done.location == to
    assert "Comment on blog.example as Ada ?" in (await stranger.follow(done)).words
    assert "as Ada ?" in (await stranger.get(sent.location)).words  # the popup looks again, and knows him


async def test_the_answer_to_a_wish_is_the_same_for_all(stranger: Reader, blog: Blog) -> None:
    pages = []
    for email in ("ada@blog.example", "nobody@elsewhere.example"):
        sent = await stranger.send(f"{stranger.home}/sign-in/links", email=email, to="/demo")
        assert sent.status == 303
        pages.append((sent.location, (await stranger.follow(sent)).text))
        assert email not in pages[-1][1]
    assert pages[0] == pages[1]


async def test_what_is_no_address_is_said_and_kept(stranger: Reader) -> None:
    page = await stranger.send(f"{stranger.home}/sign-in/links", email="ada <b>", to="/demo")
    assert page.status == 422
    assert "This is no mail address" in page.words
    assert 'value="ada &lt;b&gt;"' in page.text
    assert 'value="/demo"' in page.text


async def test_the_form_leads_on_to_our_own_pages_only(stranger: Reader, res: Resources) -> None:
    sent = await stranger.send(f"{stranger.home}/sign-in/links", email="ada@blog.example", to="//evil.example")
    assert "evil" not in sent.location
    assert "evil" not in own((await newest_letter(res)).url)
    assert (await stranger.send(f"{stranger.home}/sign-in/links", {}, email="ada@blog.example")).status == 403


async def test_a_newcomer_chooses_a_name(client: Client, res: Resources, clock: Clock) -> None:
    reader = Reader(client, await make_blog(res, "open", who_may_comment="signed_in"))
    await reader.send(f"{reader.home}/sign-in/links", email="eve@elsewhere.example", to="/demo")
    link = own((await newest_letter(res)).url)
    for _ in range(2):
        assert "Under which name" in (await reader.get(link)).words
    wrong = await reader.send(link, name=" ")
    assert wrong.status == 422
    assert "A name is needed" in wrong.words
    done = await reader.send(link, name="Eve")
    assert (done.status, done.location) == (303, "/demo")
    assert "Signed in as Eve" in (await reader.get(f"{reader.home}/thread?key=/")).words
    for page in (await reader.get(link), await reader.send(link, name="Eve")):
        assert page.status == 410
    other = Reader(client, reader.blog)
    await other.send(f"{reader.home}/sign-in/links", email="late@elsewhere.example")
    late = own((await newest_letter(res)).url)
    clock.pass_s(15 * 60)
    assert (await other.send(late, name="Late")).status == 410


async def test_the_popup_of_one_site_knows_nobody_of_another(client: Client, ada: Reader, res: Resources) -> None:
    await make_blog(res, "other", origins=[ORIGIN])
    query = parse_qs(urlsplit(path()).query)
    page = await ada.get(f"/sites/other/popup?{urlencode(query, doseq=True)}")
    assert "Sign in to comment" in page.words


async def test_the_desks_entrance_leads_to_the_form(stranger: Reader) -> None:
    entrance = await stranger.get("/desk")
    assert "The name of your blog" in entrance.words
    to_sign_in = await stranger.get("/desk?site=Blog")
    assert to_sign_in.location == "/sites/blog/sign-in?to=/sites/blog/desk"
    assert "Your mail address" in (await stranger.follow(to_sign_in)).words
    for name in ("nowhere", "//evil.example", "a%0d%0ab"):
        assert (await stranger.get(f"/desk?site={name}")).status == 404


async def test_a_member_is_not_handed_codes_without_end(ada: Reader, res: Resources, clock: Clock) -> None:
    object.__setattr__(res, "limits", Limits({"member": Rate(1_000, 60)}, clock))
    for _ in range(30):
        assert (await ada.send(path())).status == 200
    page = await ada.send(path())
    assert page.status == 429
    assert page.headers["Retry-After"] == "2"
