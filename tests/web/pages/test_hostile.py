"""What others would do with our pages: forms sent from elsewhere, what is no form, comments that want to be code."""

from html.parser import HTMLParser

import pytest

from service.actions.set_policy import set_policy
from tests.conftest import Blog
from tests.web.pages.conftest import Client, Page, Reader, SignedIn


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
    ],
)
async def test_forms_from_elsewhere_are_refused(ada: Reader, stranger: Reader, headers: dict[str, str]) -> None:
    for act in ("thread?key=/post.html", "sign-in?token=x", "sign-out", "desk/decisions", "desk/undo"):
        page = await ada.send(f"{ada.home}/{act}", headers=headers, text="forged")
        assert page.status == 403, act
        assert "not sent from our own pages" in page.words
    assert "No comments:" in (await stranger.thread()).text
    assert "Signed in as Ada" in (await ada.thread()).words


async def test_an_older_browser_names_its_origin(ada: Reader) -> None:
    page = await ada.send(ada.thread_path(), headers={"Origin": "http://127.0.0.1"}, text="from an older browser")
    assert page.status == 303


async def test_what_is_no_form_is_refused(ada: Reader) -> None:
    async with ada.client.post(ada.thread_path(), json={"text": "x"}, headers={"Sec-Fetch-Site": "same-origin"}) as a:
        assert a.status == 415
        assert a.content_type == "text/html"
    for body in (b"text=%ff%fe", b"text=%ed%a0%80", b"&".join([b"a=1"] * 601)):
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        async with ada.client.post(ada.thread_path(), data=body, headers=headers) as a:
            assert a.status == 422


_PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '<a href="https://x" onmouseover="alert(1)">x</a>',
    '"><iframe srcdoc="<script>alert(1)</script>">',
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "![x](https://tracker.example/pixel.png)",
    "<form action=https://elsewhere.example><button>x",
    "' onfocus=alert(1) autofocus='",
]
_TAGS = {
    "a",
    "article",
    "bdi",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "code",
    "datalist",
    "del",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "form",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "mark",
    "meta",
    "meter",
    "nav",
    "ol",
    "option",
    "output",
    "p",
    "pre",
    "s",
    "section",
    "span",
    "strong",
    "summary",
    "table",
    "tbody",
    "textarea",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
}
_SAFE_URLS = ("/", "#", "http://", "https://", "mailto:")


class Elements(HTMLParser):
    """What a parser makes of a page: its elements with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data


def inert(page: Page) -> Elements:
    """No element but those of our templates and of clean comments, and nothing on them that runs or leads astray."""
    elements = Elements(page.text)
    for tag, attributes in elements.found:
        if tag == "script":  # ours, by its address alone
            assert attributes["src"].startswith("/desk/")
            continue
        assert tag in _TAGS
        assert not any(name.startswith("on") or name in ("style", "srcdoc", "autofocus") for name in attributes)
        sent = tag == "form" and attributes.get("method") != "dialog"
        assert not sent or attributes.get("action", "/").startswith("/sites/blog/")
        assert attributes.get("href", "/").startswith(_SAFE_URLS)
    return elements


@pytest.mark.parametrize("payload", _PAYLOADS)
async def test_payloads_are_inert_everywhere(client: Client, blog: Blog, signed_in: SignedIn, payload: str) -> None:
    await set_policy(blog.res, blog.site, {"who_may_comment": "anyone", "form_message": payload[:200]})
    guest, mo = await signed_in(None), await signed_in(blog.moderator)
    shown = await guest.follow(await guest.post(payload, name=payload[:80]))
    assert payload[:80] in inert(shown).words
    inert(await guest.post("x" * 10_001 + payload, name=payload[:80]))
    await guest.post(f"score 0.7 {payload}", name=payload[:80])
    inert(await mo.get(f"{mo.home}/desk"))
    inert(await mo.get(f"{mo.home}/desk?status=approved"))
    inert(await guest.thread(f"/{payload.replace('#', '').replace('?', '')}", reply=payload.replace("&", "")))
