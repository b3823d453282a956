"""One member's whole story, through a running service and a real mail server, with nothing but what he is sent.

Invited by mail, he accepts, signs in through the popup, posts; the comment is held, approved from a moderator's mail,
and he is told; he edits it into spam, which is held while the text that was approved stays public; he leaves, and no
file of the data folder holds his name, address or words.
"""

import re
import socket
import sqlite3
import time
import urllib.parse
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from aiosmtpd.controller import Controller

from tests.running import Running, ask, running

NAME, ADDRESS = "Quixotessa", "dulcinea@windmills.example"
PAGE, BLOG = "/2020/06/post.html", "https://blog.example"
FIRST = "Rosinante and I read this thrice. A word about pottery, too."
SPAM = "Rosinante sells pottery pills: https://pills.example/buy https://pills.example/now https://pills.example/win"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class Letters:
    """A mail server's box."""

    def __init__(self) -> None:
        self._got: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._got += [(to, message) for to in envelope.rcpt_tos]
        return "250 OK"

    def next(self, to: str) -> str:
        """The text of the next letter to this address; waits for it."""
        since = time.monotonic()
        while not any(address == to for address, _ in self._got):
            assert time.monotonic() - since < 20, f"no letter to {to} came"
            time.sleep(0.02)
        at = next(i for i, (address, _) in enumerate(self._got) if address == to)
        part = self._got.pop(at)[1].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def nothing_for(self, to: str) -> bool:
        return not any(address == to for address, _ in self._got)


@pytest.fixture
def letters() -> Iterator[tuple[Letters, str]]:
    box = Letters()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]  # the controller wants to be told one
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


class Browser:
    """Follows links and sends forms, with cookies, as one person's browser does without scripts."""

    def __init__(self) -> None:
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        data = None if form is None else urllib.parse.urlencode(form).encode()
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        try:
            with self._opener.open(Request(url, data, headers), timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


def link(letter: str, word: str) -> str:
    """The address in the letter that holds this word."""
    return next(one for one in re.findall(r"http\S+", letter) if word in one)


def sign_in_by_popup(service: Running, browser: Browser) -> str:
    """Through the popup, as the widget would: a code for the verifier, traded for a token."""
    query = urllib.parse.urlencode({"origin": BLOG, "code_challenge": CHALLENGE, "state": "s"})
    popup = f"{service.url}/sites/blog/popup?{query}"
    assert f'as <bdi class="name">{NAME}</bdi>' in browser.open(popup)[1]
    code = re.findall(r'data-code="([^"]+)"', browser.open(popup, {})[1])[0]
    body = {"code": code, "code_verifier": VERIFIER}
    status, session = ask(f"{service.url}/api/v1/sites/blog/session", "POST", None, body)
    assert status == 200, session
    assert ask(f"{service.url}/api/v1/sites/blog/session", "POST", None, body)[0] == 401  # once
    return str(session["token"])


def public_texts(service: Running) -> list[str | None]:
    status, page = service.caller("blog", None)("GET", f"/comments?thread={PAGE}")
    assert status == 200
    return [one["text"] for one in page["comments"]]


def files_with(data: Path, words: tuple[str, ...]) -> dict[str, list[str]]:
    """The files of the data folder that hold one of the words, in whatever case."""
    found: dict[str, list[str]] = {}
    for path in sorted(data.rglob("*")):
        content = path.read_bytes().lower() if path.is_file() else b""
        hits = [word for word in words if word.lower().encode() in content]
        if hits:
            found[path.name] = hits
    return found


def test_a_member_comes_speaks_and_leaves(tmp_path: Path, letters: tuple[Letters, str]) -> None:
    box, server = letters
    with running(tmp_path / "data", GREENROOM_SMTP_URL=server, GREENROOM_MAIL_FROM="greenroom@blog.example") as service:
        service.greenroom("site", "add", "blog", "--origin", BLOG)
        olive = service.member("blog", "Olive", "owner")
        service.greenroom(
            *("member", "add", "--site", "blog", "--name", "Mo", "--email", "mo@blog.example", "--role", "moderator")
        )
        ada = service.member("blog", "Ada")
        wanted = {"hold_words": ["pottery"], "moderation_mail": ["mo@blog.example"]}
        assert olive("PATCH", "/settings", wanted)[0] == 200

        browser = _accept(service, olive, box)
        token = sign_in_by_popup(service, browser)
        me = service.caller("blog", token)
        comment = _post_and_be_approved(service, me, box)
        assert ada("POST", "/comments", {"thread": PAGE, "text": "Well said.", "parent_id": comment["id"]})[0] == 201
        _edit_into_spam(service, me, token, comment, box)
        assert files_with(service.data, (NAME, ADDRESS, "Rosinante"))  # there is something to forget

        assert me("DELETE", "/members/me")[0] == 204
        assert me("GET", "/members/me")[0] == 401
        assert public_texts(service) == [None, "Well said."]  # a tombstone keeps the reply in its place
        _wait_until_forgotten(service.data)
    assert files_with(tmp_path / "data", (NAME, ADDRESS, "Rosinante", "pills.example")) == {}
    with closing(sqlite3.connect(tmp_path / "data" / "greenroom.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT COUNT(*) FROM outbox").fetchone() == (0,)


def _accept(service: Running, olive: Callable[..., tuple[int, Any]], box: Letters) -> Browser:
    status, invitation = olive("POST", "/invitations", {"email": ADDRESS})
    assert (status, invitation["code"]) == (201, None)  # only the letter has it
    url = link(box.next(ADDRESS), "/invitation?")
    browser = Browser()
    for _ in range(2):  # looking uses nothing up: mail scanners look
        assert browser.open(url)[0] == 200
    assert browser.open(url, {"name": NAME})[0] == 200
    assert Browser().open(url)[0] == 410
    return browser


def _post_and_be_approved(service: Running, me: Callable[..., tuple[int, Any]], box: Letters) -> dict[str, Any]:
    status, comment = me("POST", "/comments", {"thread": PAGE, "text": FIRST, "title": "A post"})
    assert (status, comment["status"]) == (202, "pending")
    assert public_texts(service) == []
    letter = box.next("mo@blog.example")
    assert "Rosinante" in letter  # moderators read what waits
    url, moderator = link(letter, "do=approve"), Browser()
    assert "Rosinante" in moderator.open(url)[1]
    assert public_texts(service) == []  # a link decides nothing by itself
    assert moderator.open(url, {"action": "approve"})[0] == 200
    assert public_texts(service) == [FIRST]
    assert "is published now" in box.next(ADDRESS)
    status, comment = me("GET", f"/comments/{comment['id']}")
    assert (status, comment["status"]) == (200, "approved")
    return dict(comment)


def _edit_into_spam(
    service: Running, me: Callable[..., tuple[int, Any]], token: str, comment: dict[str, Any], box: Letters
) -> None:
    url = f"{service.url}/api/v1/sites/blog/comments/{comment['id']}"
    assert ask(url, "PATCH", token, {"text": SPAM})[0] == 428
    version = {"If-Match": f'"{comment["version"]}"'}
    status, edited = ask(url, "PATCH", token, {"text": SPAM}, version)
    assert (status, edited["status"], edited["text"]) == (202, "pending", SPAM)
    assert public_texts(service) == [FIRST, "Well said."]
    assert "pills" in box.next("mo@blog.example")
    assert box.nothing_for(ADDRESS)


def _wait_until_forgotten(data: Path) -> None:
    since = time.monotonic()
    while left := files_with(data, (NAME, ADDRESS, "Rosinante", "pills.example")):
        assert time.monotonic() - since < 20, left
        time.sleep(0.1)
